"""Carries out the steps of a schema plan, inside the transaction of whoever calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table, bindparam, exists, insert, select, type_coerce, update

from engine.kernel.errors import Conflict
from engine.metamodel.model import TenantModel
from engine.storage import ddl
from engine.storage import operations as column_steps
from engine.storage import table_operations as table_steps
from engine.storage.connections import DialectName
from engine.storage.conversion import conversion
from engine.storage.keys import derived_columns
from engine.storage.operations import Operation
from engine.storage.plan import SchemaPlan
from engine.storage.planned_table import NEW
from engine.storage.questions import CHUNK, Turned, chunks, converted, fits
from engine.storage.sessions import Session
from engine.storage.snapshot import ColumnShape, TableShape
from engine.storage.sql_types import sql_type
from engine.storage.table_map import column_name, searched_fields

_REBUILT = "_rebuilt_"


def apply_plan(session: Session, plan: SchemaPlan, model: TenantModel) -> None:
    """Do what the plan says, step by step. Raises Conflict when the plan has misfits."""
    if plan.misfits:
        raise Conflict("data_would_not_fit", [misfit.complaint() for misfit in plan.misfits])
    worker = _Worker(session, plan, model)
    for step in plan.steps:
        worker.do(step)
    worker.finish()


def check_links(session: Session, plan: SchemaPlan) -> None:
    """See before the commit that every pointer has its record: SQLite looks at none while tables are rebuilt."""
    if session.dialect == "sqlite" and plan.rebuilds and session.raw_rows("PRAGMA foreign_key_check"):
        raise Conflict("plan_outdated")


class _Worker:
    def __init__(self, session: Session, plan: SchemaPlan, model: TenantModel) -> None:
        self._session = session
        self._dialect = session.dialect
        self._plan = plan
        self._model = model
        self._swaps: list[column_steps.ConvertColumn] = []

    def do(self, step: Operation) -> None:
        """Do one step."""
        if self._swaps and not isinstance(step, column_steps.ConvertColumn):
            self._swap()
        if isinstance(step, table_steps.MakeTable):
            self._make_table(step.shape)
        elif (statement := _table_change(step, self._dialect)) is not None:
            self._run(statement)
        else:
            self._change_data(step)

    def _change_data(self, step: Operation) -> None:
        match step:
            case column_steps.WidenColumn():
                self._widen(step)
            case column_steps.ConvertColumn():
                self._convert(step)
            case column_steps.FillColumn():
                table = self._table(step.table, step.column)
                column = table.c[step.column.name]
                self._run(update(table).where(column.is_(None)).values({column: step.value}))
            case column_steps.ClearLost():
                self._clear(step)
            case table_steps.RebuildTable():
                self._rebuild(step)
            case table_steps.MakeKeys():
                self._make_keys(step)
            # what is kept, revived or left to the records floor asks nothing of the tables; where SQLite cannot
            # change a column that demands a value or no longer does, the table is rebuilt

    def finish(self) -> None:
        """Do what was put off."""
        self._swap()

    def _run(self, statement: Any, parameters: Any = None) -> None:
        self._session.execute(statement, parameters)

    def _make_table(self, shape: TableShape) -> None:
        self._run(ddl.create_table(shape, self._dialect))
        self._make_indexes(shape)

    def _make_indexes(self, shape: TableShape) -> None:
        for index in shape.indexes.values():
            self._run(ddl.create_index(shape, index, self._dialect))

    def _rebuild(self, step: table_steps.RebuildTable) -> None:
        shape, name = step.shape, _REBUILT + step.table
        self._run(ddl.create_table(shape, self._dialect, name))
        columns = list(shape.columns.values())
        old = Table(step.table, MetaData(), *(Column(step.sources[column.name]) for column in columns))
        new = Table(name, MetaData(), *(Column(column.name) for column in columns))
        copied = select(*(old.c[step.sources[column.name]] for column in columns))
        self._run(insert(new).from_select([column.name for column in columns], copied))
        self._run(ddl.drop_table(step.table))
        self._run(ddl.rename_table(name, step.table))
        self._make_indexes(shape)

    def _widen(self, step: column_steps.WidenColumn) -> None:
        if self._dialect == "postgresql":
            self._run(ddl.set_type(step.table, step.column))
        elif shift := step.column.stored.scale - step.old.stored.scale:
            table = Table(step.table, MetaData(), Column(step.column.name, BigInteger))
            column = table.c[step.column.name]
            self._run(update(table).values({column: type_coerce(column, BigInteger) * 10**shift}))

    def _convert(self, step: column_steps.ConvertColumn) -> None:
        fresh = replace(step.column, name=NEW + step.column.name, nullable=True)
        self._run(ddl.add_column(step.table, fresh, None, self._dialect))
        if step.rows and (step.expression is not None or conversion(step.old.stored, step.column.stored) is not None):
            self._fill(step, fresh)
        if self._dialect == "postgresql":
            self._swaps.append(step)

    def _swap(self) -> None:
        """Put the converted columns in the place of the old ones, when all are converted."""
        for step in self._swaps:
            self._run(ddl.drop_column(step.table, step.column.name))
            self._run(ddl.rename_column(step.table, NEW + step.column.name, step.column.name))
        self._swaps = []

    def _fill(self, step: column_steps.ConvertColumn, fresh: ColumnShape) -> None:
        table = self._table(step.table, fresh, *(step.record.values() if step.expression else (step.old,)))
        statement = update(table).where(table.c.id == bindparam("the_id")).values({fresh.name: bindparam("the_value")})
        names = {name: column.name for name, column in step.record.items()}
        batch: list[dict[str, Any]] = []
        for id, value in converted(self._session, table, Turned(step.old, step.column, step.expression, names)):
            if not fits(value):
                raise Conflict("plan_outdated")
            batch.append({"the_id": id, "the_value": value})
            if len(batch) == CHUNK:
                self._run(statement, batch)
                batch = []
        if batch:
            self._run(statement, batch)

    def _clear(self, step: column_steps.ClearLost) -> None:
        table = self._table(step.table, step.column)
        column = table.c[step.column.name]
        other = Table(step.target, MetaData(), Column("id", column.type)).alias("target")
        lost = column.is_not(None) & ~exists().where(other.c.id == column)
        self._run(update(table).where(lost).values({column: None}))

    def _make_keys(self, step: table_steps.MakeKeys) -> None:
        object = self._model.objects[step.table]
        sources = {column_name(field.name): field.name for field in searched_fields(object)}
        for field in object.fields.values():
            if field.sort_key and field.stored:
                sources[column_name(field.name)] = field.name
        shape = self._plan.target.tables[step.table].columns
        table = self._table(step.table, *(shape[name] for name in dict.fromkeys([*sources, *step.columns])))
        changes: dict[str, Any] = {name: bindparam(f"v_{name}") for name in step.columns}
        statement = update(table).where(table.c.id == bindparam("the_id")).values(changes)
        for chunk in chunks(self._session, table, list(sources)):
            batch = []
            for id, *values in chunk:
                record = dict(zip(sources.values(), values, strict=True))
                made = derived_columns(object, record, step.columns)
                batch.append({"the_id": id, **{f"v_{name}": value for name, value in made.items()}})
            self._run(statement, batch)

    def _table(self, name: str, *columns: ColumnShape) -> Table:
        id = self._plan.target.tables[name].columns["id"]
        shapes = {column.name: column for column in (id, *columns)}
        return Table(name, MetaData(), *(Column(shape.name, sql_type(shape.stored)) for shape in shapes.values()))


def _table_change(step: Operation, dialect: DialectName) -> Any:
    """Return the statement of a step that needs no look at the data, or None."""
    match step:
        case column_steps.MoveTable():
            return ddl.rename_table(step.old, step.table)
        case column_steps.AddColumn():
            return ddl.add_column(step.table, step.column, step.target, dialect)
        case column_steps.MoveColumn():
            return ddl.rename_column(step.table, step.old, step.new)
        case column_steps.Demand() | column_steps.Loosen() if dialect == "postgresql":
            return ddl.set_nullable(step.table, step.column.name, nullable=isinstance(step, column_steps.Loosen))
        case table_steps.MakeIndex():
            return ddl.create_index(step.shape, step.index, dialect)
        case table_steps.DropIndex():
            return ddl.drop_index(step.index, step.shape, dialect)
        case table_steps.Link():
            return ddl.add_foreign_key(step.table, step.key)
        case table_steps.Unlink():
            return ddl.drop_foreign_key(step.table, step.key)
    return None
