"""Who decides, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.ui.screens.custom.shop import Shop

_TITLED: Mapping[str, str] = {"role": "role"}
_WORDS = ("submitter", "owner", "assignee", "actor")


def people_in_words(shop: Shop, object: str, rules: Any) -> str:
    """Return who decides."""
    rules = [rules] if isinstance(rules, Mapping | str) else list(rules)
    return shop.desk.say("value.joint").join(_in_words(shop, object, rule) for rule in rules)


def _in_words(shop: Shop, object: str, rule: Any) -> str:
    say = shop.desk.say
    if isinstance(rule, str):
        return say(f"part.{rule}") if rule in _WORDS else rule.removeprefix("=").strip()
    kind = str(next(iter(rule), ""))
    value = rule.get(kind)
    told = say(f"part.verb.{kind}") if shop.desk.words.has(f"part.verb.{kind}") else kind
    match kind:
        case "role":
            return shop.titled("role", str(value))
        case "user" | "members" | "feel":
            return str(value)
        case "field":
            names: Sequence[str] = value if isinstance(value, list) else [str(value)]
            return say("value.joint").join(shop.field_title(object, one) for one in names)
        case "manager" | "managers" | "head" | "heads":
            return _upwards(shop, rule, told)
        case _:
            return f"{told}{say('flow.colon')}{value}"


def _upwards(shop: Shop, rule: Mapping[str, Any], told: str) -> str:
    say, until = shop.desk.say, rule.get("until", {})
    level = rule.get("level") or until.get("level", "")
    if level not in ("", 1):
        return say("custom.level_n", who=told, n=level)
    end = until.get("position") or until.get("authority") or until.get("when")
    return say("part.as_far_as", who=told, end=end) if end else told
