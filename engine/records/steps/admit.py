"""Admit: is the action granted on the object, is the record there, is it the version the change is based on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Conflict, Missing, Refused, StaleVersion, VersionRequired
from engine.records.batch import Batch
from engine.records.before import load_lines, read_before
from engine.records.draft import Draft
from engine.records.entitled import is_for_actor, may_edit
from engine.records.history import only_recomputed, what_changed
from engine.records.holds import read_holds
from engine.records.ripple import lock_holders
from engine.records.unit import Unit


def admit(batch: Batch, unit: Unit) -> None:
    """Refuse what is not granted at all; read the records as they are."""
    changed = [draft for draft in batch.drafts if draft.action != "create"]
    for action in {_action(draft) for draft in batch.drafts}:
        unit.policy.require(batch.plan.name, action)
    ids = [draft.id for draft in changed]
    trees = read_before(batch.plan, unit, ids)
    if unit.patient and trees:
        lock_holders([_as_it_is(draft, trees[draft.id], unit) for draft in changed if draft.id in trees], unit)
        trees = read_before(batch.plan, unit, ids, for_update=True)
    for draft in changed:
        _admit(draft, trees.get(draft.id), unit)
    admitted = [draft for draft in changed if draft.error is None]
    load_lines(admitted, unit)
    read_holds(admitted, unit)
    for draft in admitted:
        _require_open(draft, unit)
        _require_editor(draft, unit)


def _action(draft: Draft) -> str:
    return draft.transition.name if draft.transition is not None else draft.purpose or draft.action


def _as_it_is(draft: Draft, tree: Mapping[str, Any], unit: Unit) -> Draft:
    there = Draft(draft.plan, "recompute", draft.id, {})
    there.start_from(tree, unit.policy.facts)
    return there


def _admit(draft: Draft, tree: Mapping[str, Any] | None, unit: Unit) -> None:
    name = draft.plan.name
    if tree is None or (tree.get("deleted_at") is not None) != (draft.action == "restore"):
        draft.fail(Missing("not_found"))
        return
    draft.start_from(tree, unit.policy.facts)
    if not unit.policy.covers(name, "read", draft.facts, unit.run):
        draft.fail(Missing("not_found"))
        return
    action = _action(draft)
    if not unit.policy.covers(name, action, draft.facts, unit.run):
        draft.fail(Refused("not_allowed", object=name, action=action))
        return
    _look_at_state(draft)
    if unit.previewing or (draft.action == "restore" and draft.expected is None):
        return
    if draft.expected is None:
        draft.fail(VersionRequired("version_required"))
    elif draft.expected != draft.version and not only_recomputed(unit, draft):
        fields = what_changed(unit, name, draft.id, draft.expected)
        draft.fail(StaleVersion("stale_version", version=draft.version, changed_fields=fields))


def _require_open(draft: Draft, unit: Unit) -> None:
    """Refuse a transition that is for others to perform; its condition is tested once what it asks for is known."""
    if draft.transition is None or draft.plan.life is None or draft.stage in ("via", "finish") or draft.by_system:
        return
    state = draft.after.get(draft.plan.life.field)
    if not is_for_actor(unit, draft.plan.name, draft.transition, state, draft.facts):
        draft.fail(Refused("transition_closed", transition=draft.transition.name))


def _require_editor(draft: Draft, unit: Unit) -> None:
    """Refuse a change or a deletion by somebody who is not among those who edit in the state."""
    if draft.transition is not None or draft.free or draft.action not in ("update", "delete"):
        return
    life = draft.plan.life
    state = None if life is None else life.states.get(draft.after.get(life.field) or "")
    if state is not None and not may_edit(unit, state, draft.facts):
        draft.fail(Refused("edit_closed", state=state.name))


def _look_at_state(draft: Draft) -> None:
    """Refuse what the state of the record does not let happen."""
    life = draft.plan.life
    state = None if life is None else life.states.get(draft.after.get(life.field) or "")
    if draft.transition is not None:
        if draft.stage in ("via", "finish"):
            return
        if state is None or state.name not in draft.transition.sources:
            here = None if state is None else state.name
            draft.fail(Conflict("wrong_state", state=here, transition=draft.transition.name))
        return
    if draft.action != "delete":
        return
    if state is not None and state.lock is not None:
        draft.fail(Conflict("record_locked", state=state.name))
    parent = draft.plan.locking_state(draft.facts)
    if parent is not None:
        draft.fail(Conflict("lines_locked", state=parent))
