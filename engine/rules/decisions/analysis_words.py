"""The sentences of a table's analysis, in the words of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.kernel.text import LocalText, plain
from engine.rules.writing import literal_text

_SHOWN = 4
UNKNOWN = LocalText({
    "en": "the cells depend on more than the inputs, so the table cannot be checked as a whole",
    "zh": "单元格不只取决于输入，无法整体检查此表",
})  # fmt: skip


def equals(name: str, point: Any) -> LocalText:
    """Return that an input has one value."""
    return plain(f"{name} = {literal_text(point)}")


def none_of(name: str, points: Sequence[Any]) -> LocalText:
    """Return that an input has none of some values."""
    shown = [literal_text(point) for point in points[:_SHOWN]]
    more = len(points) > _SHOWN
    return LocalText({
        "en": f"{name} is none of {', '.join(shown)}{', ...' if more else ''}",
        "zh": f"{name}不是{'、'.join(shown)}{'等' if more else ''}",
    })  # fmt: skip


def between(name: str, low: Any, high: Any, *, closed: tuple[bool, bool]) -> LocalText:
    """Return that an input lies between two values; None stands for no end on that side."""
    if low is None and high is None:
        return LocalText({"en": f"{name}: any value", "zh": f"{name}任意"})
    above = "" if low is None else f"{literal_text(low)} {'<=' if closed[0] else '<'} "
    below = "" if high is None else f" {'<=' if closed[1] else '<'} {literal_text(high)}"
    return plain(f"{above}{name}{below}")


def either(said: Sequence[LocalText]) -> LocalText:
    """Return that one of some things holds."""
    if len(said) == 1:
        return said[0]
    more = len(said) > _SHOWN
    english = " or ".join(one.in_language("en") for one in said[:_SHOWN])
    chinese = "或".join(one.in_language("zh") for one in said[:_SHOWN])
    return LocalText({"en": f"({english}{' ...' if more else ''})", "zh": f"（{chinese}{'等' if more else ''}）"})


def gap(where: Sequence[LocalText]) -> LocalText:
    """Return that nothing decides for some inputs."""
    return _said("no rule for {where}", "没有规则适用于：{where}", where)


def overlap(first: int, second: int, where: Sequence[LocalText]) -> LocalText:
    """Return that two rules decide for the same inputs."""
    return _said(
        f"rules {first} and {second} both hit for {{where}}", f"规则 {first} 和规则 {second} 同时命中：{{where}}", where
    )


def unfitting(rule: int) -> LocalText:
    """Return that a rule asks for what is not allowed."""
    return LocalText({
        "en": f"rule {rule} never hits: no allowed input fits it",
        "zh": f"规则 {rule} 永远不会命中：没有允许的输入符合它",
    })  # fmt: skip


def shadowed(rule: int) -> LocalText:
    """Return that earlier rules leave nothing to a rule."""
    return LocalText({
        "en": f"rule {rule} never hits: the rules before it take all its inputs",
        "zh": f"规则 {rule} 永远不会命中：前面的规则已覆盖它的全部输入",
    })  # fmt: skip


def _said(english: str, chinese: str, where: Sequence[LocalText]) -> LocalText:
    en = " and ".join(one.in_language("en") for one in where) or "any input"
    zh = "，且 ".join(one.in_language("zh") for one in where) or "任何输入"
    return LocalText({"en": english.replace("{where}", en), "zh": chinese.replace("{where}", zh)})
