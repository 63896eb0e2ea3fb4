"""Reading under a policy: one record, a page of them, how many there are. Permission stands inside the statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.access import Policy, mask
from engine.kernel.errors import LimitExceeded, Malformed, Missing
from engine.kernel.names import is_record_id
from engine.metamodel.model import SortKey, StateModel, TenantModel
from engine.records.change import Record
from engine.records.closing import closed_fields
from engine.records.conditions import Conditions, may_be_asked, sort_keys, usable_path, view_of
from engine.records.entitled import may_edit, open_to_actor
from engine.records.holds import holds_of
from engine.records.limits import FIELDS, PAGE, QUICK
from engine.records.query import Count, Listing, Page
from engine.records.seen import seen_titles
from engine.records.shares import put_shares
from engine.records.unit import Unit
from engine.records.window import Window, list_window, window_of
from engine.rules import Expression
from engine.storage import Reference
from engine.storage.query import POINTER, Match, Query, Row
from engine.storage.reading import count_rows, select_one, select_page
from engine.storage.wording import RowFilter

_BY_ID = (SortKey(("id",)),)
MOST_LINES = 1_000


def get_record(unit: Unit, object: str, id: str, fields: Sequence[str] | None) -> Record:
    """Return one record; Missing when there is none or the actor may not see it."""
    unit.policy.require(object, "read")
    if not is_record_id(id):
        raise Missing("not_found")
    window = window_of(unit, object, tuple(fields) if fields else None, deciding=True)
    # also out of the recycle bin: who may see the record may see that it lies there
    query = Query(object, window.columns, match=(Match("id", id),), deleted=None)
    row = select_one(unit.session, unit.catalog, query, unit.policy.rows, bound_of(unit), unit.run)
    if row is None:
        raise Missing("not_found")
    facts = {**facts_of(row), "actor": unit.policy.facts}
    put_shares(unit, object, [facts])
    record = _record(unit, window, row, facts)
    if window.several:
        (record,) = _seen_only(unit, window, (record,))
    lines = _lines(unit, window, id, facts)
    for name, several in lines.items():
        facts[name] = [facts_of(dict(line.values)) for line in several]
    allowed, closed = _allowed(unit, object, facts), frozenset[str]()
    if "update" in allowed:
        closed = closed_fields(unit, object, _state_of(unit, object, facts), facts, holds_of(unit, object, id))
        if closed.issuperset(_written_by_people(unit, object)):
            allowed -= {"update"}
    return replace(record, lines=lines, allowed=allowed, closed=closed)


def list_records(unit: Unit, listing: Listing, conditions: Conditions) -> Page:
    """Return a page of the records that the actor may see."""
    unit.policy.require(listing.object, "read")
    if not 1 <= listing.limit <= PAGE:
        raise LimitExceeded("page", listing.limit, PAGE, 400)
    if len(listing.fields) > FIELDS:
        raise LimitExceeded("fields", len(listing.fields), FIELDS, 400)
    fields = tuple(listing.fields)
    window = window_of(unit, listing.object, fields) if fields else list_window(unit, listing.object)
    query = replace(
        query_of(unit, listing, conditions), columns=window.columns, limit=listing.limit, after=listing.after
    )
    found = select_page(unit.session, unit.catalog, query, unit.policy.rows, bound_of(unit), unit.run)
    return Page(_records(unit, window, found.rows), found.after)


def count_records(unit: Unit, listing: Listing, conditions: Conditions, cap: int) -> Count:
    """Return how many records a listing holds, counting no further than ``cap``."""
    unit.policy.require(listing.object, "read")
    query = replace(query_of(unit, listing, conditions), limit=cap)
    value = count_rows(unit.session, unit.catalog, query, unit.policy.rows, bound_of(unit), unit.run)
    return Count(min(value, cap), value > cap)


def bound_of(unit: Unit) -> Mapping[str, Any]:
    """Return what conditions know before any row is read."""
    return unit.policy.bound


def seen_by(unit: Unit) -> RowFilter:
    """Return which rows of each object the actor of a unit may see."""
    return unit.policy.rows


def _records(unit: Unit, window: Window, rows: Sequence[Row]) -> tuple[Record, ...]:
    if window.plain and not window.untitled and not window.several:
        name = window.object
        return tuple([Record(name, row["id"], row["version"], row) for row in rows])
    facts = [{**facts_of(row), "actor": unit.policy.facts} for row in rows]
    if not window.plain:
        put_shares(unit, window.object, facts)
    found = tuple(_record(unit, window, row, known) for row, known in zip(rows, facts, strict=True))
    return _seen_only(unit, window, found) if window.several else found


def _seen_only(unit: Unit, window: Window, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Leave out of lists of references what the actor does not see."""
    wanted = {(target, id) for one in records for path, target in window.several for id in one.values.get(path) or ()}
    seen = seen_titles(unit, wanted)
    found = []
    for one in records:
        values = dict(one.values)
        for path, target in window.several:
            if values.get(path):
                values[path] = type(values[path])(id for id in values[path] if (target, id) in seen)
        found.append(replace(one, values=values))
    return tuple(found)


def _record(unit: Unit, window: Window, row: Row, facts: Mapping[str, Any]) -> Record:
    sights = {} if window.plain else unit.policy.sights(window.object, facts, unit.run)
    values = {path: row[path] for path in window.shown}
    masked: frozenset[str] = frozenset()
    if sights:
        values = {path: value for path, value in values.items() if sights.get(path.partition(".")[0]) != "hidden"}
        masked = frozenset(path for path in values if sights.get(path) == "masked")
    for path in masked:
        values[path] = mask(values[path])
    for path in window.untitled:
        if isinstance(values.get(path), Reference):
            values[path] = Reference(values[path].id, None, values[path].object)
    return Record(window.object, row["id"], row["version"], values, masked=masked)


def _lines(unit: Unit, window: Window, id: str, facts: Mapping[str, Any]) -> dict[str, tuple[Record, ...]]:
    """Return the lines of a record by field; those of a field that is hidden on this record are left out."""
    found: dict[str, tuple[Record, ...]] = {}
    sights = {} if window.plain or not window.lines else unit.policy.sights(window.object, facts, unit.run)
    for name in window.lines:
        model = unit.model.objects[window.object].fields[name]
        child, by = model.lines_of or "", model.lines_by or ""
        if sights.get(name) == "hidden" or not unit.policy.may(child, "read"):
            continue
        inner = window_of(unit, child, None)
        query = Query(child, inner.columns, sort=_BY_ID, limit=MOST_LINES, match=(Match(by, id),))
        page = select_page(unit.session, unit.catalog, query, unit.policy.rows, bound_of(unit), unit.run)
        found[name] = _records(unit, inner, page.rows)
    return found


def _allowed(unit: Unit, object: str, facts: Mapping[str, Any]) -> frozenset[str]:
    """Return the actions and transitions that are open to the actor on a record."""
    life = unit.model.lifecycle_of(object)
    state, here = facts.get(life.field) if life else None, _state_of(unit, object, facts)
    gone = facts.get("deleted_at") is not None
    found = set()
    for action in ("restore",) if gone else ("update", "delete", "print"):
        if unit.policy.may(object, action) and unit.policy.covers(object, action, facts, unit.run):
            found.add(action)
    if life is not None and not gone:
        if not may_edit(unit, here, facts):
            found.difference_update(("update", "delete"))
        if here is not None and here.lock is not None:
            found.discard("delete")
        for transition in life.transitions.values():
            if open_to_actor(unit, object, transition, state, facts):
                found.add(transition.name)
    return frozenset(found)


def _state_of(unit: Unit, object: str, facts: Mapping[str, Any]) -> StateModel | None:
    life = unit.model.lifecycle_of(object)
    return life.states.get(facts.get(life.field) or "") if life else None


def _written_by_people(unit: Unit, object: str) -> frozenset[str]:
    """Return the fields of an object that a save by the actor may change on some record."""
    fields = unit.model.objects[object].fields
    writable = unit.policy.writable(object)
    fixed = {name for name, field in fields.items() if field.computed or field.readonly or field.system}
    return writable & (fields.keys() - fixed)


def facts_of(row: Row) -> dict[str, Any]:
    """Return a row as expressions see it: what stands behind a reference is a tree of its own."""
    tree: dict[str, Any] = {path: value for path, value in row.items() if "." not in path}
    if len(tree) == len(row):
        return tree
    for path, value in sorted((path, value) for path, value in row.items() if "." in path):
        steps = path.split(".")
        if steps[-1] == POINTER:
            steps.pop()
            if len(steps) == 1 and tree.get(steps[0]) is not None:
                # it is there already, with its title
                continue
        at: Any = tree
        for step in steps[:-1]:
            inner = at.get(step)
            if not isinstance(inner, dict):
                inner = at[step] = {"id": getattr(inner, "id", inner)}
            at = inner
        at[steps[-1]] = value
    return tree


def query_of(unit: Unit, listing: Listing, conditions: Conditions) -> Query:
    """Return the query of a listing: its own condition, the view's and the list's together.

    The list's is left out for readers who may not filter by what it looks at.
    """
    policy, name = unit.policy, listing.object
    if len(listing.quick) > QUICK:
        raise LimitExceeded("quick_search", len(listing.quick), QUICK, 400)
    found = unit.model.lists.get(name)
    where: list[Expression] = []
    sort: tuple[SortKey, ...] = found.sort if found else ()
    if found is not None and found.where is not None and may_be_asked(policy, name, found.where):
        where.append(found.where)
    if listing.view is not None:
        condition, order = view_of(policy, found, listing.view)
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
        sort = tuple(key for key in sort if _may_sort(policy, unit.model, name, key))
    deleted = listing.deleted and unit.model.objects[name].recycles
    usable = policy.usable(name)
    searched = unit.plans.of(name).searched
    quick_in = None if searched <= usable else tuple(sorted(searched & usable))
    return Query(name, (), tuple(where), listing.quick, sort, deleted=deleted, quick_in=quick_in)


def _may_sort(policy: Policy, model: TenantModel, object: str, key: SortKey) -> bool:
    try:
        usable_path(policy, model, object, ".".join(key.path))
    except Malformed:
        return False
    return True
