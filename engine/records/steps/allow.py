"""Allow: the row and field rules on the record as it would become."""

from __future__ import annotations

from engine.kernel.errors import Refused
from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.holds import require_free
from engine.records.unit import Unit

# whose a record is: changing it is a transfer
PLACE = frozenset({"owner", "department"})


def allow(batch: Batch, unit: Unit) -> None:
    """Refuse what a process keeps, what would leave the actor's rows or a restrictive rule, and fields not his here."""
    if unit.model.approvals:
        for draft in batch.drafts:
            if draft.standing:
                require_free(draft, unit)
    if unit.policy.everything and not _bounded(batch, unit):
        return
    for draft in batch.drafts:
        if draft.standing and draft.action in ("create", "update"):
            _allow(draft, unit)


def _bounded(batch: Batch, unit: Unit) -> bool:
    plan = batch.plan
    names = (plan.name, *(field.lines_of or "" for field in plan.lines.values()))
    return any(unit.policy.bounded(name) for name in names)


def _allow(draft: Draft, unit: Unit) -> None:
    name = draft.plan.name
    refused = _refused(draft, unit)
    if refused is not None:
        draft.fail(Refused("not_allowed", object=name, action=refused))
        return
    policy = unit.policy
    facts = draft.facts if draft.before is None else draft.was
    if draft.purpose:
        return
    conditional = policy.conditional_writes(name, draft.action)
    for field in sorted((draft.touched & conditional) - draft.opened):
        if not policy.writes(name, draft.action, field, facts, unit.run):
            draft.complain(field, "field_not_writable", field=field)
    for lines in draft.lines.values():
        for line in lines:
            _allow_line(draft, line, unit)


def _refused(draft: Draft, unit: Unit) -> str | None:
    """Return the action that is not granted on what would become of the record, or None."""
    policy, name, run = unit.policy, draft.plan.name, unit.run
    action = draft.transition.name if draft.transition else draft.action
    if draft.transition is not None:
        kept = policy.within_bounds(name, action, draft.facts, run)
    elif draft.before is not None and draft.plan.object.owned and draft.changed & PLACE:
        if not policy.may(name, "transfer") or not policy.covers(name, "transfer", draft.was, run):
            return "transfer"
        kept = policy.within_bounds(name, "update", draft.facts, run)
    else:
        kept = policy.covers(name, action, draft.facts, run)
    if not kept or not policy.within_bounds(name, "read", draft.facts, run):
        return action
    if unit.importing and not policy.covers(name, "import", draft.facts, run):
        return "import"
    return None


def _allow_line(draft: Draft, line: Draft, unit: Unit) -> None:
    policy, name = unit.policy, line.plan.name
    if not (line.action in ("create", "delete") or line.touched):
        return
    follows = policy.follows(name)
    if follows and (draft.before is None or draft.transition is not None):
        # lines are born with their parent, and move with it
        granted = policy.within_bounds(name, line.action, line.facts, unit.run)
    else:
        granted = _line_granted(draft, line, unit)
    if not granted:
        draft.fail(Refused("not_allowed", object=name, action=line.action))
        return
    if follows:
        return
    facts = line.facts if line.before is None else line.was
    for field in sorted(line.touched):
        if not policy.writes(name, line.action, field, facts, unit.run):
            line.complain(field, "field_not_writable", field=field)


def _line_granted(draft: Draft, line: Draft, unit: Unit) -> bool:
    """Tell whether a line may be made, changed or taken away: as it was, and as it would become."""
    policy, name, run = unit.policy, line.plan.name, unit.run
    if line.before is not None:
        was = {**line.was, line.plan.object.parent or "": draft.was}
        if not policy.covers(name, line.action, was, run):
            return False
    return line.action == "delete" or policy.covers(name, line.action, line.facts, run)
