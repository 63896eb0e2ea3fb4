"""What of a record is closed to the actor now: by its state, by a process that keeps it, by his rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.metamodel.model import StateModel
from engine.records.entitled import may_edit
from engine.records.unit import Unit
from engine.storage.process_holds import Hold


def closed_fields(
    unit: Unit, object: str, state: StateModel | None, facts: Mapping[str, Any], holds: Iterable[Hold]
) -> frozenset[str]:
    """Return the readable fields of a record that a save by the actor may not change now, computed ones left out."""
    fields = unit.plans.of(object).object.fields
    names = {name for name in unit.policy.readable(object) if name in fields and not fields[name].computed}
    if not may_edit(unit, state, facts) or unit.plans.of(object).locking_state(facts) is not None:
        return frozenset(names)
    locked = frozenset(() if state is None or state.lock is None else names - state.lock)
    kept = {name for hold in holds for name in _kept(hold, names, unit.user)}
    denied = {name for name in names if not unit.policy.writes(object, "update", name, facts, unit.run)}
    return locked | frozenset(kept | denied)


def _kept(hold: Hold, names: set[str], user: str) -> set[str]:
    if hold.kind == "change":
        return names & set(hold.fields)
    revised = hold.revised if hold.reviser is not None and hold.reviser == user else ()
    return names - {*hold.fields, *revised}
