"""Reading under a policy: one record, a page of them, how many there are. Permission stands inside the statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.access import Policy, mask
from engine.kernel.errors import LimitExceeded, Malformed, Missing
from engine.kernel.names import is_record_id
from engine.metamodel.model import ListModel, ObjectModel, SortKey
from engine.records.change import Record
from engine.records.conditions import Conditions, readable_path, sort_keys, view_of
from engine.records.limits import FIELDS, PAGE, QUICK
from engine.records.query import Count, Listing, Page
from engine.records.unit import Unit
from engine.rules import Expression
from engine.storage import Reference
from engine.storage.query import Match, Query, Row
from engine.storage.reading import count_rows, select_one, select_page

Path = tuple[str, ...]
_ALWAYS: tuple[Path, ...] = (("id",), ("version",))
MOST_LINES = 1_000


def get_record(unit: Unit, object: str, id: str, fields: Sequence[str] | None) -> Record:
    """Return one record; Missing when there is none or the actor may not see it."""
    unit.policy.require(object, "read")
    if not is_record_id(id):
        raise Missing("not_found")
    reading = _Reading(unit, object, fields or None)
    for deleted in (False, True) if unit.model.objects[object].recycles else (False,):
        query = Query(object, reading.columns, match=(Match("id", id),), deleted=deleted)
        row = select_one(unit.session, unit.catalog, query, reading.seen, reading.bound, unit.run)
        if row is not None:
            (record,) = reading.records((row,), allowed=True)
            return reading.with_lines(record)
    raise Missing("not_found")


def list_records(unit: Unit, listing: Listing, conditions: Conditions) -> Page:
    """Return a page of the records that the actor may see."""
    unit.policy.require(listing.object, "read")
    if not 1 <= listing.limit <= PAGE:
        raise LimitExceeded("page", listing.limit, PAGE, 400)
    if len(listing.fields) > FIELDS:
        raise LimitExceeded("fields", len(listing.fields), FIELDS, 400)
    reading = _Reading(unit, listing.object, listing.fields or _columns_of(unit, listing.object))
    query = replace(
        _asked(unit, listing, conditions), columns=reading.columns, limit=listing.limit, after=listing.after
    )
    found = select_page(unit.session, unit.catalog, query, reading.seen, reading.bound, unit.run)
    return Page(reading.records(found.rows, allowed=False), found.after)


def count_records(unit: Unit, listing: Listing, conditions: Conditions, cap: int) -> Count:
    """Return how many records a listing holds, counting no further than ``cap``."""
    unit.policy.require(listing.object, "read")
    query = replace(_asked(unit, listing, conditions), limit=cap)
    value = count_rows(unit.session, unit.catalog, query, _Seen(unit.policy), bound_of(unit), unit.run)
    return Count(min(value, cap), value > cap)


def bound_of(unit: Unit) -> Mapping[str, Any]:
    """Return what conditions know before any row is read."""
    return {"actor": unit.policy.facts}


class _Seen:
    """The row filter of a policy: per object, the rows that its actor may see."""

    __slots__ = ("_policy",)

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def __call__(self, object: str) -> Expression | None:
        return self._policy.rows(object, "read")


class _Reading:
    """The columns of one reading, and how its rows become records."""

    def __init__(self, unit: Unit, object: str, fields: Iterable[str] | None) -> None:
        self.unit = unit
        self.object: ObjectModel = unit.model.objects[object]
        self.seen = _Seen(unit.policy)
        self.bound = bound_of(unit)
        readable = unit.policy.readable(object)
        self.lines: tuple[str, ...] = ()
        if fields is None:
            paths: list[Path] = [(name,) for name, f in self.object.fields.items() if name in readable and f.stored]
            self.lines = tuple(name for name, f in self.object.fields.items() if name in readable and f.lines_of)
        else:
            paths = [readable_path(unit.policy, unit.model, object, text) for text in dict.fromkeys(fields)]
            self.lines = tuple(path[0] for path in paths if self.object.fields[path[0]].lines_of)
            paths = [path for path in paths if not self.object.fields[path[0]].lines_of]
        self.shown = tuple(".".join(path) for path in paths)
        needs = [path for path in unit.policy.needs(object) if not self.object.fields[path[0]].lines_of]
        self.columns = tuple(dict.fromkeys((*_ALWAYS, *paths, *sorted(needs))))

    def records(self, rows: Sequence[Row], *, allowed: bool) -> tuple[Record, ...]:
        """Return rows as the actor may see them."""
        policy, name = self.unit.policy, self.object.name
        plain = policy.everything or not self._conditional()
        untitled = self._untitled()
        if plain and not allowed and not untitled and len(self.shown) == len(self.columns):
            return tuple(Record(name, row["id"], row["version"], row) for row in rows)
        return tuple(self._record(row, plain=plain, allowed=allowed, untitled=untitled) for row in rows)

    def with_lines(self, record: Record) -> Record:
        """Return a record with its lines."""
        lines: dict[str, tuple[Record, ...]] = {}
        for name in self.lines:
            model = self.object.fields[name]
            if not self.unit.policy.may(model.lines_of or "", "read"):
                continue
            reading = _Reading(self.unit, model.lines_of or "", None)
            query = Query(
                model.lines_of or "",
                reading.columns,
                sort=(SortKey(("id",)),),
                limit=MOST_LINES,
                match=(Match(model.lines_by or "", record.id),),
            )
            found = select_page(self.unit.session, self.unit.catalog, query, self.seen, self.bound, self.unit.run)
            lines[name] = reading.records(found.rows, allowed=False)
        return replace(record, lines=lines) if lines else record

    def _record(self, row: Row, *, plain: bool, allowed: bool, untitled: frozenset[str]) -> Record:
        unit, name = self.unit, self.object.name
        facts = facts_of(row) if allowed or not plain else {}
        if facts:
            facts["actor"] = unit.policy.facts
        sights = {} if plain else unit.policy.sights(name, facts, unit.run)
        values = {path: row[path] for path in self.shown if sights.get(path.split(".")[0]) != "hidden"}
        masked = frozenset(path for path in values if sights.get(path) == "masked")
        for path in masked:
            values[path] = mask(values[path])
        for path in untitled:
            if isinstance(values.get(path), Reference):
                values[path] = Reference(values[path].id, None, values[path].object)
        may = self._allowed(facts) if allowed else frozenset[str]()
        return Record(name, row["id"], row["version"], values, allowed=may, masked=masked)

    def _conditional(self) -> bool:
        rules = self.unit.policy.rules.reading(self.object.name)
        return bool(rules.by_row or rules.always)

    def _untitled(self) -> frozenset[str]:
        """Return the shown references whose targets' titles the actor may not see."""
        if self.unit.policy.everything:
            return frozenset()
        found = set()
        for path in self.shown:
            targets = self._targets(path)
            if targets and not all(self.unit.policy.titled(target) for target in targets):
                found.add(path)
        return frozenset(found)

    def _targets(self, path: str) -> tuple[str, ...]:
        at, steps = self.object, path.split(".")
        for step in steps[:-1]:
            if not at.fields[step].references:
                return ()
            at = self.unit.model.objects[at.fields[step].targets[0]]
        field = at.fields[steps[-1]]
        if field.type not in ("reference", "department", "any_reference"):
            return ()
        return tuple(target for target in field.targets if target in self.unit.model.objects)

    def _allowed(self, facts: Mapping[str, Any]) -> frozenset[str]:
        unit, name = self.unit, self.object.name
        life = unit.model.lifecycle_of(name)
        state = facts.get(life.field) if life else None
        gone = facts.get("deleted_at") is not None
        found = set()
        for action in ("restore",) if gone else ("update", "delete"):
            if unit.policy.may(name, action) and unit.policy.covers(name, action, facts, unit.run):
                found.add(action)
        if life is not None and not gone:
            here = life.states.get(state or "")
            if here is not None and here.lock is not None:
                found.discard("delete")
            for transition in life.transitions.values():
                if unit.open_to_actor(name, transition, state, facts):
                    found.add(transition.name)
        return frozenset(found)


def facts_of(row: Row) -> dict[str, Any]:
    """Return a row as expressions see it: what stands behind a reference is a tree of its own."""
    tree: dict[str, Any] = {}
    for path, value in sorted(row.items()):
        steps = path.split(".")
        if len(steps) == 1:
            tree[path] = value
            continue
        at: Any = tree
        for step in steps[:-1]:
            inner = at.get(step)
            if not isinstance(inner, dict):
                inner = at[step] = {"id": getattr(inner, "id", inner)}
            at = inner
        at[steps[-1]] = value
    return tree


def _columns_of(unit: Unit, object: str) -> tuple[str, ...]:
    """Return the columns of an object's list that the actor may read."""
    found: ListModel | None = unit.model.lists.get(object)
    readable = unit.policy.readable(object)
    if found is None:
        return tuple(
            name for name, field in unit.model.objects[object].fields.items() if name in readable and field.stored
        )
    paths = [".".join(column.path) for column in found.columns if column.path[0] in readable]
    shown = []
    for path in paths:
        try:
            readable_path(unit.policy, unit.model, object, path)
        except Malformed:
            continue
        shown.append(path)
    return tuple(shown)


def _asked(unit: Unit, listing: Listing, conditions: Conditions) -> Query:
    """Return the query of a listing: its own condition, the view's and the list's together."""
    policy, name = unit.policy, listing.object
    if len(listing.quick) > QUICK:
        raise LimitExceeded("quick_search", len(listing.quick), QUICK, 400)
    found = unit.model.lists.get(name)
    where: list[Expression] = []
    sort: tuple[SortKey, ...] = found.sort if found else ()
    if found is not None and found.where is not None:
        where.append(found.where)
    if listing.view is not None:
        condition, order = view_of(found, listing.view)
        sort = order or sort
        if condition is not None:
            where.append(condition)
    if listing.within is not None:
        where.append(listing.within)
    if listing.where is not None and listing.where != "":
        where.append(conditions.compiled(policy, name, listing.where))
    if listing.sort:
        sort = sort_keys(policy, unit.model, name, listing.sort)
    else:
        sort = tuple(key for key in sort if _may_sort(policy, name, key))
    deleted = listing.deleted and unit.model.objects[name].recycles
    usable = policy.usable(name)
    searched = unit.plans.of(name).searched
    quick_in = None if searched <= usable else tuple(sorted(searched & usable))
    return Query(name, (), tuple(where), listing.quick, sort, deleted=deleted, quick_in=quick_in)


def _may_sort(policy: Policy, object: str, key: SortKey) -> bool:
    return key.path[0] in policy.usable(object)
