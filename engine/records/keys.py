"""References given by a unique field of their target become ids, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.records.draft import Draft
from engine.records.shapes import Wrong
from engine.records.shapes.links import ByKey
from engine.records.unit import Unit
from engine.storage.fetching import USERS, Want, fetch

Asked = dict[tuple[str, str], dict[Any, str | None]]
# how a user is named where his id is not known
USER_KEYS = frozenset({"login"})


def resolve_keys(drafts: Sequence[Draft], unit: Unit) -> None:
    """Replace every ``ByKey`` in the drafts by an id; complain where none or several records have the key."""
    asked: Asked = {}
    keyed: list[tuple[Draft, str]] = []
    for draft in drafts:
        for name in draft.touched & draft.plan.linked:
            keys = _keys(draft.after.get(name))
            if keys:
                keyed.append((draft, name))
            for key in keys:
                if _identifies(unit, key):
                    asked.setdefault((key.object, key.field), {})[_typed(unit, key)] = None
                else:
                    draft.complain(name, "not_a_key", object=key.object, field=key.field)
    for (object, field), known in asked.items():
        recycles = object != USERS and unit.model.objects[object].recycles
        want = Want(object, ((field,), ("deleted_at",)) if recycles else ((field,),), field)
        for tree in fetch(unit.session, unit.catalog, want, [value for value in known if value is not None]):
            if tree.get("deleted_at") is None:
                known[tree[field]] = tree["id"]
    for draft, name in keyed:
        value = draft.after[name]
        if isinstance(value, ByKey):
            draft.put(name, _found(draft, name, value, asked, unit))
        else:
            found = [
                _found(draft, f"{name}[{index}]", entry, asked, unit) if isinstance(entry, ByKey) else entry
                for index, entry in enumerate(value)
            ]
            draft.put(name, [entry for entry in found if entry is not None] or None)


def _keys(value: Any) -> list[ByKey]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, ByKey)]


def _identifies(unit: Unit, key: ByKey) -> bool:
    if key.object == USERS:
        return key.field in USER_KEYS
    model = unit.model.objects[key.object].fields.get(key.field)
    return model is not None and model.unique and key.field in unit.policy.usable(key.object)


def _typed(unit: Unit, key: ByKey) -> Any:
    if key.object == USERS:
        return key.value if isinstance(key.value, str) else None
    try:
        return unit.plans.of(key.object).readers[key.field](key.value, unit.ctx.zone)
    except (Wrong, KeyError):
        return None


def _found(draft: Draft, path: str, key: ByKey, asked: Asked, unit: Unit) -> str | None:
    if not _identifies(unit, key):
        return None
    id: str | None = asked[key.object, key.field].get(_typed(unit, key))
    if id is None:
        draft.complain(path, "reference_not_found")
    return id
