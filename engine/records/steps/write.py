"""Write: the rows of records and lines, guarded by their versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.files import bind
from engine.records.letting_go import let_go
from engine.records.ripple import lock_holders
from engine.records.unit import Overtaken, Unit
from engine.storage import insert_row, insert_rows, remove, update_row, void_numbers


def write(batch: Batch, unit: Unit) -> None:
    """Insert the new rows, update the changed ones, remove the lines that are gone."""
    standing = batch.standing()
    for draft in standing:
        moved = draft.action == "create" or draft.moving
        draft.dirty = moved or bool(draft.changed) or _lines_dirty(draft)
    lock_holders([member for draft in standing if draft.dirty for member in draft.family()], unit)
    _insert([draft for draft in standing if draft.action == "create"], unit)
    for draft in sorted(standing, key=_id):
        if draft.action == "update" and draft.dirty:
            _update(draft, unit)
    lines = [line for draft in standing if draft.dirty for several in draft.lines.values() for line in several]
    gone = [line for line in reversed(lines) if line.action == "delete"]  # a line may belong to one before it
    let_go(gone, unit)
    for line in gone:
        _remove(line, unit)
    for line in lines:
        if line.action == "update" and line.changed:
            line.dirty = True
            _update(line, unit)
    _insert([line for line in lines if line.action == "create"], unit)
    bind([member for draft in standing for member in draft.family()], unit)
    if batch.plan.name in unit.model.structure.objects and any(draft.dirty for draft in standing):
        unit.facts_changed()


def _id(draft: Draft) -> str:
    return draft.id


def _lines_dirty(draft: Draft) -> bool:
    return any(line.action != "update" or line.changed for lines in draft.lines.values() for line in lines)


def _insert(drafts: Iterable[Draft], unit: Unit) -> None:
    by_object: dict[str, list[dict[str, Any]]] = {}
    for draft in drafts:
        draft.dirty = True
        draft.version = 1
        _stamp(draft, unit, born=True)
        by_object.setdefault(draft.plan.name, []).append(_row(draft))
    for object, rows in by_object.items():
        if len(rows) == 1:
            insert_row(unit.session, unit.catalog, object, rows[0])
        else:
            insert_rows(unit.session, unit.catalog, object, rows)


def _update(draft: Draft, unit: Unit) -> None:
    assert draft.before is not None
    changed = draft.changed
    values = {name: draft.after[name] for name in draft.after if name in changed}
    if values.keys() & draft.plan.searched:
        # the text of quick search is made of all of them
        values.update({name: draft.after.get(name) for name in draft.plan.searched})
    _stamp(draft, unit, born=False)
    values.update({name: draft.after[name] for name in ("updated_at", "updated_by")})
    if not update_row(unit.session, unit.catalog, draft.plan.name, draft.id, draft.version, values):
        raise Overtaken
    draft.version += 1
    draft.put("version", draft.version)


def _remove(line: Draft, unit: Unit) -> None:
    line.dirty = True
    if not remove(unit.session, unit.catalog, line.plan.name, line.id, line.version):
        raise Overtaken
    line.version += 1
    if line.plan.object.numbering:
        void_numbers(unit.session, line.plan.name, line.id, unit.now, "delete")


def _stamp(draft: Draft, unit: Unit, *, born: bool) -> None:
    if born:
        draft.put("version", 1)
    draft.put("updated_at", unit.now)
    draft.put("updated_by", unit.user)


def _row(draft: Draft) -> dict[str, Any]:
    after = draft.after
    return {name: after.get(name) for name in draft.plan.columns}
