"""How the language's own words are said to people: kinds of values, types, what a parser expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.kernel.text import LocalText

KINDS: Mapping[str, str] = {
    "Any": "任意值",
    "Null": "空值",
    "null": "空值",
    "number": "数值",
    "string": "文本",
    "boolean": "真或假",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "days and time duration": "天时分秒时长",
    "years and months duration": "年月时长",
    "list": "列表",
    "context": "上下文",
    "range": "区间",
    "function": "函数",
    "temporal": "日期或时间",
    "day": "日期",
    "duration": "时长",
    "magnitude": "数值或时长",
    "point": "可比较大小的值",
    "any": "任意值",
    "record": "记录",
    "type": "类型",
}
_WORDED = frozenset(("kind", "left", "right", "wanted", "found", "operand"))


def kind_text(name: str) -> LocalText:
    """Return how a kind of value is called."""
    return LocalText({"en": name, "zh": KINDS.get(name, name)})


def worded(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return parameters in which the names of kinds can be said in every language."""
    if not any(name in _WORDED and type(value) is str for name, value in params.items()):
        return params
    return {
        name: kind_text(value) if name in _WORDED and type(value) is str and value in KINDS else value
        for name, value in params.items()
    }


def one_of(texts: Iterable[LocalText]) -> LocalText:
    """Return texts as alternatives."""
    listed = list(texts)
    return LocalText(
        {
            "en": " or ".join(text.in_language("en") for text in listed),
            "zh": "或".join(text.in_language("zh") for text in listed),
        }
    )


def counted(least: int, most: int | None) -> LocalText:
    """Return a number of arguments: just so many, from one number to another, or at least one."""
    if most is None:
        return LocalText({"en": f"{least} or more", "zh": f"至少 {least}"})
    if least == most:
        return LocalText({"en": str(least), "zh": str(least)})
    return LocalText({"en": f"{least} to {most}", "zh": f"{least} 至 {most}"})
