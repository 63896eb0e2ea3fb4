"""The records behind references that an actor may see, and their titles; of all others nothing is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.records.unit import Unit
from engine.storage.fetching import USERS, Want, fetch
from engine.storage.query import Match, Query
from engine.storage.reading import select_page

Key = tuple[str, str]


def seen_titles(unit: Unit, wanted: Iterable[Key]) -> Mapping[Key, str | None]:
    """Return the titles of those records (object, id) that the actor sees; None where the title is not his to see."""
    ids: dict[str, set[str]] = {}
    for object, id in wanted:
        ids.setdefault(object, set()).add(id)
    titles: dict[Key, str | None] = {}
    for object, several in ids.items():
        titles.update(_users(unit, several) if object == USERS else _records(unit, object, several))
    return titles


def _users(unit: Unit, ids: set[str]) -> Mapping[Key, str | None]:
    trees = fetch(unit.session, unit.catalog, Want(USERS, (("name",),)), ids)
    return {(USERS, tree["id"]): str(tree["name"]) for tree in trees}


def _records(unit: Unit, object: str, ids: set[str]) -> Mapping[Key, str | None]:
    policy = unit.policy
    if object not in unit.model.objects or not policy.may(object, "read"):
        return {}
    display = unit.model.objects[object].display
    columns = (("id",), (display,)) if policy.titled(object) and display != "id" else (("id",),)
    query = Query(object, columns, limit=len(ids), match=(Match("id", tuple(sorted(ids))),), deleted=None)
    page = select_page(
        unit.session,
        unit.catalog,
        query,
        lambda name: policy.rows(name, "read"),
        {"actor": policy.facts},
        unit.run,
    )
    found = ((row["id"], row.get(display) if len(columns) > 1 else None) for row in page.rows)
    return {(object, id): None if title is None else str(title) for id, title in found}
