"""Reads records: a page, one, how many, or sums by group, each in one statement, under the reader's row filter."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from engine.metamodel.model import FieldModel, TenantModel
from engine.rules import Run
from engine.storage.catalog import Catalog
from engine.storage.column_types import Convert, loader, total_of
from engine.storage.connections import DialectName
from engine.storage.cursor import list_mark, read_cursor, write_cursor
from engine.storage.keys import order_key, search_words
from engine.storage.measures import Measures, read_row
from engine.storage.ordering import order_stored
from engine.storage.query import Page, Path, Query, Row, Tally
from engine.storage.remembering import remembered
from engine.storage.scope import Frame
from engine.storage.selection import Selection, build_count, build_measures, build_one, build_page, build_tally
from engine.storage.sessions import Session
from engine.storage.wording import Bound, RowFilter, Wording

T = TypeVar("T")
_FIGURES = frozenset(("measures", "tally"))
_WHOLE = _FIGURES | {"count"}
# no text that begins with another stands behind it with this sign at its end
_LAST = "\U0010ffff"


def select_page(
    session: Session, catalog: Catalog, query: Query, rows: RowFilter, bound: Mapping[str, Any], run: Run
) -> Page:
    """Return a page of a list: values by path, references with the titles of records that the reader may see.

    Raises Malformed for a cursor of another list, StaleCatalog when the model changed meanwhile.
    """
    asked = _Asked(catalog, query, Wording(catalog.tables, rows, bound, run))
    place = asked.place()
    empty = None if place is None else tuple(value is None for value in place)
    selection = asked.selection(("page", empty), lambda frame: build_page(frame, query, len(asked.words), empty))
    values = asked.values(selection)
    values["limit"] = query.limit + 1
    for number, value in enumerate(place or ()):
        values[f"after{number}"] = value
    raw = session.rows(selection.compiled, values)
    if raw:
        session.require_state(catalog.stamp, raw[0])
    after = None
    if len(raw) > query.limit:
        del raw[query.limit :]
        after = write_cursor(list_mark(query), selection.place(raw[-1]))
    return Page(tuple(selection.load(raw)), after)


def select_one(
    session: Session, catalog: Catalog, query: Query, rows: RowFilter, bound: Mapping[str, Any], run: Run
) -> Row | None:
    """Return the first record that matches, or None; ``query.match`` should leave one at most."""
    selection, values = _one(catalog, query, rows, bound, run)
    raw = session.rows(selection.compiled, values)
    if not raw:
        return None
    session.require_state(catalog.stamp, raw[0])
    return selection.load(raw)[0]


def count_rows(
    session: Session, catalog: Catalog, query: Query, rows: RowFilter, bound: Mapping[str, Any], run: Run
) -> int:
    """Return how many records there are, counting no further than ``query.limit`` + 1."""
    asked = _Asked(catalog, query, Wording(catalog.tables, rows, bound, run))
    selection = asked.selection(("count",), lambda frame: build_count(frame, query, len(asked.words)))
    values = asked.values(selection)
    values["cap"] = query.limit + 1
    raw = session.rows(selection.compiled, values)
    session.require_state(catalog.stamp, raw[0])
    return int(raw[0][0])


def tally_rows(
    session: Session,
    catalog: Catalog,
    query: Query,
    rows: RowFilter,
    bound: Mapping[str, Any],
    run: Run,
) -> tuple[Tally, ...]:
    """Return how many records there are in each group, with their sums; without groups, one tally of all."""
    asked = _Asked(catalog, query, Wording(catalog.tables, rows, bound, run))
    totals = query.totals
    selection = asked.selection(("tally", totals), lambda frame: build_tally(frame, query, len(asked.words)))
    values = asked.values(selection)
    if totals.by:
        values["groups"] = query.limit
    raw = session.rows(selection.compiled, values)
    if raw:
        session.require_state(catalog.stamp, raw[0])
    fields = catalog.model.objects[query.object].fields
    keys = [loader(fields[name], catalog.tables.dialect) for name in totals.by]
    sums = [fields[name] for name in totals.sums]
    return tuple(_tally(row, keys, sums, catalog.tables.dialect) for row in raw)


def measure_rows(
    session: Session,
    catalog: Catalog,
    asked: tuple[Query, Measures, Mapping[int, Mapping[str, str]]],
    rows: RowFilter,
    bound: Mapping[str, Any],
    run: Run,
) -> tuple[tuple[Any, ...], ...]:
    """Return a row for each group: its keys, then its figures; without keys, one row of all.

    A mapping, by the place of its key, gives what a value counts as; one that it does not hold counts as null.
    """
    query, measures, maps = asked
    wording = Wording(catalog.tables, rows, bound, run)
    shapes = tuple(wording.look(("figure", n), figure.where) for n, figure in enumerate(measures.figures))
    figures = tuple((figure.function, figure.path) for figure in measures.figures)
    own = _Asked(catalog, replace(query, columns=measures.paths), wording)
    key = ("measures", measures.keys, figures, shapes, run.zone.key, measures.first)
    built = own.made(key, lambda frame: build_measures(frame, query, len(own.words), measures, run.zone.key))
    selection, readers = built
    values = own.values(selection)
    values.update({f"map{place}": orjson.dumps(dict(map_)).decode() for place, map_ in maps.items()})
    if measures.keys:
        values["groups"] = query.limit

    def ask() -> list[tuple[Any, ...]]:
        found = session.rows(selection.compiled, values)
        if found:
            session.require_state(catalog.stamp, found[0])
        return found

    if selection.objects is None or wording.momentary:
        raw = ask()
    else:
        question = (selection.compiled.text, selection.compiled.arguments(values))
        raw = remembered(session).rows(session, catalog, question, selection.objects, ask)
    return tuple(read_row(row, readers) for row in raw)


# ---------------------------------------------------------------------------------------------------------------------


def _tally(
    row: Sequence[Any], keys: Sequence[Convert | None], sums: Sequence[FieldModel], dialect: DialectName
) -> Tally:
    at = len(keys)
    group = tuple(
        value if read is None or value is None else read(value) for read, value in zip(keys, row, strict=False)
    )
    figures = tuple(total_of(field, row[at + 1 + n], dialect) for n, field in enumerate(sums))
    return Tally(group, int(row[at]), figures)


def _one(
    catalog: Catalog, query: Query, rows: RowFilter, bound: Mapping[str, Any], run: Run
) -> tuple[Selection, dict[str, Any]]:
    """Return the statement for one record and its values; what a reader asked before is found ready."""
    kept = bound.kept if isinstance(bound, Bound) and _is_simple(query) else None
    fields = tuple(match.field for match in query.match)
    key = (rows, run.zone, run.language, catalog.tables, query.object, query.columns, query.deleted, fields)
    if kept is not None and (known := kept.look(key)) is not None:
        selection, values = known[0], known[1].copy()
        for place, match in enumerate(query.match):
            values[f"match{place}"] = match.value
        return selection, values
    wording = Wording(catalog.tables, rows, bound, run)
    asked = _Asked(catalog, query, wording)
    selection = asked.selection(("one",), lambda frame: build_one(frame, query, len(asked.words)))
    values = asked.values(selection)
    values["limit"] = 1
    if kept is not None and wording.steady:
        kept.get(key, lambda: (selection, values.copy()))
    return selection, values


def _is_simple(query: Query) -> bool:
    """Tell whether nothing but the texts that it matches makes this query different from others of its columns."""
    plain = query.where is None and not query.quick and not query.sort
    return plain and all(type(match.value) is str for match in query.match)


class _Asked:
    """A query of one reader: its statement is found by its shape or made, and given its values."""

    __slots__ = ("_catalog", "_query", "_shape", "_wording", "words")

    def __init__(self, catalog: Catalog, query: Query, wording: Wording) -> None:
        self._catalog = catalog
        self._query = query
        self._wording = wording
        self.words = search_words(query.quick) if query.quick else ()
        conditions = query.conditions
        statements = catalog.tables.statements
        key = ("reach", query.object, query.columns, query.sort, conditions)
        reach: tuple[tuple[str, ...], bool] = statements.get(key, lambda: _reached(catalog.model, query))
        objects, named = reach
        self._shape: Hashable = (
            query.object,
            query.columns,
            query.sort,
            query.deleted,
            query.quick_in,
            bool(query.begins),
            len(self.words),
            tuple((match.field, match.value is None, isinstance(match.value, tuple)) for match in query.match),
            tuple(wording.look(("where", place), condition) for place, condition in enumerate(conditions)),
            tuple(wording.look_at_rows(object) for object in objects),
            tuple(wording.bound),
            # titles are told in the reader's language where records have several
            wording.run.language if named else "",
        )

    def selection(self, key: Hashable, build: Callable[[Frame], Selection]) -> Selection:
        """Return the statement of this shape."""
        return self.made(key, build)

    def made(self, key: Hashable, build: Callable[[Frame], T]) -> T:
        """Return what is built for a statement of this shape, built once."""
        tables = self._catalog.tables

        def make() -> T:
            frame = Frame(self._query.object, tables.table(self._query.object), self._wording)
            frame.whole = isinstance(key, tuple) and key[0] in _WHOLE
            frame.figures = isinstance(key, tuple) and key[0] in _FIGURES
            return build(frame)

        found: T = tables.statements.get((key, self._shape), make)
        return found

    def place(self) -> list[Any] | None:
        """Return the sort values of the cursor, or None when the list is read from its start."""
        query = self._query
        if query.after is None:
            return None
        key = ("kinds", query.object, query.sort)
        kinds = self._catalog.tables.statements.get(key, lambda: order_stored(self._catalog.tables, query))
        return read_cursor(query.after, list_mark(query), kinds)

    def values(self, selection: Selection) -> dict[str, Any]:
        """Return what the statement is to be given, but for limits and the place."""
        values = self._wording.arguments(selection.pieces)
        for place, word in enumerate(self.words):
            values[f"word{place}"] = word
        for place, match in enumerate(self._query.match):
            values[f"match{place}"] = match.value
        if self._query.begins:
            shown = self._catalog.model.objects[self._query.object]
            values["begins"] = order_key(shown.fields[shown.display], self._query.begins)
            values["begins_end"] = values["begins"] + _LAST
        return values


def _reached(model: TenantModel, query: Query) -> tuple[tuple[str, ...], bool]:
    """Return the objects whose row filters the statement may need, the query's own first, and whether some of them
    are called by other fields in other languages."""
    found = dict.fromkeys([query.object])
    paths: list[Path] = [*query.columns, *(key.path for key in query.sort)]
    for condition in query.conditions:
        paths += condition.reads
    for path in paths:
        _walk(model, query.object, path, found)
    return tuple(found), any(model.objects[name].names for name in found)


def _walk(model: TenantModel, object: str, path: Iterable[str], found: dict[str, None]) -> None:
    for depth, step in enumerate(path):
        field = model.objects[object].fields.get(step)
        if field is None:
            if depth == 0 and step == "record":
                continue
            return
        targets = [field.lines_of] if field.lines_of else field.targets
        for target in targets:
            if target in model.objects and target not in found:
                found[target] = None
                # the title of a record may be the title of another
                _walk(model, target, (model.objects[target].display,), found)
        if len(targets) != 1 or targets[0] not in model.objects:
            return
        object = targets[0]
