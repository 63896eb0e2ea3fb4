"""Which parts of a condition SQLite may look rows up by, where figures are made of all rows that meet it.

It takes any index that fits and reads the table by it, row after row, though most rows meet what is asked: a choice of
states, one state of four, a yes or no. Such a part is asked of each row instead, which is read from an index that
holds all of it. Days, people and other records stay open: few rows have the same. Where something is asked of the
parents of lines, the parents are read first, and their lines with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Integer, Table, case, literal_column
from sqlalchemy.sql import ColumnElement, operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList, Grouping, UnaryExpression
from sqlalchemy.sql.operators import custom_op

from engine.storage.column_types import ID_TYPES
from engine.storage.connections import DialectName
from engine.storage.scope import Frame
from engine.storage.table_map import column_name

_PLUS: Any = custom_op("+")
_COMMON = frozenset({"choice", "boolean"})
_ONE = literal_column("1", Integer())


def asked_of_each(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition by which no row is looked up."""
    return case((condition, _ONE), else_=literal_column("0")) == _ONE


def open_where_few(frame: Frame, condition: ColumnElement[bool]) -> Iterator[ColumnElement[bool]]:
    """Yield the parts of a condition on the rows of a frame, open only where few rows meet them."""
    by = frame.tables.model.objects[frame.object].parent
    parents_first = any(path == (by,) for path, _ in frame.joined)
    for part in _parts(condition):
        read = [one for one in visitors.iterate(part) if isinstance(one, Column)]
        types = {_type_of(frame, one) for one in read}
        of_lines = parents_first and all(one.table is frame.row for one in read) and not types <= ID_TYPES
        yield asked_of_each(part) if of_lines or _is_choice(part) or types & _COMMON else part


def out_of_order(dialect: DialectName, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what rows are put into groups by; SQLite would read everything in the order of the groups, row by row."""
    return UnaryExpression(key, operator=_PLUS, type_=key.type) if dialect == "sqlite" else key


def _parts(condition: ColumnElement[Any]) -> Iterator[ColumnElement[Any]]:
    bare: Any = condition
    while isinstance(bare, Grouping):
        bare = bare.element
    if isinstance(bare, BooleanClauseList) and bare.operator is operators.and_:
        for clause in bare.clauses:
            yield from _parts(clause)
    else:
        yield condition


def _is_choice(part: ColumnElement[Any]) -> bool:
    return any(isinstance(one, BooleanClauseList) and one.operator is operators.or_ for one in visitors.iterate(part))


def _type_of(frame: Frame, column: Column[Any]) -> str | None:
    table: Any = column.table
    table = getattr(table, "element", table)
    object = frame.tables.model.objects.get(table.name) if isinstance(table, Table) else None
    fields = object.fields.values() if object is not None else ()
    return next((field.type for field in fields if column_name(field.name) == column.name), None)
