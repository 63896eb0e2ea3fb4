"""Brings the engine's own tables of an older database up to date: columns and indexes that were added since."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, column, func, literal_column, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, CreateIndex, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from engine.storage.sessions import Session


class _AddColumn(ExecutableDDLElement):
    def __init__(self, column: Any) -> None:
        self.column = column


@compiles(_AddColumn)
def _add_column(element: _AddColumn, compiler: DDLCompiler, **_: Any) -> str:
    name = compiler.preparer.quote(element.column.table.name)
    return f"ALTER TABLE {name} ADD COLUMN {compiler.process(CreateColumn(element.column))}"


def complete_table(session: Session, made: Table) -> None:
    """Add the columns and indexes that a table of the engine lacks; they are nullable or have a default."""
    found = set(session.execute(select(literal_column("*")).select_from(made).limit(0)).keys())
    for missing in (each for each in made.columns if each.name not in found):
        session.execute(_AddColumn(missing))
    if not made.indexes:
        return
    there = _indexes(session, made.name)
    for index in sorted(made.indexes, key=lambda index: str(index.name)):
        if index.name not in there:
            session.execute(CreateIndex(index))


def _indexes(session: Session, name: str) -> set[str]:
    if session.dialect == "sqlite":
        known = table("sqlite_master", column("name"), column("type"), column("tbl_name"))
        chosen = select(known.c.name).where(known.c.type == "index", known.c.tbl_name == name)
    else:
        known = table("pg_indexes", column("indexname"), column("tablename"), column("schemaname"), schema="pg_catalog")
        chosen = select(known.c.indexname).where(known.c.tablename == name, known.c.schemaname == func.current_schema())
    return set(session.execute(chosen).scalars())
