"""Files in fields: only what was uploaded by the actor, or belongs to the record already, may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.records.draft import Draft
from engine.records.unit import Unit
from engine.storage.fetching import StoredFile, files_of
from engine.storage.file_rows import bind_files


def check_files(drafts: Sequence[Draft], unit: Unit) -> None:
    """Complain about files that are not there or are another's; name, size and type are those of the upload."""
    asked = [(draft, name, path, given) for draft in drafts for name, path, given in _new_files(draft)]
    if not asked:
        return
    known = files_of(unit.session, [given["id"] for _, _, _, given in asked])
    for draft, _, path, given in asked:
        stored = known.get(given["id"])
        if stored is None or not _is_ours(stored, draft, unit) or _is_no_picture(stored, draft, path):
            draft.complain(path, "unknown_file")
        else:
            given.update(name=stored.name, size=stored.size, type=stored.type)


def bind(drafts: Sequence[Draft], unit: Unit) -> None:
    """Give the uploads that stand in saved records to these records; from now on they are read with them."""
    for draft in drafts:
        if draft.plan.files and draft.dirty and draft.action != "delete":
            uses = [(given["id"], path.partition("[")[0]) for _, path, given in _new_files(draft)]
            bind_files(unit.session, draft.plan.name, draft.id, uses)


def _new_files(draft: Draft) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name in draft.plan.files & draft.touched:
        value, before = draft.after.get(name), (draft.before or {}).get(name)
        if isinstance(value, dict) and value != before:
            yield name, name, value
        elif isinstance(value, list):
            for index, given in enumerate(value):
                if given not in (before or ()):
                    yield name, f"{name}[{index}]", given


def _is_ours(stored: StoredFile, draft: Draft, unit: Unit) -> bool:
    if stored.record is not None:
        # out of a field that the actor does not see nothing is carried into one that he sees
        seen = stored.field in unit.policy.readable(draft.plan.name)
        return seen and (stored.object, stored.record) == (draft.plan.name, draft.id)
    return stored.created_by == unit.user or unit.ctx.actor.system


def _is_no_picture(stored: StoredFile, draft: Draft, path: str) -> bool:
    field = draft.plan.object.fields[path.partition("[")[0]]
    return field.type == "image" and not stored.type.startswith("image/")
