"""The records behind references that an actor may see, and their titles; of all others nothing is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.metamodel.model import SortKey
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


def titles_in_order(unit: Unit, object: str, ids: set[str]) -> Mapping[str, str | None]:
    """Return the titles of those records that the actor sees, in the order of the object's list; users by name."""
    if object == USERS:
        found = {id: title for (_, id), title in _users(unit, ids).items()}
        return dict(sorted(found.items(), key=lambda pair: pair[1] or ""))
    usable = unit.policy.usable(object) if object in unit.model.objects else frozenset()
    listed = unit.model.lists.get(object)
    sort = tuple(key for key in (listed.sort if listed else ()) if len(key.path) == 1 and key.path[0] in usable)
    return {id: title for (_, id), title in _records(unit, object, ids, sort).items()}


def _records(unit: Unit, object: str, ids: set[str], sort: tuple[SortKey, ...] = ()) -> Mapping[Key, str | None]:
    policy = unit.policy
    if object not in unit.model.objects or not policy.may(object, "read"):
        return {}
    model, language = unit.model.objects[object], unit.ctx.language
    titled = policy.titled(object) and model.display != "id"
    columns = (("id",), *((name,) for name in model.called_in(language))) if titled else (("id",),)
    query = Query(object, columns, sort=sort, limit=len(ids), match=(Match("id", tuple(sorted(ids))),), deleted=None)
    page = select_page(
        unit.session,
        unit.catalog,
        query,
        lambda name: policy.rows(name, "read"),
        {"actor": policy.facts},
        unit.run,
    )
    found = ((row["id"], model.title_of(row, language) if titled else None) for row in page.rows)
    return {(object, id): None if title is None else str(title) for id, title in found}
