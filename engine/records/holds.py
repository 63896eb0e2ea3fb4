"""What running processes keep of records: read when a draft is admitted, and refused where it changes what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.kernel.errors import Conflict
from engine.metamodel.model import TenantModel
from engine.records.draft import Draft
from engine.records.unit import Unit
from engine.storage.process_holds import Hold, holds_on


def read_holds(drafts: Sequence[Draft], unit: Unit) -> None:
    """Give each draft what is kept of its record, or of the record whose line it is; refuse to delete such a record."""
    if not drafts or not _is_subject(unit.model, drafts[0].plan.name):
        return
    object = drafts[0].plan.name
    found: dict[str, list[Hold]] = {}
    for hold in holds_on(unit.session, object, [draft.id for draft in drafts if draft.action != "create"]):
        found.setdefault(hold.record, []).append(hold)
    for draft in drafts:
        there = found.get(draft.id, ())
        draft.holds = tuple(hold for hold in there if hold.instance not in unit.passes)
        # who keeps the record writes it in the state in which it waits, whatever that locks out
        draft.free = draft.free or len(draft.holds) < len(there)
        if draft.action == "delete" and draft.holds:
            draft.fail(Conflict("in_approval", flow=draft.holds[0].flow, instance=draft.holds[0].instance))


def holds_of(unit: Unit, object: str, id: str) -> list[Hold]:
    """Return what running processes keep of a record."""
    return holds_on(unit.session, object, [id]) if _is_subject(unit.model, object) else []


def require_free(draft: Draft, unit: Unit) -> None:
    """Refuse a draft that changes what a running process keeps: of its own record, or of the one it is a line of."""
    _refuse(draft, draft.holds, _changed(draft), unit)
    parent = draft.plan.object.parent
    if parent is None or draft.parent is not None:
        return
    above = draft.plan.references.get(parent)
    if above is None or not _is_subject(unit.model, above):
        return
    ids = {id for id in (draft.after.get(parent), (draft.before or {}).get(parent)) if isinstance(id, str)}
    holds = [hold for hold in holds_on(unit.session, above, sorted(ids)) if hold.instance not in unit.passes]
    lines = {name for name, field in unit.plans.of(above).lines.items() if field.lines_of == draft.plan.name}
    if _changed(draft) or draft.action in ("create", "delete"):
        _refuse(draft, holds, lines, unit)


def _changed(draft: Draft) -> set[str]:
    """Return the fields that somebody changes; what the engine computes follows by itself."""
    fields = draft.plan.object.fields
    changed = set() if draft.before is None else set(draft.changed)
    found = {name for name in changed if name in fields and not fields[name].computed and not fields[name].system}
    if draft.plan.object.owned:
        found |= changed & {"owner", "department"}
    for name, lines in draft.lines.items():
        if any(line.action in ("create", "delete") or line.changed & line.touched for line in lines):
            found.add(name)
    return found


def _refuse(draft: Draft, holds: Iterable[Hold], changed: set[str], unit: Unit) -> None:
    for hold in holds:
        if hold.kind == "change":
            kept, code = changed & set(hold.fields), "reserved"
        else:
            free = set(hold.fields)
            if hold.reviser is not None and hold.reviser == unit.user:
                free |= set(hold.revised)
            kept, code = changed - free, "locked"
        if kept:
            fields = ", ".join(sorted(kept))
            draft.fail(
                Conflict(code, flow=hold.flow, fields=fields, instance=hold.instance, field=fields, state=hold.flow)
            )
            return


def _is_subject(model: TenantModel, object: str) -> bool:
    return any(approval.object == object for approval in model.approvals.values())
