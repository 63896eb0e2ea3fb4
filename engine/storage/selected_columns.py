"""The columns of a SELECT: values of paths, references with their titles, and how rows of them are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, case, cast, func, null, or_, select
from sqlalchemy.sql import ColumnElement

from engine.metamodel.model import FieldModel
from engine.storage.access_tables import SHARE
from engine.storage.column_types import Convert, Reference, load_kind, loader, stored_as
from engine.storage.query import POINTER, Path, Row
from engine.storage.scope import USERS, Frame, RowScope
from engine.storage.share_scope import SHARES
from engine.storage.sql_types import Words
from engine.storage.table_map import column_name

Load = Callable[[Sequence[tuple[Any, ...]]], list[Row]]
_DEEPEST_TITLE = 3


class SelectedColumns:
    """Collects the columns of paths on a frame; ``load`` turns the driver's rows into rows by path."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._names: list[str] = []
        self._elements: list[ColumnElement[Any]] = []
        self._titles: list[ColumnElement[Any]] = []
        self._converts: list[tuple[str, Convert]] = []
        # name, place of the title behind the values, how it is read, whether the value names its object
        self._references: list[tuple[str, int, Convert | None, bool]] = []

    @property
    def elements(self) -> list[ColumnElement[Any]]:
        """Return the columns of the SELECT: one for each path, then the titles."""
        return [*self._elements, *self._titles]

    def add(self, path: Path) -> None:
        """Add the value of a path. A secret reads as null; ``_shares`` is what the record is shared with."""
        if path == (SHARES,):
            self._names.append(SHARES)
            self._elements.append(_shares_of(self._frame))
            self._converts.append((SHARES, _share_facts))
            return
        if path[-1] == POINTER:
            self._as_stored(path)
            return
        scope, name = RowScope(self._frame, self._frame.object, self._frame.row).at_end(path)
        self._names.append(".".join(path))
        if scope.object == USERS:
            self._elements.append(scope.row.c[name])
            return
        field = self._frame.tables.model.objects[scope.object].fields[name]
        if field.type == "secret" or not field.stored:
            self._elements.append(null())
        elif field.type == "any_reference":
            self._any_reference(scope, field)
        elif self._frame.target(scope.object, name) is not None:
            self._reference(scope, field)
        else:
            self._elements.append(scope.row.c[column_name(name)])
            if (convert := loader(field, self._frame.tables.dialect)) is not None:
                self._converts.append((self._names[-1], convert))

    def load(self) -> Load:
        """Return the function that reads rows of these columns."""
        names, width = tuple(self._names), len(self._names)
        place_of = {name: place for place, name in enumerate(names)}
        converts = tuple((place_of[name], convert) for name, convert in self._converts)
        references = tuple((place_of[name], width + at, turn, named) for name, at, turn, named in self._references)

        def read(rows: Sequence[tuple[Any, ...]]) -> list[Row]:
            if not rows:
                return []
            # column by column: a page of fifty rows would else look up each conversion fifty times
            columns: list[Any] = list(zip(*rows, strict=True))
            for place, convert in converts:
                columns[place] = [None if value is None else convert(value) for value in columns[place]]
            for place, title_place, turn, named in references:
                titles = columns[title_place]
                if turn is not None:
                    titles = [None if title is None else turn(title) for title in titles]
                make = _named if named else Reference
                pairs = zip(columns[place], titles, strict=True)
                columns[place] = [None if value is None else make(value, title) for value, title in pairs]
            return [dict(zip(names, row, strict=True)) for row in zip(*columns[:width], strict=True)]

        return read

    def _as_stored(self, path: Path) -> None:
        """Add a value that permission decides by: nobody asks who reads, neither on the way to it nor at its end."""
        scope, name = RowScope(self._frame, self._frame.object, self._frame.row, trusted=True).at_end(path[:-1])
        self._names.append(".".join(path))
        if scope.object == USERS:
            self._elements.append(scope.row.c[name])
            return
        field = self._frame.tables.model.objects[scope.object].fields[name]
        if field.type == "secret" or not field.stored:
            self._elements.append(null())
            return
        self._elements.append(scope.row.c[column_name(name)])
        pointer = self._frame.target(scope.object, name) is not None
        convert = Reference if pointer else loader(field, self._frame.tables.dialect)
        if convert is not None:
            self._converts.append((self._names[-1], convert))

    def _reference(self, scope: RowScope, field: FieldModel) -> None:
        frame = self._frame
        target = frame.target(scope.object, field.name)
        behind = frame.step(scope.at, scope.object, scope.row, field.name, trusted=False)
        assert target is not None
        assert behind is not None
        # where rows are hidden, the pointer to a hidden one reads as null
        hides = target != USERS and frame.words.hides(target)
        self._elements.append(behind.c.id if hides else scope.row.c[column_name(field.name)])
        title, convert = self._title(RowScope(frame, target, behind, (*scope.at, field.name)), 0)
        self._references.append((self._names[-1], len(self._titles), convert, False))
        self._titles.append(title)

    def _any_reference(self, scope: RowScope, field: FieldModel) -> None:
        pointer = scope.row.c[column_name(field.name)]
        titles: list[ColumnElement[Any]] = []
        seen: list[ColumnElement[bool]] = []
        hides = False
        for target in field.targets:
            if target not in self._frame.tables.model.objects:
                continue
            behind = self._frame.step_any(scope.at, scope.row, field.name, target)
            title, convert = self._title(RowScope(self._frame, target, behind, (*scope.at, field.name, target)), 0)
            titles.append(title if convert is None else cast(title, Text))
            seen.append(behind.c.id.is_not(None))
            hides = hides or self._frame.words.hides(target)
        self._elements.append(case((or_(*seen), pointer), else_=null()) if hides else pointer)
        self._references.append((self._names[-1], len(self._titles), None, True))
        self._titles.append(func.coalesce(*titles, null()) if titles else null())

    def _title(self, scope: RowScope, depth: int) -> tuple[ColumnElement[Any], Convert | None]:
        if scope.object == USERS:
            return scope.row.c.name, None
        field = self._frame.tables.model.objects[scope.object].fields.get(
            self._frame.tables.model.objects[scope.object].display
        )
        if field is None or not field.stored or field.type == "secret":
            return scope.row.c.id, None
        target = self._frame.target(scope.object, field.name)
        if target is not None and depth < _DEEPEST_TITLE:
            behind = self._frame.step(scope.at, scope.object, scope.row, field.name, trusted=False)
            assert behind is not None
            return self._title(RowScope(self._frame, target, behind, (*scope.at, field.name)), depth + 1)
        column = scope.row.c[column_name(field.name)]
        convert = load_kind(stored_as(field), self._frame.tables.dialect)
        if stored_as(field).kind in ("text", "longtext"):
            named = self._frame.tables.model.objects[scope.object].names.get(self._frame.words.run.language)
            own = func.nullif(scope.row.c[column_name(named)], "") if named is not None else None
            return column if own is None else func.coalesce(own, column), None
        return column, lambda value: str(value if convert is None else convert(value))


def _shares_of(frame: Frame) -> ColumnElement[Any]:
    """Return the shares of a frame's record as one JSON text, so that they need no statement of their own."""
    sqlite = frame.tables.dialect == "sqlite"
    gathered, listed = (func.json_group_array, func.json_array) if sqlite else (func.json_agg, func.json_build_array)
    one = listed(SHARE.c.receiver, SHARE.c.level, SHARE.c.until)
    object = bindparam(None, frame.object, type_=Words(), unique=True)
    found = select(gathered(one)).where(SHARE.c.object == object, SHARE.c.record == frame.row.c.id)
    return func.coalesce(cast(found.correlate(frame.row).scalar_subquery(), Text), "[]")


def _share_facts(text: str) -> list[dict[str, Any]]:
    return [
        {"receiver": receiver, "level": level, "until": None if until is None else datetime.fromisoformat(until)}
        for receiver, level, until in orjson.loads(text)
    ]


def _named(pointer: str, title: str | None) -> Reference:
    object, _, id = pointer.partition(":")
    return Reference(id, title, object)
