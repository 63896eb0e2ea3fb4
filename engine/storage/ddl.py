"""Statements that change tables, from shapes; names are quoted by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, MetaData, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, DropTable, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from engine.storage.column_types import ID_LENGTH
from engine.storage.connections import DialectName
from engine.storage.snapshot import ColumnShape, ForeignKeyShape, IndexShape, TableShape
from engine.storage.sql_types import Words, sql_type
from engine.storage.table_map import DELETED, SEARCH_COLUMN

Clause = Callable[[DDLCompiler], str]


class Alter(ExecutableDDLElement):
    """ALTER TABLE with a clause that is rendered by the database's compiler."""

    def __init__(self, table: str, clause: Clause) -> None:
        self.table_name = table
        self.clause = clause


@compiles(Alter)
def _alter(element: Alter, compiler: DDLCompiler, **_: Any) -> str:
    return f"ALTER TABLE {compiler.preparer.quote(element.table_name)} {element.clause(compiler)}"


def create_table(shape: TableShape, dialect: DialectName, name: str | None = None) -> CreateTable:
    """CREATE TABLE. PostgreSQL gets its foreign keys afterwards, so that tables may refer to each other."""
    table = table_of(shape, dialect, name)
    if dialect == "sqlite":
        link(shape, table)
    return CreateTable(table)


def create_index(table: TableShape, index: IndexShape, dialect: DialectName) -> CreateIndex:
    """CREATE INDEX; nulls come first on both databases."""
    return CreateIndex(_index(_columns_of(index, table), index, dialect))


def drop_index(index: IndexShape, table: TableShape, dialect: DialectName) -> DropIndex:
    """DROP INDEX."""
    return DropIndex(_index(_columns_of(index, table), index, dialect))


def table_of(
    shape: TableShape, dialect: DialectName, name: str | None = None, *, within: MetaData | None = None
) -> Table:
    """Return a shape as an SQLAlchemy table, without links and indexes."""
    table = Table(name or shape.name, within or MetaData(), *(_column(column) for column in shape.columns.values()))
    if dialect == "sqlite":
        for column in shape.columns.values():
            if column.stored.kind == "boolean":
                table.append_constraint(CheckConstraint(table.c[column.name].in_([0, 1])))
    return table


def link(shape: TableShape, table: Table) -> None:
    """Add the foreign keys of a shape to its table."""
    for key in shape.foreign_keys.values():
        if key.target not in table.metadata.tables:
            # enough of the other table for its name to be rendered
            Table(key.target, table.metadata, Column("id", Words(ID_LENGTH), primary_key=True))
        table.append_constraint(ForeignKeyConstraint([key.column], [f"{key.target}.id"], name=key.name))


def indexes_of(shape: TableShape, table: Table, dialect: DialectName) -> list[Index]:
    """Add the indexes of a shape to its table."""
    return [_index(table, index, dialect) for index in shape.indexes.values()]


def add_column(table: str, column: ColumnShape, target: str | None, dialect: DialectName) -> Alter:
    """ADD COLUMN, always nullable; on SQLite with what cannot be added later."""

    def clause(compiler: DDLCompiler) -> str:
        made = _column(column)
        made.nullable = True
        Table(table, MetaData(), made)
        text = f"ADD COLUMN {compiler.get_column_specification(made)}"
        if dialect == "sqlite":
            quote = compiler.preparer.quote
            if column.stored.kind == "boolean":
                text += f" CHECK ({quote(column.name)} IN (0, 1))"
            if target is not None:
                text += f" REFERENCES {quote(target)} (id)"
        return text

    return Alter(table, clause)


def drop_table(name: str) -> DropTable:
    """DROP TABLE, of a table that was written anew under another name."""
    return DropTable(Table(name, MetaData()))


def rename_table(old: str, new: str) -> Alter:
    """RENAME TO."""
    return Alter(old, lambda compiler: f"RENAME TO {compiler.preparer.quote(new)}")


def rename_column(table: str, old: str, new: str) -> Alter:
    """RENAME COLUMN."""
    return Alter(table, lambda c: f"RENAME COLUMN {c.preparer.quote(old)} TO {c.preparer.quote(new)}")


def drop_column(table: str, column: str) -> Alter:
    """DROP COLUMN."""
    return Alter(table, lambda compiler: f"DROP COLUMN {compiler.preparer.quote(column)}")


def set_nullable(table: str, column: str, *, nullable: bool) -> Alter:
    """SET or DROP NOT NULL, on PostgreSQL."""
    verb = "DROP" if nullable else "SET"
    return Alter(table, lambda compiler: f"ALTER COLUMN {compiler.preparer.quote(column)} {verb} NOT NULL")


def set_type(table: str, column: ColumnShape) -> Alter:
    """ALTER COLUMN TYPE, on PostgreSQL."""

    def clause(compiler: DDLCompiler) -> str:
        rendered = compiler.dialect.type_compiler_instance.process(_column(column).type)
        return f"ALTER COLUMN {compiler.preparer.quote(column.name)} TYPE {rendered}"

    return Alter(table, clause)


def add_foreign_key(table: str, key: ForeignKeyShape) -> Alter:
    """ADD FOREIGN KEY, on PostgreSQL."""

    def clause(compiler: DDLCompiler) -> str:
        quote = compiler.preparer.quote
        link = f"FOREIGN KEY ({quote(key.column)}) REFERENCES {quote(key.target)} (id)"
        return f"ADD CONSTRAINT {quote(key.name)} {link}"

    return Alter(table, clause)


def drop_foreign_key(table: str, key: ForeignKeyShape) -> Alter:
    """DROP CONSTRAINT, on PostgreSQL."""
    return Alter(table, lambda compiler: f"DROP CONSTRAINT {compiler.preparer.quote(key.name)}")


# ---------------------------------------------------------------------------------------------------------------------


def _column(shape: ColumnShape) -> Column[Any]:
    return Column(shape.name, sql_type(shape.stored), primary_key=shape.name == "id", nullable=shape.nullable)


def _columns_of(index: IndexShape, shape: TableShape) -> Table:
    # a table has ten times as many columns as an index, and half as many indexes as columns
    named = dict.fromkeys([*index.columns, *index.covers, *([DELETED] if index.live else [])])
    return Table(shape.name, MetaData(), *(_column(shape.columns[name]) for name in named))


def _index(table: Table, shape: IndexShape, dialect: DialectName) -> Index:
    columns: list[Any] = [table.c[name] for name in shape.columns]
    if dialect == "postgresql" and not shape.unique:
        columns = [column if column.name == "id" else column.nulls_first() for column in columns]
    if dialect == "sqlite":
        # SQLite has no other way to say it: behind the id they order nothing
        columns += [table.c[name] for name in shape.covers]
    covered = None
    if shape.live:
        covered = table.c[DELETED].is_(None)
    elif shape.given:
        covered = table.c[shape.columns[0]].is_not(None)
    # PostgreSQL's entries are too small for texts of any length
    short = [name for name in shape.covers if name != SEARCH_COLUMN]
    included = short if dialect == "postgresql" and short else None
    return Index(
        shape.name,
        *columns,
        unique=shape.unique,
        sqlite_where=covered,
        postgresql_where=covered,
        postgresql_include=included,
        _table=table,
    )
