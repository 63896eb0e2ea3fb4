"""Writing rows of business tables: insert, update with version guard, recycle, remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import bindparam, delete, insert, select, update

from engine.metamodel.model import ObjectModel
from engine.storage.catalog import Catalog
from engine.storage.column_types import Convert, binder, from_database
from engine.storage.errors import Violation
from engine.storage.keys import derived_columns
from engine.storage.sessions import Session
from engine.storage.statements import Compiled
from engine.storage.table_map import SEARCH_COLUMN, column_name, has_search, searched_fields, sort_column_name

_PARAMETER = "v_"  # SQLAlchemy keeps the bare column names for itself


class Touch(NamedTuple):
    """When a record was changed, and by which user."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class _Write:
    """A compiled INSERT or UPDATE and the derived columns that it also sets."""

    compiled: Compiled
    derived: tuple[str, ...]


def insert_row(session: Session, catalog: Catalog, object: str, values: Mapping[str, Any]) -> None:
    """Insert a record. ``values`` holds its fields, id and the other system fields included."""
    write = _insert(catalog, object, tuple(values))
    arguments = _arguments(catalog.model.objects[object], write, values, values)
    try:
        session.change(write.compiled, arguments)
    except Violation as error:
        _explain(error, catalog, object)


def insert_rows(session: Session, catalog: Catalog, object: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many records that have the same fields, in one go."""
    if not rows:
        return
    write = _insert(catalog, object, tuple(rows[0]))
    model = catalog.model.objects[object]
    try:
        session.change_many(write.compiled, [_arguments(model, write, values, values) for values in rows])
    except Violation as error:
        _explain(error, catalog, object)


def update_row(
    session: Session, catalog: Catalog, object: str, id: str, expected_version: int, values: Mapping[str, Any]
) -> bool:
    """Set ``values`` and raise the version by one if it still is ``expected_version``; tell whether it was.

    Where ``values`` changes what quick search looks into but does not hold all of it, the rest is read first.
    """
    write = _update(catalog, object, tuple(name for name in values if name not in ("id", "version")))
    model = catalog.model.objects[object]
    record = values
    if SEARCH_COLUMN in write.derived:
        record = _whole(session, catalog, model, id, values)
    arguments = _arguments(model, write, values, record)
    arguments["the_id"] = id
    arguments["the_version"] = expected_version
    try:
        return session.change(write.compiled, arguments) == 1
    except Violation as error:
        _explain(error, catalog, object)


def renew_rows(session: Session, catalog: Catalog, object: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set computed values of many records as if they had always been so: versions stay.

    All rows have the same fields, ``id`` among them. Where quick search looks into one of them, they hold all that
    it looks into.
    """
    if not rows:
        return
    fields = tuple(name for name in rows[0] if name not in ("id", "version"))

    def build() -> _Write:
        return _setting(catalog, object, fields, guarded=False)

    write: _Write = catalog.tables.statements.get(("renew", object, fields), build)
    model = catalog.model.objects[object]
    many = []
    for values in rows:
        changes = {name: values[name] for name in fields}
        many.append({**_arguments(model, write, changes, values), "the_id": values["id"]})
    session.change_many(write.compiled, many)


def soft_delete(session: Session, catalog: Catalog, object: str, id: str, expected_version: int, touch: Touch) -> bool:
    """Put a record into the recycle bin; tell whether it still had the version."""
    values = {"deleted_at": touch.at, "deleted_by": touch.by, "updated_at": touch.at, "updated_by": touch.by}
    return update_row(session, catalog, object, id, expected_version, values)


def restore(session: Session, catalog: Catalog, object: str, id: str, expected_version: int, touch: Touch) -> bool:
    """Take a record out of the recycle bin; tell whether it still had the version."""
    values = {"deleted_at": None, "deleted_by": None, "updated_at": touch.at, "updated_by": touch.by}
    return update_row(session, catalog, object, id, expected_version, values)


def remove(session: Session, catalog: Catalog, object: str, id: str, expected_version: int | None = None) -> bool:
    """Delete a record for good; tell whether it was there (with that version, when one is given)."""

    def build() -> Compiled:
        table = catalog.tables.table(object)
        statement = delete(table).where(table.c.id == bindparam("the_id"))
        if expected_version is not None:
            statement = statement.where(table.c.version == bindparam("the_version"))
        return Compiled(statement, session.dialect)

    key = ("remove", object, expected_version is None)
    compiled: Compiled = catalog.tables.statements.get(key, build)
    try:
        return session.change(compiled, {"the_id": id, "the_version": expected_version}) == 1
    except Violation as error:
        _explain(error, catalog, object)


# ---------------------------------------------------------------------------------------------------------------------


def _insert(catalog: Catalog, object: str, fields: tuple[str, ...]) -> _Write:
    def build() -> _Write:
        model = catalog.model.objects[object]
        table = catalog.tables.table(object)
        derived = tuple(_derived_of(model, fields))
        given: dict[str, str] = {name: f"{_PARAMETER}{name}" for name in [*map(column_name, fields), *derived]}
        statement = insert(table).values({table.c[name]: bindparam(bound) for name, bound in given.items()})
        return _Write(Compiled(statement, catalog.tables.dialect, _converters(catalog, model, fields)), derived)

    write: _Write = catalog.tables.statements.get(("insert", object, fields), build)
    return write


def _update(catalog: Catalog, object: str, fields: tuple[str, ...]) -> _Write:
    def build() -> _Write:
        return _setting(catalog, object, fields, guarded=True)

    write: _Write = catalog.tables.statements.get(("update", object, fields), build)
    return write


def _setting(catalog: Catalog, object: str, fields: tuple[str, ...], *, guarded: bool) -> _Write:
    model = catalog.model.objects[object]
    table = catalog.tables.table(object)
    derived = tuple(_derived_of(model, fields))
    names = [*map(column_name, fields), *derived]
    changes: dict[Any, Any] = {table.c[name]: bindparam(f"{_PARAMETER}{name}") for name in names}
    statement = update(table).where(table.c.id == bindparam("the_id"))
    if guarded:
        statement = statement.where(table.c.version == bindparam("the_version"))
        changes[table.c.version] = table.c.version + 1
    compiled = Compiled(statement.values(changes), catalog.tables.dialect, _converters(catalog, model, fields))
    return _Write(compiled, derived)


def _converters(catalog: Catalog, model: ObjectModel, fields: Iterable[str]) -> dict[str, Convert | None]:
    return {f"{_PARAMETER}{column_name(name)}": binder(model.fields[name], catalog.tables.dialect) for name in fields}


def _derived_of(model: ObjectModel, fields: Iterable[str]) -> list[str]:
    changed = set(fields)
    columns = [sort_column_name(field) for field in model.fields.values() if field.sort_key and field.name in changed]
    if has_search(model) and any(field.name in changed for field in searched_fields(model)):
        columns.append(SEARCH_COLUMN)
    return columns


def _arguments(
    model: ObjectModel, write: _Write, values: Mapping[str, Any], record: Mapping[str, Any]
) -> dict[str, Any]:
    arguments = {f"{_PARAMETER}{column_name(name)}": value for name, value in values.items()}
    if write.derived:
        for name, value in derived_columns(model, record, write.derived).items():
            arguments[_PARAMETER + name] = value
    return arguments


def _whole(
    session: Session, catalog: Catalog, model: ObjectModel, id: str, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    missing = [field for field in searched_fields(model) if field.name not in values]
    if not missing:
        return values

    def build() -> Compiled:
        table = catalog.tables.table(model.name)
        columns = [table.c[column_name(field.name)] for field in missing]
        return Compiled(select(*columns).where(table.c.id == bindparam("the_id")), session.dialect)

    key = ("searched", model.name, tuple(field.name for field in missing))
    row = session.row(catalog.tables.statements.get(key, build), {"the_id": id})
    if row is None:
        return values
    read = {f.name: from_database(f, value, session.dialect) for f, value in zip(missing, row, strict=True)}
    return {**read, **values}


def _explain(error: Violation, catalog: Catalog, object: str) -> NoReturn:
    """Raise the violation anew with the fields it is about, where the database named a constraint."""
    known = catalog.tables.constraints.get(error.constraint or "")
    if known is not None:
        raise Violation(error.kind, known[0], known[1], error.constraint) from error
    if not error.table:
        raise Violation(error.kind, object, error.columns, error.constraint) from error
    raise error
