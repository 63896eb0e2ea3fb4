"""The organisation behind permission: a user's person and unit, and the units below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.metamodel.model import TenantModel
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
    found = _persons(session, catalog, {user}).get(user)
    if found is None:
        return Post()
    id, unit = found
    return Post(id, unit, units_below(session, catalog, unit) if unit else frozenset())


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


def want_of_persons(model: TenantModel) -> tuple[Want, str] | None:
    """Return what is read of the persons of users, and the field of their unit; None where no object holds persons."""
    person = model.objects[model.person].organisation if model.person else None
    if model.person is None or person is None or person.user is None or person.unit is None:
        return None
    paths = [("id",), (person.user,), (person.unit,)]
    if model.objects[model.person].recycles:
        paths.append(("deleted_at",))
    return Want(model.person, tuple(paths), person.user), person.unit


def _persons(session: Session, catalog: Catalog, users: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Return the person record and unit of each user; of several records the oldest that is not deleted counts."""
    wanted = want_of_persons(catalog.model)
    if wanted is None:
        return {}
    want, unit = wanted
    found: dict[str, tuple[str, str | None]] = {}
    for tree in fetch(session, catalog, want, users):
        if tree.get("deleted_at") is None:
            found.setdefault(tree[want.key], (tree["id"], tree[unit]))
    return found
