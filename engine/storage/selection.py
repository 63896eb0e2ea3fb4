"""Query + row filter -> SELECT: a page of a list, one record, or a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Integer, Table, Text, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement, Select, Subquery, visitors

from engine.kernel.errors import Malformed
from engine.metamodel.model import ObjectModel
from engine.storage.access_tables import SHARE
from engine.storage.column_types import Convert, Stored, binder, load_kind, stored_as
from engine.storage.measures import MeasureColumns, Measures, Read
from engine.storage.narrowing import asked_of_each, open_where_few, out_of_order
from engine.storage.ordering import OrderKey, order_keys, stretches
from engine.storage.query import Match, Path, Query
from engine.storage.scope import Above, Frame, RowScope
from engine.storage.selected_columns import Load, SelectedColumns
from engine.storage.sql_types import Words, sql_type
from engine.storage.statements import Compiled
from engine.storage.system import STATE
from engine.storage.table_map import DELETED, SEARCH_COLUMN, column_name, has_search, searched_fields, sort_column_name
from engine.storage.wording import Piece

_WITH_CATALOG = frozenset((STATE.name, SHARE.name))
_LIMIT = bindparam("limit", type_=Integer())
_VERSIONS = 2  # columns at the end of each row


@dataclass(frozen=True, slots=True)
class Selection:
    """A compiled SELECT and how its rows are read.

    ``kinds`` are those of the sort keys, which stand at the end, before the version of the model.
    """

    compiled: Compiled
    pieces: tuple[Piece, ...]
    load: Load
    kinds: tuple[Stored, ...] = ()
    keys: tuple[Convert | None, ...] = ()
    # the objects whose records it reads; None where it reads what has no version of its own
    objects: tuple[str, ...] | None = None

    def place(self, raw: Sequence[Any]) -> list[Any]:
        """Return the sort values of a row."""
        start = len(raw) - _VERSIONS - len(self.keys)
        return [
            value if convert is None or value is None else convert(value)
            for convert, value in zip(self.keys, raw[start:], strict=False)
        ]


def build_page(frame: Frame, query: Query, words: int, empty: Sequence[bool] | None) -> Selection:
    """Return the SELECT of a page. ``empty`` tells which values of the place to continue from are null.

    The rows are found first; titles and paths are joined to those of the page only.
    """
    tables = frame.tables
    keys = order_keys(frame, query.sort)
    conditions, converters = _conditions(frame, query, words)
    found = _rows_of_page(frame, query, keys, conditions, empty)
    outer = Frame(query.object, found, frame.words, "t")
    selected = _selected(outer, query.columns)
    again = [replace(k, element=found.c[f"s{n}"]) for n, k in enumerate(keys)]
    statement = select(*selected.elements, *(key.element for key in again), *_versions())
    statement = statement.select_from(outer.source)
    if outer.joined:
        # joins keep no order
        statement = statement.order_by(*(key.ordered(tables.dialect) for key in again))
    kinds = tuple(key.stored for key in keys)
    compiled, pieces = _compiled(frame, statement, converters)
    keys_back = tuple(load_kind(kind, tables.dialect) for kind in kinds)
    return Selection(compiled, pieces, selected.load(), kinds, keys_back)


def build_one(frame: Frame, query: Query, words: int) -> Selection:
    """Return the SELECT of the records that match, without an order."""
    conditions, converters = _conditions(frame, query, words)
    selected = _selected(frame, query.columns)
    statement = select(*selected.elements, *_versions()).select_from(frame.source).where(*conditions)
    statement = statement.limit(_LIMIT)
    compiled, pieces = _compiled(frame, statement, converters)
    return Selection(compiled, pieces, selected.load())


def build_count(frame: Frame, query: Query, words: int) -> Selection:
    """Return the SELECT that counts the records, ``cap`` at most."""
    conditions, converters = _conditions(frame, query, words)
    inner: Select[Any] = select(literal_column("1").label("one")).select_from(frame.source).where(*conditions)
    counted = inner.limit(bindparam("cap")).subquery("counted")
    statement = select(func.count(), *_versions()).select_from(counted)
    compiled, pieces = _compiled(frame, statement, converters)
    return Selection(compiled, pieces, lambda rows: [{"count": row[0]} for row in rows])


def build_measures(
    frame: Frame, query: Query, words: int, measures: Measures, zone: str
) -> tuple[Selection, tuple[Read | None, ...]]:
    """Return the SELECT of figures, one row for each group, ``groups`` of them at most, and how values are read."""
    columns = MeasureColumns(frame, measures, zone)
    conditions, converters = _conditions(frame, query, words)
    statement = select(*columns.keys, *columns.figures, *_versions()).select_from(columns.source).where(*conditions)
    if columns.keys:
        # by place: PostgreSQL takes an expression with parameters in it for another one each time it stands there
        places: list[ColumnElement[Any]] = [literal_column(str(place)) for place in range(1, len(columns.keys) + 1)]
        statement = statement.group_by(*places)
        if measures.first is not None:
            place, falling = measures.first
            # nothing to sum up counts as nought
            figure = func.coalesce(columns.figures[place], literal_column("0", Integer()))
            statement = statement.order_by(figure.desc() if falling else figure.asc(), *places)
        statement = statement.limit(bindparam("groups", type_=Integer()))
    compiled, pieces = _compiled(frame, statement, converters)
    selection = Selection(compiled, pieces, lambda rows: [], objects=_objects_in(frame, statement))
    return selection, tuple(columns.readers)


def build_tally(frame: Frame, query: Query, words: int) -> Selection:
    """Return the SELECT that counts and sums the records, one row for each group, ``groups`` of them at most.

    A sum leaves out empty values, and is empty itself where there is nothing else.
    """
    conditions, converters = _conditions(frame, query, words)
    keys = [out_of_order(frame.tables.dialect, frame.row.c[column_name(name)]) for name in query.totals.by]
    figures = [func.sum(frame.row.c[column_name(name)]) for name in query.totals.sums]
    statement = select(*keys, func.count(), *figures, *_versions()).select_from(frame.source).where(*conditions)
    if keys:
        places: list[ColumnElement[Any]] = [literal_column(str(place)) for place in range(1, len(keys) + 1)]
        statement = statement.group_by(*places).limit(bindparam("groups", type_=Integer()))
    compiled, pieces = _compiled(frame, statement, converters)
    return Selection(compiled, pieces, lambda rows: [])


# ---------------------------------------------------------------------------------------------------------------------


def _rows_of_page(
    frame: Frame,
    query: Query,
    keys: Sequence[OrderKey],
    conditions: Sequence[ColumnElement[bool]],
    empty: Sequence[bool] | None,
) -> Subquery:
    columns: list[ColumnElement[Any]] = [frame.row.c[name] for name in _needed(frame, query)]
    sorts = [key.element.label(f"s{place}") for place, key in enumerate(keys)]
    order = [key.ordered(frame.tables.dialect) for key in keys]
    parts = [
        select(*columns, *sorts).select_from(frame.source).where(*conditions, *further).order_by(*order).limit(_LIMIT)
        for further in ([(stretch,) for stretch in stretches(keys, empty)] if empty is not None else [()])
    ]
    if len(parts) == 1:
        return parts[0].subquery("found")
    joined = union_all(*(select(part.subquery()) for part in parts)).subquery("stretches")
    again = [
        replace(key, element=joined.c[f"s{place}"]).ordered(frame.tables.dialect) for place, key in enumerate(keys)
    ]
    return select(joined).order_by(*again).limit(_LIMIT).subquery("found")


def _compiled(
    frame: Frame, statement: Select[Any], converters: dict[str, Convert | None]
) -> tuple[Compiled, tuple[Piece, ...]]:
    pieces = tuple(frame.words.pieces)
    # what the rules bind comes in the driver's own form
    ready = {name: None for _, piece in pieces for name, _, _ in piece.binds.made}
    return Compiled(statement, frame.tables.dialect, {**converters, **ready}), pieces


def _objects_in(frame: Frame, statement: Select[Any]) -> tuple[str, ...] | None:
    """Return the objects whose tables a statement reads; None where it reads others that change unnoticed."""
    names = {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}
    objects = names & frame.tables.model.objects.keys()
    # the state goes with the catalog, and so does what permission rests on; a share is told of with its record
    return tuple(sorted(objects)) if names - objects <= _WITH_CATALOG else None


def _selected(frame: Frame, columns: Sequence[Path]) -> SelectedColumns:
    selected = SelectedColumns(frame)
    for path in columns:
        selected.add(path)
    return selected


def _versions() -> tuple[ColumnElement[Any], ...]:
    """The tenant's versions at that moment, as the last columns: of the model, and of what permission rests on."""
    versions = (STATE.c.model_version, STATE.c.access_version)
    return tuple(select(version).scalar_subquery().label(version.name) for version in versions)


def _needed(frame: Frame, query: Query) -> list[str]:
    fields = frame.tables.model.objects[query.object].fields
    names = dict.fromkeys(["id", *(path[0] for path in query.columns)])
    for name in names:
        if name not in fields:
            raise Malformed("path_unknown", path=name)
    return [column_name(name) for name in names if fields[name].stored and fields[name].type != "secret"]


def _conditions(frame: Frame, query: Query, words: int) -> tuple[list[ColumnElement[bool]], dict[str, Convert | None]]:
    conditions: list[ColumnElement[bool]] = []
    converters: dict[str, Convert | None] = {}
    row, object = frame.row, frame.tables.model.objects[query.object]
    for place, match in enumerate(query.match):
        conditions.append(_matched(frame, object, match, f"match{place}", converters))
    if object.recycles and query.deleted is not None:
        gone = row.c[DELETED].is_not(None) if query.deleted else row.c[DELETED].is_(None)
        each = frame.figures or (frame.whole and frame.words.hides(query.object))
        conditions.append(asked_of_each(gone) if each and frame.tables.dialect == "sqlite" else gone)
    hides = frame.words.hides(query.object)
    if hides:
        conditions.append(_seen(frame, object))
    scope = RowScope(frame, query.object, row)
    asked = [frame.words.condition(("where", place), scope) for place in range(len(query.conditions))]
    if hides and frame.whole and frame.tables.dialect == "sqlite":
        # what one sees is looked up by what one may see, and the rest is asked of each row
        asked = [asked_of_each(one) for one in asked]
    elif frame.figures and frame.tables.dialect == "sqlite":
        asked = [part for one in asked for part in open_where_few(frame, one)]
    conditions += asked
    conditions += [_found(frame, object, query, f"word{place}") for place in range(words)]
    if query.begins:
        key = row.c[sort_column_name(object.fields[object.display])]
        conditions += [key >= bindparam("begins", type_=Words()), key < bindparam("begins_end", type_=Words())]
    return conditions, converters


def _seen(frame: Frame, object: ObjectModel) -> ColumnElement[bool]:
    """Return the row filter of a frame's own object.

    Where all rows of a child are wanted and its parent alone decides, the parents are found first.
    """
    slot, by = ("rows", object.name), object.parent
    rule = frame.words.rows(object.name)
    known = {by, *frame.words.bound}
    if frame.whole and by is not None and rule is not None and all(path[0] in known for path in rule.reads):
        above = object.fields[by].targets[0]
        inner = frame.inner(above)
        found = frame.words.condition(slot, Above(by, RowScope(inner, above, inner.row, trusted=True)))
        parents = select(inner.row.c.id).select_from(inner.source).where(found)
        own = parents.correlate_except(inner.row, *inner.joined.values())
        chosen: ColumnElement[bool] = frame.row.c[column_name(by)].in_(own)
        return chosen
    return frame.words.condition(slot, RowScope(frame, object.name, frame.row, trusted=True))


def _matched(
    frame: Frame, object: ObjectModel, match: Match, name: str, converters: dict[str, Convert | None]
) -> ColumnElement[bool]:
    field = object.fields[match.field]
    column = frame.row.c[column_name(match.field)]
    if match.value is None:
        return column.is_(None)
    bind = binder(field, frame.tables.dialect)
    if not isinstance(match.value, tuple):
        converters[name] = bind
        return column == bindparam(name, type_=column.type)
    # a list of any length in a text that does not depend on it
    if frame.tables.dialect == "sqlite":
        converters[name] = _json_of(bind)
        entries = func.json_each(bindparam(name, type_=Text())).table_valued("value")
        return column.in_(select(entries.c.value))
    converters[name] = _list_of(bind)
    return column == func.any(bindparam(name, type_=ARRAY(sql_type(stored_as(field)))))


def _found(frame: Frame, object: ObjectModel, query: Query, name: str) -> ColumnElement[bool]:
    word = bindparam(name, type_=Words())
    place = func.instr if frame.tables.dialect == "sqlite" else func.strpos
    if query.quick_in is None:
        if not has_search(object):
            return literal_column("1") == literal_column("0")
        return place(frame.row.c[SEARCH_COLUMN], word) > 0
    # not all that the search text holds may be searched by this reader; letters without case, but no pinyin.
    # Under the C collation PostgreSQL's lower() knows ASCII only, as SQLite's does
    columns = [
        frame.row.c[column_name(field.name)]
        for field in searched_fields(object)
        if field.name in query.quick_in and stored_as(field).kind in ("text", "longtext")
    ]
    return or_(literal_column("1") == literal_column("0"), *(place(func.lower(c), word) > 0 for c in columns))


def _list_of(bind: Convert | None) -> Convert:
    return lambda values: [value if bind is None or value is None else bind(value) for value in values]


def _json_of(bind: Convert | None) -> Convert:
    import orjson

    listed = _list_of(bind)
    return lambda values: orjson.dumps(listed(values)).decode()
