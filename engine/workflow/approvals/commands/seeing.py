"""Who may see a process: whoever may see its record, and whoever has or had part in it (K8)."""

from __future__ import annotations

from engine.kernel.errors import Missing, Refused
from engine.records import Unit
from engine.storage.process_lists import had_part
from engine.storage.process_rows import InstanceRow
from engine.workflow.approvals.commands.case import Case


def may_see(case: Case, user: str) -> bool:
    """Tell whether a user may know of a case."""
    return sees(case.unit, case.row, user)


def sees(unit: Unit, row: InstanceRow, user: str) -> bool:
    """Tell whether a user may know of an instance."""
    if user == row.submitter or unit.policy.everything or unit.ctx.actor.system:
        return True
    return may_read(unit, row.object, row.record) or had_part(unit.session, row.id, user)


def may_read(unit: Unit, object: str, record: str) -> bool:
    """Tell whether the actor may see a record by his own rights."""
    from engine.records.reading import get_record

    try:
        get_record(unit, object, record, ("id",))
    except (Missing, Refused):
        return False
    return True


def require_seen(unit: Unit, row: InstanceRow | None, user: str) -> InstanceRow:
    """Return an instance that a user may know of; Missing otherwise."""
    if row is None or not sees(unit, row, user):
        raise Missing("not_found")
    return row
