"""Dimensions whose values stand in a tree: which place each value counts to while one node is looked into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.errors import LimitExceeded, Malformed
from engine.metamodel.model import SortKey
from engine.metamodel.model.analysis import DimensionModel
from engine.records import Unit
from engine.records.reading import bound_of, seen_by
from engine.storage import Reference
from engine.storage.query import Query
from engine.storage.reading import select_page

MOST = 3_000


@dataclass(frozen=True, slots=True)
class Tree:
    """The values by their parents, in the order in which they are shown; ``below`` are the children of each."""

    parents: Mapping[str, str | None]
    below: Mapping[str | None, list[str]] = field(default_factory=dict)

    def under(self, node: str) -> list[str]:
        """Return a node and all below it."""
        found = [node]
        for at in found:
            found.extend(self.below.get(at, ()))
        return found

    def above(self, node: str) -> list[str]:
        """Return the way from the top down to a node, itself included."""
        found: list[str] = []
        at: str | None = node
        while at is not None and at in self.parents and at not in found:
            found.append(at)
            at = self.parents[at]
        return found[::-1]

    def start(self) -> str | None:
        """Return the node that is looked into at first: none, unless a single one holds everything."""
        node: str | None = None
        while len(children := self.below.get(node, [])) == 1 and self.below.get(children[0]):
            node = children[0]
        return node

    def places(self, opened: str | None) -> dict[str, str]:
        """Return the place that each value counts to: a child of the opened node, or that node for its own."""
        found = {opened: opened} if opened is not None else {}
        for child in self.below.get(opened, ()):
            found.update(dict.fromkeys(self.under(child), child))
        return found


def tree_of(unit: Unit, dimension: DimensionModel) -> Tree:
    """Return the tree of a dimension's values, as far as the reader sees it."""
    parents = _dictionary(unit, dimension) if dimension.parent is None else _records(unit, dimension, dimension.parent)
    below: dict[str | None, list[str]] = {}
    for node in parents:
        if not _circles(parents, node):
            below.setdefault(parents[node], []).append(node)
    reached = {node for nodes in below.values() for node in nodes}
    return Tree({node: parent for node, parent in parents.items() if node in reached}, below)


def require_node(tree: Tree, dimension: DimensionModel, value: str) -> str:
    """Return the value when it is a place in the tree."""
    if value not in tree.parents:
        raise Malformed("no_such_node", value=value[:60], dimension=dimension.name)
    return value


def _dictionary(unit: Unit, dimension: DimensionModel) -> dict[str, str | None]:
    entries = unit.books[dimension.field.dictionary or ""].entries
    return {
        code: entry.item.parent if entry.item.parent in entries and entry.item.parent != code else None
        for code, entry in entries.items()
    }


def _records(unit: Unit, dimension: DimensionModel, parent: str) -> dict[str, str | None]:
    object = dimension.field.targets[0]
    if not unit.policy.may(object, "read"):
        return {}
    found = unit.model.lists.get(object)
    usable = unit.policy.usable(object)
    sort = tuple(key for key in (found.sort if found else ()) if len(key.path) == 1 and key.path[0] in usable)
    columns = (("id",), (parent,)) if parent in usable else (("id",),)
    query = Query(object, columns, sort=sort or (SortKey(("id",)),), limit=MOST, deleted=None)
    page = select_page(unit.session, unit.catalog, query, seen_by(unit), bound_of(unit), unit.run)
    if page.after is not None:
        raise LimitExceeded("tree_too_large", MOST, MOST, 400)
    ids = {row["id"] for row in page.rows}
    pairs = ((row["id"], row.get(parent)) for row in page.rows)
    return {id: at.id if isinstance(at, Reference) and at.id in ids and at.id != id else None for id, at in pairs}


def _circles(parents: Mapping[str, str | None], node: str) -> bool:
    seen = {node}
    at = parents[node]
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        at = parents.get(at)
    return False
