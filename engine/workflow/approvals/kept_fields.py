"""Fields of a subject that approvals keep, where its object declares them: read-only, set as if always so."""

from __future__ import annotations

from engine.records import Unit
from engine.storage import renew_rows

STALE = "approval_stale"
REVISION = "approved_revision"


def keep_field(unit: Unit, object: str, record: str, field: str, value: object) -> None:
    """Set such a field; the version of the record stays."""
    model = unit.model.objects[object].fields.get(field)
    if model is not None and model.stored and model.readonly:
        renew_rows(unit.session, unit.catalog, object, [{"id": record, field: value}])
