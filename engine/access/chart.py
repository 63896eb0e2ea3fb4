"""The chart of the organisation: its trees of units, companies and others, as they are in one state of the tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.access.tables.organisation import Row, living_rows
from engine.metamodel.model import Organisation
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded

# deeper trees are cut there
DEEPEST = 64
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Node:
    """One record of a tree. ``head`` is a person, ``company`` a company; both as the record itself says."""

    id: str
    parent: str | None = None
    code: str | None = None
    name: str | None = None
    head: str | None = None
    company: str | None = None
    active: bool = True
    begins: date | None = None
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the node is in effect on a day."""
        return self.active and _within(self.begins, self.ends, day)


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes of one tree by id, with their children and codes."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    def find(self, named: str) -> str | None:
        """Return the id of a node that is named by its id or code."""
        return named if named in self.nodes else self.codes.get(named)

    def below(self, starts: Iterable[str]) -> frozenset[str]:
        """Return nodes with all nodes below them."""
        edge = [start for start in starts if start in self.nodes]
        found = set(edge)
        for _ in range(DEEPEST):
            edge = [child for node in edge for child in self.children.get(node, ()) if child not in found]
            if not edge:
                break
            found.update(edge)
        return frozenset(found)

    def upwards(self, start: str | None) -> list[Node]:
        """Return a node and those above it, the nearest first."""
        found: dict[str, Node] = {}
        while start is not None and start in self.nodes and start not in found and len(found) < DEEPEST:
            found[start] = self.nodes[start]
            start = self.nodes[start].parent
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Chart:
    """The trees of a tenant. ``companies_of`` gives the company of each unit: its own, or the nearest above it."""

    units: Tree = Tree()
    companies: Tree = Tree()
    positions: Tree = Tree()
    teams: Tree = Tree()
    trees: Mapping[str, Tree] = field(default_factory=dict)
    companies_of: Mapping[str, str] = field(default_factory=dict)
    has_companies: bool = False

    def units_of(self, companies: Iterable[str]) -> frozenset[str]:
        """Return the units that belong to companies."""
        wanted = frozenset(companies)
        return frozenset(unit for unit, company in self.companies_of.items() if company in wanted)


_charts = Bounded(_KEPT)


def chart_of(session: Session, catalog: Catalog) -> Chart:
    """Return the tenant's chart; read once in each state of what permission rests on."""
    if session.unsettled:
        return _read(session, catalog)
    key = (session.address, id(catalog.model), catalog.stamp)
    chart: Chart = _charts.get(key, lambda: _read(session, catalog))
    return chart


def _read(session: Session, catalog: Catalog) -> Chart:
    structure = catalog.model.structure
    units = _tree(session, catalog, structure.unit)
    companies = _tree(session, catalog, structure.company)
    of = {}
    for id in units.nodes:
        nearest = next((node.company for node in units.upwards(id) if node.company is not None), None)
        if nearest is not None:
            of[id] = nearest
    return Chart(
        units,
        companies,
        _tree(session, catalog, structure.position),
        _tree(session, catalog, structure.team),
        {name: _tree(session, catalog, name) for name in structure.trees},
        of,
        structure.company is not None,
    )


def _tree(session: Session, catalog: Catalog, object: str | None) -> Tree:
    if object is None:
        return Tree()
    model = catalog.model.objects[object]
    marker = model.organisation
    assert marker is not None, "the structure names marked objects"
    display = model.display if model.fields[model.display].stored and not model.fields[model.display].references else ""
    named = [field for field in (*marker.keys.values(), display) if field]
    nodes = {row["id"]: _node(row, marker, display) for row in living_rows(session, catalog, object, named)}
    children: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.parent is not None:
            children.setdefault(node.parent, []).append(node.id)
    codes = {node.code: node.id for node in reversed(nodes.values()) if node.code is not None}
    return Tree(nodes, {id: tuple(several) for id, several in children.items()}, codes)


def _node(row: Row, marker: Organisation, display: str) -> Node:
    def at(key: str) -> object:
        name = marker.get(key)
        return None if name is None else row[name]

    return Node(
        row["id"],
        parent=at("parent"),  # type: ignore[arg-type] # the compiler has seen to the types of a marker's fields
        code=at("code"),  # type: ignore[arg-type]
        name=str(row[display]) if display and row[display] is not None else None,
        head=at("head") or at("lead"),  # type: ignore[arg-type]
        company=at("company"),  # type: ignore[arg-type]
        active=at("active") is not False if marker.get("active") else True,
        begins=at("from"),  # type: ignore[arg-type]
        ends=at("to"),  # type: ignore[arg-type]
    )


def _within(begins: date | None, ends: date | None, day: date) -> bool:
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def in_effect(row: Row, marker: Organisation, day: date) -> bool:
    """Tell whether a record of the organisation holds on a day."""
    begins, ends = marker.get("from"), marker.get("to")
    return _within(row[begins] if begins else None, row[ends] if ends else None, day)
