"""Rights as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.access.duties import Breach
from engine.access.impact import Impact
from engine.access.tables.delegations import Delegation
from engine.access.tables.shares import Share
from engine.rights.assigning import Assigned
from engine.rights.explaining import Answer, Effective

_LEVELS = {1: "read", 2: "update"}


def draw_share(share: Share) -> dict[str, Any]:
    """Return a share."""
    return {
        "id": share.id,
        "to": share.receiver,
        "level": _LEVELS[share.level],
        "until": share.until,
        "note": share.note,
        "at": share.at,
        "by": share.by,
    }


def draw_delegation(one: Delegation) -> dict[str, Any]:
    """Return a delegation; null stands for all."""
    drawn = asdict(one)
    drawn["from"] = drawn.pop("begins")
    for name in ("roles", "objects", "actions", "privileges"):
        drawn[name] = None if drawn[name] is None else sorted(drawn[name])
    return drawn


def draw_assigned(one: Assigned) -> dict[str, Any]:
    """Return a user with his roles and those that the caller may give or take."""
    return {
        "user": {"id": one.person.id, "login": one.person.login, "name": one.person.name},
        "active": one.person.account,
        "department": one.person.unit,
        "roles": list(one.roles),
        "givable": sorted(one.givable),
    }


def draw_answer(answer: Answer) -> dict[str, Any]:
    """Return an explanation with its remedies."""
    why = answer.why
    return {
        "user": answer.login,
        "object": why.object,
        "action": why.action,
        "allowed": why.allowed,
        "outcome": why.outcome,
        "decided_by": why.decided_by,
        "grants": [_plain(asdict(grant)) for grant in why.grants],
        "rules": [_plain(asdict(rule)) for rule in why.rules],
        "field": None if why.field is None else _plain(asdict(why.field)),
        "remedies": [_plain(asdict(remedy)) for remedy in answer.remedies],
    }


def draw_effective(found: Sequence[Effective]) -> list[dict[str, Any]]:
    """Return what a user may do, object by object."""
    return [
        {
            "object": one.object,
            "actions": {
                action: [{"role": role, "scope": scope} for role, scope in grants]
                for action, grants in one.actions.items()
            },
            "fields": dict(one.fields),
        }
        for one in found
    ]


def draw_impact(impact: Impact, breaches: Sequence[Breach]) -> dict[str, Any]:
    """Return what a change would do."""
    return {
        "rows": [asdict(one) for one in impact.rows],
        "rights": [
            {**asdict(one), "fields": {name: list(pair) for name, pair in one.fields.items()}} for one in impact.rights
        ],
        "left_off": impact.left_off,
        "duties": draw_breaches(breaches),
    }


def draw_breaches(breaches: Sequence[Breach]) -> list[dict[str, Any]]:
    """Return what separation of duties forbids."""
    return [{**asdict(one), "what": list(one.what)} for one in breaches]


def _plain(value: Any) -> Any:
    """Return values that JSON can hold: what stands in a record may be anything."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
