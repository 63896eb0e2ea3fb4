"""Allow: the row and field rules on the record as it would become."""

from __future__ import annotations

from engine.kernel.errors import Refused
from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.unit import Unit


def allow(batch: Batch, unit: Unit) -> None:
    """Refuse what would leave the actor's own rows, and fields that are not his on this record."""
    if unit.policy.everything:
        return
    for draft in batch.drafts:
        if draft.standing and draft.action in ("create", "update"):
            _allow(draft, unit)


def _allow(draft: Draft, unit: Unit) -> None:
    policy, name = unit.policy, draft.plan.name
    action = draft.transition.name if draft.transition else draft.action
    moved = draft.transition is not None
    if not moved and not policy.covers(name, action, draft.facts, unit.run):
        draft.fail(Refused("not_allowed", object=name, action=action))
        return
    facts = draft.facts if draft.before is None else draft.was
    conditional = policy.conditional_writes(name, draft.action)
    for field in sorted((draft.touched & conditional) - draft.opened):
        if not policy.writes(name, draft.action, field, facts, unit.run):
            draft.complain(field, "field_not_writable", field=field)
    for lines in draft.lines.values():
        for line in lines:
            _allow_line(draft, line, unit)


def _allow_line(draft: Draft, line: Draft, unit: Unit) -> None:
    policy, name = unit.policy, line.plan.name
    if not (line.action in ("create", "delete") or line.touched):
        return
    if policy.follows(name):
        return
    facts = line.facts if line.before is None else line.was
    if not policy.covers(name, line.action, line.facts, unit.run):
        draft.fail(Refused("not_allowed", object=name, action=line.action))
        return
    for field in sorted(line.touched):
        if not policy.writes(name, line.action, field, facts, unit.run):
            line.complain(field, "field_not_writable", field=field)
