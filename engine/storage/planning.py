"""The steps from the tables that are to those that a model asks for."""

from __future__ import annotations

from dataclasses import replace

from engine.storage import operations as column_steps
from engine.storage import table_operations as table_steps
from engine.storage.connections import DialectName
from engine.storage.operations import Operation
from engine.storage.plan import Misfit, Renames, SchemaPlan
from engine.storage.planned_table import PlannedTable, Situation
from engine.storage.questions import Questions
from engine.storage.recalculation import FieldKey, recalculated
from engine.storage.sessions import Session, Stamp
from engine.storage.snapshot import Snapshot, TableShape
from engine.storage.table_map import SORT_PREFIX, TableMap, column_name

NO_RENAMES = Renames()


def plan_schema(
    session: Session, base: Stamp, present: Snapshot, tables: TableMap, renames: Renames = NO_RENAMES
) -> SchemaPlan:
    """Return the steps from ``present`` to the tables of a model, and what in the data stands against them."""
    moved, moves = _moved(present, renames)
    earlier = {new: old for old, new in renames.objects.items() if old in present.tables}
    now = {name: earlier.get(name, name) for name in moved.tables}
    steps: list[Operation] = [*moves]
    misfits: list[Misfit] = []
    target: dict[str, TableShape] = {}
    known: dict[str, Questions] = {}
    changed: list[FieldKey] = []
    for name, wanted in tables.shape.tables.items():
        before = moved.tables.get(name)
        if before is None:
            steps.append(table_steps.MakeTable(name, wanted))
            if tables.dialect == "postgresql":
                steps += [table_steps.Link(name, key) for key in wanted.foreign_keys.values()]
            target[name] = wanted
            continue
        asked = Questions(session, present.tables[now[name]])
        planned = PlannedTable(before, wanted, Situation(tables, renames, asked, _physical(now[name], renames), now))
        steps += planned.steps
        known[name] = asked
        changed += planned.changed
        misfits += planned.misfits
        target[name] = planned.target
    for name, left in moved.tables.items():
        if name not in target:
            gone, target[name] = _gone(left, tables.dialect)
            steps += gone
    steps += [
        table_steps.Recalculate(name, fields, known[name].rows)
        for name, fields in recalculated(tables.model, changed)
        if name in known and known[name].rows
    ]
    return SchemaPlan(base, Snapshot(target), tuple(sorted(steps, key=_phase)), tuple(misfits))


# ---------------------------------------------------------------------------------------------------------------------

_PHASES: tuple[tuple[type[Operation], ...], ...] = (
    (column_steps.MoveTable,),
    (column_steps.MoveColumn,),
    (table_steps.Unlink, table_steps.DropIndex),
    (column_steps.KeepTable, column_steps.ReviveTable, table_steps.MakeTable),
    (column_steps.KeepColumn, column_steps.ReviveColumn, column_steps.AddColumn),
    # expressions look at the record as it was, so that they come before all that changes values
    (column_steps.ConvertColumn,),
    (column_steps.WidenColumn,),
    (column_steps.Loosen,),
    (column_steps.FillColumn,),
    (table_steps.RebuildTable, column_steps.Demand),
    (column_steps.ClearLost,),
    (table_steps.MakeIndex,),
    (table_steps.Link,),
    (table_steps.MakeKeys,),
    (table_steps.Recalculate,),
)


def _phase(step: Operation) -> int:
    return next(number for number, kinds in enumerate(_PHASES) if isinstance(step, kinds))


def _physical(table: str, renames: Renames) -> dict[str, str]:
    names = {new: old for (object, old), new in renames.fields.items() if object == table}
    return {
        **{column_name(new): column_name(old) for new, old in names.items()},
        **{SORT_PREFIX + new: SORT_PREFIX + old for new, old in names.items()},
    }


def _moved(present: Snapshot, renames: Renames) -> tuple[Snapshot, list[Operation]]:
    """Return the snapshot with everything renamed, and the steps that do it."""
    steps: list[Operation] = []
    tables = dict(present.tables)
    for old, new in renames.objects.items():
        if old not in tables or tables[old].dropped:
            continue
        if new in tables:
            aside = f"_kept_{new}"
            steps.append(column_steps.MoveTable(aside, new))
            tables[aside] = replace(tables.pop(new), name=aside)
        steps.append(column_steps.MoveTable(new, old))
        tables[new] = replace(tables.pop(old), name=new)
    for name, table in tables.items():
        keys = {
            key.name: replace(key, target=renames.objects.get(key.target, key.target))
            for key in table.foreign_keys.values()
        }
        tables[name] = replace(table, foreign_keys=keys)
    for (object, old), new in renames.fields.items():
        name = renames.objects.get(object, object)
        if name in tables:
            tables[name] = _column_moved(tables[name], old, new, steps)
    return Snapshot(tables), steps


def _column_moved(table: TableShape, old: str, new: str, steps: list[Operation]) -> TableShape:
    names = {column_name(old): column_name(new), SORT_PREFIX + old: SORT_PREFIX + new}
    if column_name(old) not in table.columns:
        return table
    columns = dict(table.columns)
    for before, after in names.items():
        if before not in columns:
            continue
        if after in columns and columns[after].dropped:
            aside = f"_kept_{after}"[:63]
            steps.append(column_steps.MoveColumn(table.name, after, aside))
            columns[aside] = replace(columns.pop(after), name=aside)
        steps.append(column_steps.MoveColumn(table.name, before, after))
        columns = {
            names.get(name, name) if name == before else name: replace(column, name=after) if name == before else column
            for name, column in columns.items()
        }
    return replace(
        table,
        columns=columns,
        indexes={
            index.name: replace(
                index,
                columns=tuple(names.get(name, name) for name in index.columns),
                covers=tuple(names.get(name, name) for name in index.covers),
            )
            for index in table.indexes.values()
        },
        foreign_keys={
            key.name: replace(key, column=names.get(key.column, key.column)) for key in table.foreign_keys.values()
        },
        searched=tuple(new if name == old else name for name in table.searched),
        computed={new if name == old else name: how for name, how in table.computed.items()},
    )


def _gone(left: TableShape, dialect: DialectName) -> tuple[list[Operation], TableShape]:
    """Return the steps that leave a table without an object, and its shape then: its links must not hold others."""
    if left.dropped:
        return [], left
    shape = replace(left, foreign_keys={}, dropped=True)
    steps: list[Operation] = [column_steps.KeepTable(left.name)]
    if left.foreign_keys and dialect == "sqlite":
        steps.append(table_steps.RebuildTable(left.name, shape, {name: name for name in shape.columns}))
    elif left.foreign_keys:
        steps += [table_steps.Unlink(left.name, key) for key in left.foreign_keys.values()]
    return steps, shape
