"""Orders of a list that are total on both databases, and the condition of what comes behind a place in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, false, or_, tuple_
from sqlalchemy.sql import ColumnElement

from engine.metamodel.model import SortKey
from engine.rules import Run
from engine.storage.column_types import Stored, stored_as
from engine.storage.connections import DialectName
from engine.storage.query import Query
from engine.storage.scope import USERS, Frame, RowScope
from engine.storage.sql_types import sql_type
from engine.storage.table_map import TableMap, demands_value, sort_column_name
from engine.storage.wording import Wording, every_row

ID = Stored("text", 36)
NAME = Stored("text", 200)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order: the column, what it holds, and its direction.

    ``nullable`` is false for columns that demand a value. Indexes say where nulls stand for these too, and an order
    must say the same to walk one; only the id says nothing.
    """

    element: ColumnElement[Any]
    stored: Stored
    descending: bool
    nullable: bool = True
    bare: bool = False

    def ordered(self, dialect: DialectName) -> ColumnElement[Any]:
        """Return the ORDER BY term; null is the smallest value."""
        term = self.element.desc() if self.descending else self.element.asc()
        if dialect == "sqlite" or self.bare:
            return term
        return term.nulls_last() if self.descending else term.nulls_first()


def order_keys(frame: Frame, sort: Sequence[SortKey]) -> list[OrderKey]:
    """Return the keys of an order; the last one is the id, so that no two rows are equal."""
    scope = RowScope(frame, frame.object, frame.row)
    keys: list[OrderKey] = []
    for key in sort:
        if key.path == ("id",):
            return [*keys, OrderKey(frame.row.c.id, ID, key.descending, nullable=False, bare=True)]
        element, stored, nullable = _sorted_by(scope, key.path)
        keys.append(OrderKey(element, stored, key.descending, nullable))
    falling = keys[-1].descending if keys else False
    return [*keys, OrderKey(frame.row.c.id, ID, falling, nullable=False, bare=True)]


def order_stored(tables: TableMap, query: Query) -> tuple[Stored, ...]:
    """Return what the keys of a query's order hold."""
    frame = Frame(query.object, tables.table(query.object), Wording(tables, every_row, {}, Run(_ANY_TIME)))
    return tuple(key.stored for key in order_keys(frame, query.sort))


def stretches(keys: Sequence[OrderKey], empty: Sequence[bool]) -> list[ColumnElement[bool]]:
    """Return the conditions of the rows behind a place, one for each stretch of the order.

    ``empty`` tells which values of the place are null; the others are bound as ``after0``, ``after1`` and so on.
    Where nulls are met, they are a stretch of their own: no database walks an index over "less, or null".
    """
    bound = [bindparam(f"after{place}", type_=sql_type(key.stored)) for place, key in enumerate(keys)]
    if len(keys) == 2 and keys[0].nullable and keys[0].descending == keys[1].descending:
        lead, id = keys[0].element, keys[1]
        if keys[0].descending and not empty[0]:
            return [tuple_(lead, id.element) < tuple_(*bound), lead.is_(None)]
        if not keys[0].descending and empty[0]:
            return [and_(lead.is_(None), _past(id, bound[1], is_null=False)), lead.is_not(None)]
    return [_behind(keys, bound, empty)]


def _behind(keys: Sequence[OrderKey], bound: Sequence[Any], empty: Sequence[bool]) -> ColumnElement[bool]:
    if not any(empty) and len({key.descending for key in keys}) == 1:
        here: Any = tuple_(*(key.element for key in keys))
        there: Any = tuple_(*bound)
        further: ColumnElement[bool] = here < there if keys[0].descending else here > there
        if not keys[0].descending or all(not key.nullable for key in keys):
            return further
    ways: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key, value, is_null in zip(keys, bound, empty, strict=True):
        ways.append(and_(*equal, _past(key, value, is_null=is_null)))
        equal.append(key.element.is_(None) if is_null else key.element == value)
    return or_(*ways)


def _past(key: OrderKey, value: Any, *, is_null: bool) -> ColumnElement[bool]:
    if is_null:
        return false() if key.descending else key.element.is_not(None)
    past: ColumnElement[bool] = key.element < value if key.descending else key.element > value
    return or_(past, key.element.is_(None)) if key.descending and key.nullable else past


def _sorted_by(scope: RowScope, path: tuple[str, ...]) -> tuple[ColumnElement[Any], Stored, bool]:
    outer = scope
    for _ in range(4):
        scope, name = scope.at_end(path)
        if scope.object == USERS:
            return scope.row.c[name], NAME, True
        field = scope.frame.tables.model.objects[scope.object].fields[name]
        target = scope.frame.target(scope.object, name)
        if target is None:
            stored = Stored("longtext") if field.sort_key else stored_as(field)
            return scope.row.c[sort_column_name(field)], stored, scope is not outer or not demands_value(field)
        # a reference sorts by the title of its record
        path = (name, "name" if target == USERS else scope.frame.tables.model.objects[target].display)
    return scope.row.c.id, ID, True
