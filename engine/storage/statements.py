"""Statements compiled once for a driver: their text, where parameters go, and how values are read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from engine.storage.column_types import Convert, bind_kind
from engine.storage.connections import DialectName
from engine.storage.sql_types import OwnType

# positional parameters: the drivers turn named ones into these, for each execution
_DIALECTS: dict[DialectName, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}


def dialect_of(name: DialectName) -> Dialect:
    """Return SQLAlchemy's dialect that statements are compiled for."""
    return _DIALECTS[name]


class Compiled:
    """A statement as the driver takes it. Constants are inside; the caller gives the rest by name."""

    __slots__ = ("_fills", "_template", "names", "text")

    def __init__(
        self,
        statement: ClauseElement,
        dialect: DialectName,
        converters: Mapping[str, Convert | None] = MappingProxyType({}),
    ) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect], compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        order = compiled.positiontup or []
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        constants = compiled.construct_params(_check=False)
        self._template: list[Any] = [None] * len(order)
        fills: list[tuple[int, str, Convert | None]] = []
        for place, name in enumerate(order):
            bind = binds.get(name)
            if name in converters:
                convert = converters[name]
            else:
                convert = _binder(bind.type, dialect) if bind is not None else _expanded(name, binds, dialect)
            if bind is not None and bind.required:
                fills.append((place, name, convert))
            else:
                value = constants[name]
                self._template[place] = value if convert is None or value is None else convert(value)
        self._fills = tuple(fills)
        self.names = frozenset(name for _, name, _ in fills)

    def arguments(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return the positional arguments for one execution."""
        filled = self._template.copy()
        for place, name, convert in self._fills:
            value = values[name]
            filled[place] = value if convert is None or value is None else convert(value)
        return filled


class Statement:
    """A statement of ours, compiled for each dialect at its first use. ``build`` is called once per dialect."""

    __slots__ = ("_build", "_compiled")

    def __init__(self, build: Callable[[DialectName], ClauseElement]) -> None:
        self._build = build
        self._compiled: dict[DialectName, Compiled] = {}

    def on(self, dialect: DialectName) -> Compiled:
        """Return the compiled form for ``dialect``."""
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = Compiled(self._build(dialect), dialect)
        return compiled


def _binder(type_: Any, dialect: DialectName) -> Convert | None:
    if isinstance(type_, OwnType):
        return bind_kind(type_.kind, dialect)
    implementation = type_.dialect_impl(_DIALECTS[dialect])
    processor: Convert | None = implementation.bind_processor(_DIALECTS[dialect])
    return processor


def _expanded(name: str, binds: Mapping[str, Any], dialect: DialectName) -> Convert | None:
    # an IN list of constants was spread into name_1, name_2 ...; they share the list's type
    stem = name.rpartition("_")[0]
    bind = binds.get(stem)
    return _binder(bind.type, dialect) if bind is not None else None
