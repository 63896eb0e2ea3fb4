"""What the engine itself does to records by order of a definition: typed values, past the rules for users' input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Missing
from engine.kernel.names import new_record_id
from engine.metamodel.model import TransitionModel
from engine.records.batch import Batch
from engine.records.before import read_before
from engine.records.change import Change
from engine.records.deleting import delete
from engine.records.draft import Draft, Stage
from engine.records.plan import ObjectPlan
from engine.records.ripple import lock_holders
from engine.records.saving import save
from engine.records.unit import Unit
from engine.storage.fetching import Tree


@dataclass(frozen=True, slots=True)
class Order:
    """``values`` are typed, by field; ``lines`` are given as a user would; ``numbers`` maps fields to numbering rules.

    ``free``: an effect of the record's own life-cycle, which the lock of a state does not stop.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    free: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a transition, and the state that it leads to where that is not the transition's own.

    ``system``: nobody asks for it, so it need not be for anybody to perform.
    """

    transition: TransitionModel
    stage: Stage
    target: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    system: bool = False


def create_ordered(unit: Unit, object: str, order: Order) -> Change:
    """Create a record."""
    plan = unit.plans.of(object)
    draft = Draft(plan, "create", new_record_id(), order.lines, free=order.free, wished=order.numbers)
    draft.ordered.update(order.values)
    return save(Batch(plan, [draft]), unit)[0]


def change_ordered(unit: Unit, object: str, id: str, order: Order) -> Change | None:
    """Change a record as it is now; None when that changes nothing."""
    plan = unit.plans.of(object)
    draft = Draft(
        plan, "update", id, order.lines, expected=_version(plan, id, unit), free=order.free, wished=order.numbers
    )
    draft.ordered.update(order.values)
    changes = save(Batch(plan, [draft]), unit)
    return changes[0] if changes else None


def create_given(unit: Unit, object: str, given: Mapping[str, Any]) -> Change:
    """Create a record as the unit's actor would, within his rights."""
    plan = unit.plans.of(object)
    return save(Batch(plan, [Draft(plan, "create", new_record_id(), given)]), unit)[0]


def change_given(unit: Unit, object: str, id: str, given: Mapping[str, Any]) -> Change | None:
    """Change a record as it is now as the unit's actor would, within his rights."""
    plan = unit.plans.of(object)
    draft = Draft(plan, "update", id, given, expected=_version(plan, id, unit))
    changes = save(Batch(plan, [draft]), unit)
    return changes[0] if changes else None


def remove_record(unit: Unit, object: str, id: str, version: int) -> None:
    """Delete a record, into the recycle bin where its object has one."""
    plan = unit.plans.of(object)
    delete(Batch(plan, [Draft(plan, "delete", id, {}, expected=version)]), unit)


def take_step(unit: Unit, object: str, id: str, version: int | None, step: Step) -> Change | None:
    """Take a part of a transition on a record that still is at ``version`` (None: as it is now)."""
    plan = unit.plans.of(object)
    draft = Draft(
        plan,
        "update",
        id,
        step.given,
        expected=_version(plan, id, unit) if version is None else version,
        transition=step.transition,
        stage=step.stage,
        target=step.target,
        by_system=step.system,
        opened=frozenset(step.transition.ask),
    )
    for name in step.given:
        if name not in step.transition.ask and name in unit.policy.readable(object):
            draft.complain(name, "field_not_writable", field=name)
    changes = save(Batch(plan, [draft]), unit)
    return changes[0] if changes else None


def as_it_is(unit: Unit, object: str, id: str, action: str) -> Change:
    """Return what came of a command that left a record as it was, e.g. of a transition that an approval holds."""
    plan = unit.plans.of(object)
    draft = Draft(plan, "recompute", id, {})
    draft.start_from(lock_record(unit, object, id), unit.policy.facts)
    return Change(object, id, draft.version, draft.before, draft.before, action)


def lock_record(unit: Unit, object: str, id: str) -> Tree:
    """Lock a record for this unit, behind the records that sum it up; Missing when it is not there.

    Who may see it is the caller's business.
    """
    plan = unit.plans.of(object)
    tree = read_before(plan, unit, [id], for_update=False).get(id)
    if tree is not None and unit.session.dialect != "sqlite":
        there = Draft(plan, "recompute", id, {})
        there.start_from(tree, unit.policy.facts)
        lock_holders([there], unit)
        tree = read_before(plan, unit, [id], for_update=True).get(id)
    if tree is None or tree.get("deleted_at") is not None:
        raise Missing("not_found")
    return tree


def _version(plan: ObjectPlan, id: str, unit: Unit) -> int:
    tree = read_before(plan, unit, [id]).get(id)
    if tree is None:
        raise Missing("not_found")
    return int(tree["version"])
