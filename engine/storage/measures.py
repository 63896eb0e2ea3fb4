"""Query -> SELECT of figures by group: paths over references, spans of days, nodes of trees, each measure with its
own condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import JSON, Date, Integer, Text, bindparam, case, cast, func, literal, literal_column, select
from sqlalchemy.sql import ColumnElement, FromClause

from engine.metamodel.model import FieldModel
from engine.rules import Expression
from engine.storage.column_types import Convert, loader, total_of
from engine.storage.connections import DialectName
from engine.storage.narrowing import out_of_order
from engine.storage.query import Path
from engine.storage.scope import USERS, Frame, RowScope
from engine.storage.table_map import column_name

Grouped = Literal["day", "week", "month", "quarter", "year"]
Function = Literal["count", "count_distinct", "sum", "min", "max"]


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are put into groups by: a field; days by ``unit``; ``mapped``, by what a mapping gives for a value."""

    path: Path
    unit: Grouped | None = None
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """What is calculated of each group, of its rows that meet ``where``. No path: the rows themselves are counted."""

    function: Function
    path: Path = ()
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """Groups and figures."""

    keys: tuple[Key, ...]
    figures: tuple[Figure, ...]
    # the figure whose largest (falling) or smallest values come first, and whether falling; None: no order
    first: tuple[int, bool] | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return every path that is read."""
        conditions = [path for figure in self.figures if figure.where is not None for path in figure.where.reads]
        own = [*(key.path for key in self.keys), *(figure.path for figure in self.figures if figure.path)]
        return tuple(dict.fromkeys([*own, *conditions]))


Read = Callable[[Any], Any]


class MeasureColumns:
    """The columns of one such SELECT on a frame, and how their values are read."""

    def __init__(self, frame: Frame, measures: Measures, zone: str) -> None:
        self._frame = frame
        self._scope = RowScope(frame, frame.object, frame.row)
        self._zone = zone
        self._maps: list[tuple[FromClause, ColumnElement[bool]]] = []
        self.keys: list[ColumnElement[Any]] = []
        self.figures: list[ColumnElement[Any]] = []
        self.readers: list[Read | None] = []
        for place, key in enumerate(measures.keys):
            self._key(place, key)
        for place, figure in enumerate(measures.figures):
            self._figure(place, figure)

    @property
    def source(self) -> FromClause:
        """Return the FROM clause: the frame's, with the mappings of trees."""
        source = self._frame.source
        for mapping, condition in self._maps:
            source = source.outerjoin(mapping, condition)
        return source

    def _key(self, place: int, key: Key) -> None:
        element, field = self._value(key.path)
        read = None if field is None else loader(field, self._frame.tables.dialect)
        if key.unit is not None:
            element, read = self._span(element, field, key.unit), _day
        elif key.mapped:
            element, read = self._mapped(place, element), None
        else:
            element = out_of_order(self._frame.tables.dialect, element)
        self.keys.append(element)
        self.readers.append(read)

    def _figure(self, place: int, figure: Figure) -> None:
        element: ColumnElement[Any] = literal_column("1", Integer())
        field: FieldModel | None = None
        if figure.path:
            element, field = self._value(figure.path)
        if figure.where is not None:
            condition = self._frame.words.condition(("figure", place), self._scope)
            element = case((condition, element))
        self.figures.append(_FUNCTIONS[figure.function](element))
        self.readers.append(_reader(figure, field, self._frame.tables.dialect))

    def _value(self, path: Path) -> tuple[ColumnElement[Any], FieldModel | None]:
        scope, name = self._scope.at_end(path)
        if scope.object == USERS:
            return scope.row.c[name], None
        field = self._frame.tables.model.objects[scope.object].fields[name]
        target = self._frame.target(scope.object, name)
        if target is not None and target != USERS and self._frame.words.hides(target):
            # a record that the reader may not see is not there
            behind = self._frame.step(scope.at, scope.object, scope.row, name, trusted=False)
            assert behind is not None
            return behind.c.id, None
        return scope.row.c[column_name(name)], field

    def _mapped(self, place: int, element: ColumnElement[Any]) -> ColumnElement[Any]:
        given = bindparam(f"map{place}", type_=Text())
        made = (
            func.json_each(given) if self._frame.tables.dialect == "sqlite" else func.json_each_text(cast(given, JSON))
        )
        entries = made.table_valued("key", "value")
        pairs = select(entries.c.key, entries.c.value).cte(f"map{place}")
        self._maps.append((pairs, pairs.c.key == element))
        return pairs.c.value

    def _span(self, element: ColumnElement[Any], field: FieldModel | None, unit: Grouped) -> ColumnElement[Any]:
        instant = field is not None and field.type == "datetime"
        if self._frame.tables.dialect == "sqlite":
            day = func.local_day(element, literal(self._zone)) if instant else element
            return _SQLITE_SPANS[unit](day)
        day = cast(func.timezone(literal(self._zone, Text()), element), Date()) if instant else element
        return day if unit == "day" else cast(func.date_trunc(literal(unit, Text()), day), Date())


# ---------------------------------------------------------------------------------------------------------------------


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _quarter(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.substr(day, 1, 5).concat(
        case(
            (func.substr(day, 6, 2) < "04", "01"),
            (func.substr(day, 6, 2) < "07", "04"),
            (func.substr(day, 6, 2) < "10", "07"),
            else_="10",
        )
    ).concat("-01")  # fmt: skip


def _week(day: ColumnElement[Any]) -> ColumnElement[Any]:
    # the first Monday from six days before on
    return func.date(day, literal("-6 days"), literal("weekday 1"))


_SQLITE_SPANS: Mapping[Grouped, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    "day": lambda day: day,
    "week": _week,
    "month": lambda day: func.substr(day, 1, 8).concat("01"),
    "quarter": _quarter,
    "year": lambda day: func.substr(day, 1, 5).concat("01-01"),
}
_FUNCTIONS: Mapping[Function, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    "count": func.count,
    "count_distinct": lambda element: func.count(element.distinct()),
    "sum": func.sum,
    "min": func.min,
    "max": func.max,
}


def _reader(figure: Figure, field: FieldModel | None, dialect: DialectName) -> Read | None:
    if figure.function in ("count", "count_distinct") or field is None:
        return int
    if figure.function == "sum":
        return lambda total: total_of(field, total, dialect)
    read: Convert | None = loader(field, dialect)
    return read


def read_row(row: Sequence[Any], readers: Sequence[Read | None]) -> tuple[Any, ...]:
    """Return the values of a row of such a SELECT; null stays null."""
    return tuple(
        value if read is None or value is None else read(value) for read, value in zip(readers, row, strict=False)
    )
