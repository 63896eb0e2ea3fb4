"""Approvals that hold no more (D7): a material field changed after the approval, outside of a flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.metamodel.model import TenantModel
from engine.records import Change, Unit
from engine.storage.process_holds import approved_of, mark_stale
from engine.workflow.approvals.kept_fields import STALE, keep_field


class Staleness:
    """Hears of changes and marks the approvals that rested on what was changed."""

    def concerns(self, model: TenantModel, object: str) -> bool:
        """Tell whether an approval may rest on an object's records or on the record they are lines of."""
        return concerned(model, object, {approval.object for approval in model.approvals.values()})

    def react(self, unit: Unit, changes: Sequence[Change]) -> None:
        """Mark what is stale by now."""
        for change in changes:
            for object, record, names, version in touched(unit, change):
                for approved in approved_of(unit.session, object, record):
                    outdated = version is None or version > approved.record_version
                    if not approved.stale and outdated and names & set(approved.material):
                        mark_stale(unit.session, approved.instance)
                        keep_field(unit, object, record, STALE, True)


def concerned(model: TenantModel, object: str, subjects: set[str]) -> bool:
    """Tell whether an object, or the object that its records are lines of, is among those that approvals are about."""
    parent = model.objects[object].parent
    above = model.objects[object].fields[parent].targets if parent is not None else ()
    return object in subjects or bool(subjects & set(above))


def touched(unit: Unit, change: Change) -> Iterator[tuple[str, str, frozenset[str], int | None]]:
    """Yield the records that a change touches, with the fields it touches there."""
    if change.before is not None and change.after is not None:
        yield change.object, change.id, change.changed, change.version
    parent = unit.model.objects[change.object].parent
    values = change.after or change.before
    if parent is None or values is None or not isinstance(values.get(parent), str):
        return
    above = unit.model.objects[change.object].fields[parent].targets[0]
    lines = unit.plans.of(above).lines
    names = frozenset(name for name, field in lines.items() if field.lines_of == change.object)
    for version in _version_of(unit, above, str(values[parent])):
        yield above, str(values[parent]), names, version


def _version_of(unit: Unit, object: str, record: str) -> list[int]:
    for change in unit.changes:
        if (change.object, change.id) == (object, record):
            return [change.version]
    return []
