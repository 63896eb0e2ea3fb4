"""Which rules a change of a record raises: found by object, in their order (A1)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.model import LifecycleModel, TenantModel
from engine.metamodel.model.automation import AutomationModel, OnRecord
from engine.records import Change
from engine.storage.bounded import Bounded

# fields that every change has
_ALWAYS = frozenset({"version", "updated_at", "updated_by"})
_KEPT = 64
_MADE = Bounded(_KEPT)


def rules_of(model: TenantModel, object: str) -> tuple[AutomationModel, ...]:
    """Return the rules that records of an object raise, in the order in which they act."""
    kept: tuple[TenantModel, Mapping[str, tuple[AutomationModel, ...]]] = _MADE.get(
        id(model), lambda: (model, _made(model))
    )
    found = kept[1] if kept[0] is model else _made(model)
    return found.get(object, ())


def in_order(rules: list[AutomationModel]) -> tuple[AutomationModel, ...]:
    """Return rules by their order, then their id."""
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.name)))


def raised_by(model: TenantModel, change: Change) -> list[AutomationModel]:
    """Return the rules that a change raises, in their order."""
    life, changed = model.lifecycle_of(change.object), change.changed - _ALWAYS
    return [rule for rule in rules_of(model, change.object) if _raises(rule, change, changed, life)]


def _raises(rule: AutomationModel, change: Change, changed: frozenset[str], life: LifecycleModel | None) -> bool:
    on = rule.on
    assert isinstance(on, OnRecord)
    before, after = change.before, change.after
    match on.what:
        case "created":
            return before is None and after is not None and change.action != "restore"
        case "deleted":
            return after is None
        case "updated":
            if before is None or after is None:
                return False
            return not changed.isdisjoint(on.fields) if on.fields else bool(changed)
    if life is None or after is None:
        return False
    was, is_now = (before or {}).get(life.field), after.get(life.field)
    if on.what == "entered":
        return is_now == on.state and was != on.state
    return was == on.state and is_now != on.state


def _made(model: TenantModel) -> Mapping[str, tuple[AutomationModel, ...]]:
    found: dict[str, list[AutomationModel]] = {}
    for rule in model.automations.values():
        if rule.enabled and isinstance(rule.on, OnRecord):
            found.setdefault(rule.object, []).append(rule)
    return {object: in_order(rules) for object, rules in found.items()}
