"""Where the names of an expression live: columns of a row, joins over its references, its lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import BigInteger, and_, exists, func, select, type_coerce
from sqlalchemy.sql import ColumnElement, FromClause, Select

from engine.kernel.errors import Malformed
from engine.metamodel.model import FieldModel
from engine.rules import STRING, FeelType
from engine.rules.sql import SqlLines, SqlScope, SqlValue
from engine.storage.column_types import stored_as
from engine.storage.share_scope import SHARES, Shares
from engine.storage.system import USER
from engine.storage.table_map import DELETED, TableMap, column_name, demands_value
from engine.storage.wording import Wording

USERS = USER.name
_USER_FIELDS = ("id", "login", "name")
_INTEGER_DIGITS = 16  # whole numbers of a field stay below 2**53
Path = tuple[str, ...]


@dataclass(slots=True)
class Frame:
    """The FROM clause of one SELECT while it grows: the row's own table and what was joined to it."""

    object: str
    row: FromClause
    words: Wording
    prefix: str = "j"
    joined: dict[tuple[Path, bool], FromClause] = field(default_factory=dict)
    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    # all rows are wanted, not the first ones of an order: where they are looked for first is the database's choice
    whole: bool = False
    # figures are made of them, and none is shown
    figures: bool = False
    # where all are wanted: rows that are there for every row of the frame, as a required reference leads to one
    firm: list[FromClause] = field(default_factory=list)
    shared: int = 0

    @property
    def tables(self) -> TableMap:
        return self.words.tables

    @property
    def source(self) -> FromClause:
        """Return the FROM clause with its joins.

        The firm ones stand first, and say that they are: so a database may begin with them, where few of them fit.
        """
        joins = list(zip(self.joined.values(), self.conditions, strict=True))
        source = self.row
        for alias, condition in joins:
            if any(alias is one for one in self.firm):
                source = source.join(alias, condition)
        for alias, condition in joins:
            if not any(alias is one for one in self.firm):
                source = source.outerjoin(alias, condition)
        return source

    def inner(self, object: str) -> Frame:
        """Return the frame of a SELECT inside this one."""
        prefix = f"{self.prefix}{len(self.joined)}i"
        return Frame(object, _table(self.tables, object).alias(f"{prefix}_{object}"[:60]), self.words, prefix)

    def step(self, at: Path, object: str, row: FromClause, name: str, *, trusted: bool) -> FromClause | None:
        """Return the row behind the reference ``name``, joined when it is asked for the first time.

        To the untrusting, a record that the reader may not see is not there.
        """
        target = self.target(object, name)
        if target is None:
            return None
        firm = (row is self.row or any(row is one for one in self.firm)) and self._always(object, name)
        matched = lambda alias: alias.c.id == row.c[column_name(name)]  # noqa: E731 - one expression, used once
        return self._join((*at, name), target, matched, trusted=trusted, firm=firm)

    def _always(self, object: str, name: str) -> bool:
        """Tell whether every row has a reference, which the database keeps from leading nowhere."""
        model = self.tables.model.objects.get(object)
        return self.whole and model is not None and demands_value(model.fields[name])

    def step_any(self, at: Path, row: FromClause, name: str, target: str) -> FromClause:
        """Return the row of ``target`` behind a reference that may point to several objects."""
        pointer, start = row.c[column_name(name)], len(target) + 1

        def matched(alias: FromClause) -> ColumnElement[bool]:
            named = func.substr(pointer, 1, start) == f"{target}:"
            return and_(named, alias.c.id == func.substr(pointer, start + 1))

        return self._join((*at, name, target), target, matched, trusted=False)

    def target(self, object: str, name: str) -> str | None:
        """Return the table behind a reference, or None when the field is no reference to one object."""
        if object == USERS:
            return None
        model = self.tables.model.objects[object].fields.get(name)
        if model is None:
            return None
        if model.type == "user":
            return USERS
        return model.targets[0] if model.references and model.targets[0] in self.tables.model.objects else None

    def _join(
        self,
        path: Path,
        target: str,
        matched: Callable[[FromClause], ColumnElement[bool]],
        *,
        trusted: bool,
        firm: bool = False,
    ) -> FromClause:
        hides = not trusted and target != USERS and self.words.hides(target)
        key = (path, hides)
        if key not in self.joined:
            alias = _table(self.tables, target).alias(f"{self.prefix}{len(self.joined)}_{target}"[:60])
            condition = matched(alias)
            if hides:
                inside = RowScope(self, target, alias, trusted=True, nested=True)
                condition = and_(condition, self.words.condition(("rows", target), inside))
            self.joined[key] = alias
            self.conditions.append(condition)
            if firm and not hides:
                self.firm.append(alias)
        return self.joined[key]


@dataclass(frozen=True, slots=True)
class RowScope:
    """One row of a frame: its own, or one that was joined.

    ``trusted`` looks behind references without asking who reads: permission itself speaks so. ``nested`` stands in
    a join's condition, where nothing more can be joined: paths become SELECTs of their own.
    """

    frame: Frame
    object: str
    row: FromClause
    at: Path = ()
    trusted: bool = False
    nested: bool = False

    @property
    def dialect(self) -> str:
        return self.frame.tables.dialect

    def at_end(self, path: Path) -> tuple[RowScope, str]:
        """Return the row in which a path ends and the name of its last step; Malformed when it leads nowhere."""
        if len(path) == 1:
            if self.object == USERS:
                known = path[0] in _USER_FIELDS
            else:
                known = path[0] in self.frame.tables.model.objects[self.object].fields
            if known:
                return self, path[0]
        elif path:
            behind = self.frame.step(self.at, self.object, self.row, path[0], trusted=self.trusted)
            target = self.frame.target(self.object, path[0])
            if behind is not None and target is not None:
                return RowScope(self.frame, target, behind, (*self.at, path[0]), self.trusted).at_end(path[1:])
        raise Malformed("path_unknown", path=".".join((*self.at, *path)))

    def column(self, path: Path) -> SqlValue | None:
        """Return the column of a path, with joins over the references on the way."""
        path = self._bare(path)
        if not path:
            return self._value("id")
        if len(path) == 1:
            return self._value(path[0])
        if self.nested:
            return self._selected(path)
        behind = self.frame.step(self.at, self.object, self.row, path[0], trusted=self.trusted)
        target = self.frame.target(self.object, path[0])
        if behind is None or target is None:
            return None
        found = RowScope(self.frame, target, behind, (*self.at, path[0]), self.trusted).column(path[1:])
        return None if found is None else replace(found, nullable=True)

    def lines(self, path: Path) -> SqlLines | None:
        """Return the child rows behind a path that ends in lines."""
        path = self._bare(path)
        if not path or self.object == USERS:
            return None
        if path[-1] == SHARES:
            return self._shares(path[:-1])
        model = self.frame.tables.model.objects[self.object].fields.get(path[0])
        if model is None:
            return None
        if len(path) > 1:
            behind = (
                None if self.nested else self.frame.step(self.at, self.object, self.row, path[0], trusted=self.trusted)
            )
            target = self.frame.target(self.object, path[0])
            if behind is None or target is None:
                return None
            return RowScope(self.frame, target, behind, (*self.at, path[0]), self.trusted).lines(path[1:])
        if model.lines_of is None or model.lines_by is None:
            return None
        return Lines(self, model.lines_of, model.lines_by)

    def has_bound(self, name: str) -> bool:
        """Tell whether the value of a root name is known before any row is read."""
        return name in self.frame.words.bound

    def bound(self, name: str) -> Any:
        """Return such a value."""
        return self.frame.words.bound[name]

    def _bare(self, path: Path) -> Path:
        # grants and life-cycles say record.field, effects item.field; that is this row
        known = self.frame.tables.model.objects.get(self.object)
        root = path[0] if path else ""
        return path[1:] if root in ("record", "item") and known is not None and root not in known.fields else path

    def _value(self, name: str) -> SqlValue | None:
        if self.object == USERS:
            return SqlValue(self.row.c[name], STRING, None, nullable=name != "id") if name in _USER_FIELDS else None
        model = self.frame.tables.model.objects[self.object].fields.get(name)
        if model is None or not model.stored or model.type == "secret":
            return None
        type = self.frame.tables.type_of(model)
        if type is None:
            return None
        column = self.row.c[column_name(name)]
        return _sql_value(column, model, type, self.dialect)

    def _shares(self, path: Path) -> SqlLines | None:
        object: str = self.object
        record: ColumnElement[Any] = self.row.c.id
        if path:
            for step in path:
                target = self.frame.target(object, step)
                if target is None:
                    return None
                object = target
            found = self.column(path)
            if found is None:
                return None
            record = found.element
        self.frame.shared += 1
        return Shares(self, object, record, f"{self.frame.prefix}{self.frame.shared}s")

    def _selected(self, path: Path) -> SqlValue | None:
        target = self.frame.target(self.object, path[0])
        if target is None:
            return None
        inner = self.frame.inner(target)
        found = RowScope(inner, target, inner.row, trusted=self.trusted).column(path[1:])
        if found is None:
            return None
        chosen = select(found.element).select_from(inner.source)
        chosen = chosen.where(inner.row.c.id == self.row.c[column_name(path[0])])
        chosen = chosen.correlate_except(inner.row, *inner.joined.values())
        return replace(found, element=chosen.scalar_subquery(), nullable=True)


@dataclass(frozen=True, slots=True)
class Above:
    """What a condition of a child's row says, said of its parent's row: every path leads through the parent."""

    name: str
    parent: RowScope

    @property
    def dialect(self) -> str:
        return self.parent.dialect

    def column(self, path: Path) -> SqlValue | None:
        """Return the column of a path behind the parent."""
        return self.parent.column(path[1:]) if path[:1] == (self.name,) else None

    def lines(self, path: Path) -> SqlLines | None:
        """Return the child rows of the parent."""
        return self.parent.lines(path[1:]) if path[:1] == (self.name,) else None

    def has_bound(self, name: str) -> bool:
        """Tell what the parent's scope tells."""
        return self.parent.has_bound(name)

    def bound(self, name: str) -> Any:
        """Return what the parent's scope returns."""
        return self.parent.bound(name)


@dataclass(frozen=True, slots=True)
class Lines:
    """The child rows of a row."""

    parent: RowScope
    object: str
    by: str

    def select(self, build: Callable[[SqlScope], Select[Any]]) -> Select[Any]:
        """Return what ``build`` makes of one child row, tied to its parent."""
        outer = self.parent
        inner = outer.frame.inner(self.object)
        child = RowScope(inner, self.object, inner.row, trusted=outer.trusted)
        statement = build(child)
        if not outer.trusted and inner.words.hides(self.object):
            seen = RowScope(inner, self.object, inner.row, trusted=True)
            statement = statement.where(inner.words.condition(("rows", self.object), seen))
        if outer.frame.tables.model.objects[self.object].recycles:
            statement = statement.where(inner.row.c[DELETED].is_(None))
        return (
            statement.select_from(inner.source)
            .where(inner.row.c[column_name(self.by)] == outer.row.c.id)
            .correlate_except(inner.row, *inner.joined.values())
        )

    def some(self, build: Callable[[SqlScope], Select[Any]]) -> ColumnElement[bool]:
        """Return whether there is such a child row."""
        return exists(self.select(build))


def _table(tables: TableMap, object: str) -> FromClause:
    return USER if object == USERS else tables.table(object)


def _sql_value(column: ColumnElement[Any], model: FieldModel, type: FeelType, dialect: str) -> SqlValue:
    stored = stored_as(model)
    nullable = model.computed or not model.required
    if stored.kind in ("integer", "duration"):
        return SqlValue(type_coerce(column, BigInteger()), type, 0, nullable, _INTEGER_DIGITS)
    if stored.kind == "decimal":
        if dialect == "sqlite":
            # the whole number as it is stored; the rules see to its scale
            return SqlValue(type_coerce(column, BigInteger()), type, stored.scale, nullable, stored.length)
        return SqlValue(column, type, None, nullable, stored.length)
    return SqlValue(column, type, None, nullable)
