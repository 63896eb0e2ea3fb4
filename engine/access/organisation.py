"""The organisation behind permission: a user's person and unit, and the units below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.storage import Catalog, Session
from engine.storage.fetching import Want, fetch

# deeper trees than this are circles
DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Post:
    """Where a user stands: the record of his person, his unit, and that unit with all units below it."""

    person: str | None = None
    unit: str | None = None
    units_below: frozenset[str] = frozenset()


def post_of(session: Session, catalog: Catalog, user: str) -> Post:
    """Return where a user stands; an empty post when no person record names him."""
    model = catalog.model
    if model.person is None:
        return Post()
    person = model.objects[model.person].organisation
    assert person is not None
    if person.user is None or person.unit is None:
        return Post()
    found = _persons(session, catalog, {user}).get(user)
    if found is None:
        return Post()
    id, unit = found
    return Post(id, unit, units_below(session, catalog, unit) if unit else frozenset())


def units_of(session: Session, catalog: Catalog, users: Iterable[str | None]) -> Mapping[str | None, str | None]:
    """Return the unit of each of several users."""
    wanted = {user for user in users if user is not None}
    return {user: unit for user, (_, unit) in _persons(session, catalog, wanted).items()}


def units_below(session: Session, catalog: Catalog, unit: str) -> frozenset[str]:
    """Return a unit with all units below it."""
    name = catalog.model.unit
    organisation = catalog.model.objects[name].organisation if name else None
    if name is None or organisation is None or organisation.parent is None:
        return frozenset({unit})
    found, edge = {unit}, [unit]
    for _ in range(DEEPEST):
        want = Want(name, (("id",),), organisation.parent)
        edge = [tree["id"] for tree in fetch(session, catalog, want, edge) if tree["id"] not in found]
        if not edge:
            break
        found.update(edge)
    return frozenset(found)


def _persons(session: Session, catalog: Catalog, users: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Return the person record and unit of each user; of several records the oldest that is not deleted counts."""
    model = catalog.model
    person = model.objects[model.person].organisation if model.person else None
    if model.person is None or person is None or person.user is None or person.unit is None:
        return {}
    paths = [("id",), (person.user,), (person.unit,)]
    if model.objects[model.person].recycles:
        paths.append(("deleted_at",))
    found: dict[str, tuple[str, str | None]] = {}
    for tree in fetch(session, catalog, Want(model.person, tuple(paths), person.user), users):
        if tree.get("deleted_at") is None:
            found.setdefault(tree[person.user], (tree["id"], tree[person.unit]))
    return found
