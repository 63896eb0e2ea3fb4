"""Rows that are not there: enough of a database to ask whether an expression can be said in SQL at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, column, exists
from sqlalchemy.sql import ColumnElement

from engine.rules.feel_types import FeelType, ListType
from engine.rules.scope import NameScope
from engine.rules.sql.scope import SqlLines, SqlScope, SqlValue


@dataclass(frozen=True, slots=True)
class ImaginedRows:
    """A scope in which every name of the expression's own scope has a column of its type."""

    names: NameScope
    element: FeelType | None = None
    dialect: str = "sqlite"

    def column(self, path: tuple[str, ...]) -> SqlValue | None:
        type_ = self._type_of(path)
        return None if type_ is None else SqlValue(column("it"), type_, 0, digits=9)

    def lines(self, path: tuple[str, ...]) -> SqlLines | None:
        type_ = self._type_of(path)
        return ImaginedLines(self.names, type_.element) if isinstance(type_, ListType) else None

    def has_bound(self, name: str) -> bool:
        return False

    def bound(self, name: str) -> Any:
        raise KeyError(name)

    def _type_of(self, path: tuple[str, ...]) -> FeelType | None:
        if self.element is not None:
            type_: FeelType | None = self.element
            rest = path
        else:
            type_, rest = self.names.type_of(path[0]), path[1:]
        for step in rest:
            type_ = None if type_ is None else type_.field(step)
        return type_


@dataclass(frozen=True, slots=True)
class ImaginedLines:
    """Child rows of a type."""

    names: NameScope
    element: FeelType

    def select(self, build: Callable[[SqlScope], Select[Any]]) -> Select[Any]:
        return build(ImaginedRows(self.names, self.element))

    def some(self, build: Callable[[SqlScope], Select[Any]]) -> ColumnElement[bool]:
        return exists(self.select(build))
