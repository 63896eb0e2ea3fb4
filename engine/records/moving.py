"""Moving a record along its life-cycle: the one way to change the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Conflict, Malformed, Missing, Refused
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import TransitionModel
from engine.records.batch import Batch
from engine.records.before import read_before
from engine.records.change import Change
from engine.records.draft import Draft
from engine.records.saving import save
from engine.records.unit import Unit


def move(unit: Unit, object: str, id: str, version: int | None, name: str, given: Mapping[str, Any]) -> Change:
    """Perform a transition: from, who, when; then a save with what it asks, sets, requires and checks."""
    plan = unit.plans.of(object)
    unit.policy.require(object, "read")
    known = {} if plan.life is None else plan.life.transitions
    if name not in known:
        raise Malformed("unknown_transition", object=object, transition=name, guess=guess(name, known))
    transition = known[name]
    _require_open(unit, object, id, transition)
    draft = Draft(plan, "update", id, given, expected=version, transition=transition, opened=frozenset(transition.ask))
    for field in given:
        if field not in transition.ask and field in unit.policy.readable(object):
            draft.complain(field, "field_not_writable", field=field)
    changes = save(Batch(plan, [draft]), unit)
    return changes[0]


def _require_open(unit: Unit, object: str, id: str, transition: TransitionModel) -> None:
    plan = unit.plans.of(object)
    tree = read_before(plan, unit, [id]).get(id)
    if tree is None or tree.get("deleted_at") is not None:
        raise Missing("not_found")
    facts = {**tree, "actor": unit.policy.facts}
    if not unit.policy.covers(object, "read", facts, unit.run):
        raise Missing("not_found")
    assert plan.life is not None
    state = tree.get(plan.life.field)
    if not unit.policy.may(object, transition.name) or not unit.policy.covers(object, transition.name, facts, unit.run):
        raise Refused("not_allowed", object=object, action=transition.name)
    if state not in transition.sources:
        raise Conflict("wrong_state", state=state, transition=transition.name)
    if not unit.open_to_actor(object, transition, state, facts):
        raise Refused("transition_closed", transition=transition.name)
