"""Who decides: the kinds of approvers that a form offers, read from and written to a definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.ui.screens.custom.shop import Shop

KINDS = ("role", "user", "manager", "managers", "head", "heads", "field", "position", "feel", "kept")
_NAMED = ("role", "user", "field", "position", "feel")
_UNITS = ("head", "heads")
UNIT = "=submitter.department"


def person_values(rules: Any) -> dict[str, str]:
    """Return the inputs for people; what the form cannot say is ``kept`` as it is."""
    rules = [rules] if isinstance(rules, Mapping | str) else list(rules)
    empty = {
        "kind": "role",
        "role": "",
        "user": "",
        "field": "",
        "position": "",
        "feel": "",
        "level": "1",
        "unit": UNIT,
    }
    if not rules:
        return empty
    rule = rules[0]
    if len(rules) > 1 or not isinstance(rule, Mapping):
        return {**empty, "kind": "kept"}
    kind = str(next(iter(rule)))
    more = set(rule) - {kind}
    if kind in _NAMED and not more and isinstance(rule[kind], str):
        return {**empty, "kind": kind, kind: rule[kind]}
    if kind == "manager" and rule[kind] == "submitter" and more <= {"level"}:
        return {**empty, "kind": kind, "level": str(rule.get("level", 1))}
    until = rule.get("until", {})
    if kind == "managers" and rule[kind] == "submitter" and more <= {"until"} and set(until) <= {"level"}:
        return {**empty, "kind": kind, "level": str(until.get("level", ""))}
    if kind in _UNITS and more <= ({"level"} if kind == "head" else set()):
        return {**empty, "kind": kind, "unit": str(rule[kind]), "level": str(rule.get("level", ""))}
    return {**empty, "kind": "kept"}


def people_of(given: Mapping[str, str], before: Any) -> Any:
    """Return the people that a posted form means; ``before`` where it keeps them."""
    kind, level = given.get("kind", ""), given.get("level", "")
    number = int(level) if level.isdigit() else 0
    match kind:
        case "kept":
            return before
        case "manager":
            return [{"manager": "submitter", **({"level": number} if number > 1 else {})}]
        case "managers":
            return [{"managers": "submitter", **({"until": {"level": number}} if number else {})}]
        case "head":
            return [{"head": given.get("unit") or UNIT}]
        case "heads":
            return [{"heads": given.get("unit") or UNIT}]
        case _:
            return [{kind: given.get(kind, "")}]


def people_in_words(shop: Shop, object: str, rules: Any) -> str:
    """Return who decides, in words."""
    rules = [rules] if isinstance(rules, Mapping | str) else list(rules)
    return shop.desk.say("value.joint").join(_in_words(shop, object, rule) for rule in rules)


def _in_words(shop: Shop, object: str, rule: Any) -> str:
    say = shop.desk.say
    if isinstance(rule, str):
        known = f"custom.person_{rule}"
        return say(known) if shop.desk.words.has(known) else rule
    kind = str(next(iter(rule), ""))
    value = rule.get(kind)
    match kind:
        case "role":
            return shop.titled("role", str(value))
        case "user":
            return str(value)
        case "field":
            names: Sequence[str] = value if isinstance(value, list) else [str(value)]
            return say("value.joint").join(shop.field_title(object, one) for one in names)
        case "manager" | "managers" | "head" | "heads":
            level = rule.get("level") or rule.get("until", {}).get("level", "")
            told = say(f"custom.by_{kind}")
            return say("custom.level_n", who=told, n=level) if level not in ("", 1) else told
        case _:
            return (
                f"{say(f'custom.by_{kind}')} {value}" if shop.desk.words.has(f"custom.by_{kind}") else f"{kind} {value}"
            )
