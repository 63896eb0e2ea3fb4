"""The steps that one table needs to take the shape that a model asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.metamodel.model import FieldModel
from engine.storage import operations as column_steps
from engine.storage import table_operations as table_steps
from engine.storage.column_types import Stored
from engine.storage.conversion import DoesNotFit, conversion, fitted, widens
from engine.storage.operations import Operation
from engine.storage.plan import Misfit, Renames
from engine.storage.questions import Questions, Wrong
from engine.storage.snapshot import ColumnShape, ForeignKeyShape, IndexShape, TableShape
from engine.storage.system import USER
from engine.storage.table_map import SEARCH_COLUMN, SORT_PREFIX, TableMap, column_name

NEW = "_new_"  # in front of a column that holds converted values until the old one is gone


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known around a table: the model's tables, what was renamed, and the data as they are.

    ``physical`` maps the names of columns to those they have now, before anything is renamed; ``tables_now`` does
    the same for the tables that exist.
    """

    tables: TableMap
    renames: Renames
    asked: Questions
    physical: Mapping[str, str]
    tables_now: Mapping[str, str]


class PlannedTable:
    """Compares a table, its renames done, with the wanted shape; gives ``steps``, ``misfits`` and ``target``."""

    def __init__(self, before: TableShape, wanted: TableShape, situation: Situation) -> None:
        self.before = before
        self.wanted = wanted
        self.name = wanted.name
        self.steps: list[Operation] = []
        self.misfits: list[Misfit] = []
        # fields whose values are others than before, for what is calculated from them
        self.changed: list[tuple[str, str]] = []
        self._at = situation
        self._sqlite = situation.tables.dialect == "sqlite"
        self._model = situation.tables.model.objects[wanted.name]
        self._added: set[str] = set()
        self._revived: set[str] = set()
        self._converted: set[str] = set()
        self._kept: dict[str, ColumnShape] = {}
        self._rebuild = False
        if before.dropped:
            self.steps.append(column_steps.ReviveTable(self.name))
        self._columns()
        self._left_columns()
        self._demands()
        self.target = replace(wanted, columns={**wanted.columns, **self._kept})
        self._links()
        self._indexes()
        self._keys()
        if self._rebuild:
            self._rebuild_instead()

    # columns

    def _columns(self) -> None:
        for name, column in self.wanted.columns.items():
            old = self.before.columns.get(name)
            gone = old is not None and (old.dropped or self.before.dropped)
            if old is None:
                self._add(column)
            elif gone and old.stored == column.stored:
                self.steps.append(column_steps.ReviveColumn(self.name, column))
                self._revived.add(name)
            elif gone:
                self._set_aside(old)
                self._add(column)
            elif old.stored != column.stored or (self.name, name) in self._at.renames.conversions:
                self._change(old, column)

    def _add(self, column: ColumnShape) -> None:
        target = next((key.target for key in self.wanted.foreign_keys.values() if key.column == column.name), None)
        self.steps.append(column_steps.AddColumn(self.name, column, target if self._sqlite else None))
        self._added.add(column.name)

    def _set_aside(self, old: ColumnShape) -> None:
        number = 1
        while (aside := f"_kept{number}_{old.name}"[:63]) in {**self.before.columns, **self._kept}:
            number += 1
        self.steps.append(column_steps.MoveColumn(self.name, old.name, aside))
        self._kept[aside] = ColumnShape(aside, old.stored, dropped=True)
        if not old.nullable:
            self._loosen(self._kept[aside])

    def _change(self, old: ColumnShape, column: ColumnShape) -> None:
        expression = self._at.renames.conversions.get((self.name, column.name))
        physical = replace(old, name=self._at.physical.get(old.name, old.name))
        if expression is None and widens(old.stored, column.stored):
            self.steps.append(column_steps.WidenColumn(self.name, column, old))
            return
        if expression is None and conversion(old.stored, column.stored) is None:
            if self._at.asked.present(physical.name):
                self._misfit("misfit_kind", column.name, type=str(column.stored), old=str(old.stored))
        else:
            wrong = self._at.asked.unfit(physical, column, expression)
            if wrong.count:
                self._misfit("misfit_conversion", column.name, wrong, type=str(column.stored))
        rows = self._at.asked.rows if expression is not None else self._at.asked.present(physical.name)
        record = {self._at.physical.get(name, name): shape for name, shape in self.before.columns.items()}
        self.steps.append(column_steps.ConvertColumn(self.name, column, old, rows, expression, record))
        self._converted.add(column.name)
        self._rebuild = self._sqlite

    def _left_columns(self) -> None:
        for name, old in self.before.columns.items():
            if name in self.wanted.columns:
                continue
            self._kept[name] = replace(old, dropped=True, nullable=True)
            if not old.dropped and not name.startswith("_"):
                self.steps.append(column_steps.KeepColumn(self.name, old))
            if not old.nullable:
                self._loosen(self._kept[name])

    def _loosen(self, column: ColumnShape) -> None:
        self._rebuild = self._rebuild or self._sqlite
        self.steps.append(column_steps.Loosen(self.name, column))

    def _demands(self) -> None:
        for name, column in self.wanted.columns.items():
            old = self.before.columns.get(name)
            fresh = old is None or name in self._added | self._converted
            loose = fresh or old is None or old.nullable
            if loose == column.nullable:
                continue
            self._rebuild = self._rebuild or self._sqlite
            if column.nullable:
                self.steps.append(column_steps.Loosen(self.name, column))
            else:
                self.steps.append(column_steps.Demand(self.name, column))
                self._fill(column)

    def _fill(self, column: ColumnShape) -> None:
        if column.name in self._added:
            empty = self._at.asked.rows
        else:
            empty = self._at.asked.missing(self._at.physical.get(column.name, column.name))
        if not empty:
            return
        found, value = self._default(column)
        if found:
            self.steps.append(column_steps.FillColumn(self.name, column, value, empty))
        else:
            self._misfit("misfit_missing", column.name, Wrong(empty))

    def _default(self, column: ColumnShape) -> tuple[bool, Any]:
        field = self._field_of(column.name)
        if field is None or field.default is None or field.default.expression is not None:
            return False, None
        value = field.default.value
        if value is None:
            return False, None
        try:
            if isinstance(value, str) and (turn := conversion(Stored("longtext"), column.stored)) is not None:
                return True, turn(value)
            return True, fitted(value, column.stored)
        except DoesNotFit:
            return False, None

    def _field_of(self, column: str) -> FieldModel | None:
        return next((field for field in self._model.fields.values() if column_name(field.name) == column), None)

    # links, indexes, keys

    def _links(self) -> None:
        held = self._held(self.before)
        wanted = self._held(self.wanted)
        for key in self.before.foreign_keys.values():
            if self._identity(key) not in wanted or key.column in self._converted:
                self._rebuild = self._rebuild or self._sqlite
                self.steps.append(table_steps.Unlink(self.name, key))
        for key in self.wanted.foreign_keys.values():
            if self._identity(key) in held and key.column not in self._converted:
                continue
            if key.column not in self._added:
                self._rebuild = self._rebuild or self._sqlite
                self._ask_orphans(key.column, key.target)
            if not self._sqlite or key.column not in self._added:
                self.steps.append(table_steps.Link(self.name, key))

    def _held(self, table: TableShape) -> set[tuple[str, ...]]:
        return {self._identity(key) for key in table.foreign_keys.values()}

    def _identity(self, key: ForeignKeyShape) -> tuple[str, ...]:
        # PostgreSQL complains by the name of a constraint, so that the name follows a rename; SQLite has no use for it
        return (key.column, key.target) if self._sqlite else (key.name, key.column, key.target)

    def _ask_orphans(self, column: str, target: str) -> None:
        if column in self._converted:
            return
        physical = self._at.physical.get(column, column)
        there = target if target == USER.name else self._at.tables_now.get(target)
        wrong = Wrong(self._at.asked.present(physical)) if there is None else self._at.asked.orphans(physical, there)
        if not wrong.count:
            return
        if column in self._revived and self.wanted.columns[column].nullable:
            step = column_steps.ClearLost(self.name, self.wanted.columns[column], target, wrong.count)
            self.steps.append(step)
        else:
            self._misfit("misfit_orphans", column, wrong, target=target)

    def _indexes(self) -> None:
        def touched(index: IndexShape) -> bool:
            return not self._converted.isdisjoint((*index.columns, *index.covers))

        for index in self.before.indexes.values():
            if self.wanted.indexes.get(index.name) != index or touched(index):
                self.steps.append(table_steps.DropIndex(self.name, self.before, index))
        for index in self.wanted.indexes.values():
            if self.before.indexes.get(index.name) == index and not touched(index):
                continue
            self.steps.append(table_steps.MakeIndex(self.name, self.target, index))
            if index.unique:
                self._ask_doubles(index)

    def _ask_doubles(self, index: IndexShape) -> None:
        if not (self._added | self._converted).isdisjoint(index.columns):
            return
        columns = [self._at.physical.get(name, name) for name in index.columns]
        wrong = self._at.asked.doubles(columns, live=index.live)
        if wrong.count:
            self._misfit("misfit_duplicates", ", ".join(index.columns), wrong)

    def _keys(self) -> None:
        fresh = self._added | self._revived
        sorts = {SORT_PREFIX + name for name in self._converted}
        columns = [name for name in self.wanted.columns if _derived(name) and name in fresh | sorts]
        changed = set(self.wanted.searched) != set(self.before.searched)
        changed = changed or not self._converted.isdisjoint(self.wanted.searched)
        if changed and SEARCH_COLUMN in self.wanted.columns and SEARCH_COLUMN not in columns:
            columns.append(SEARCH_COLUMN)
        if columns and self._at.asked.rows:
            self.steps.append(table_steps.MakeKeys(self.name, tuple(columns), self._at.asked.rows))
        for name, field in self._model.fields.items():
            calculated = self.before.computed.get(name) != self.wanted.computed.get(name)
            if field.stored and (calculated or column_name(name) in fresh | self._converted):
                self.changed.append((self.name, name))

    def _rebuild_instead(self) -> None:
        """Replace what SQLite cannot do to a table that is there by writing the table anew."""
        covered = (table_steps.Link, table_steps.Unlink, table_steps.MakeIndex, table_steps.DropIndex)
        self.steps = [step for step in self.steps if not isinstance(step, covered)]
        sources = {name: NEW + name if name in self._converted else name for name in self.target.columns}
        self.steps.append(table_steps.RebuildTable(self.name, self.target, sources))

    def _misfit(self, code: str, field: str, wrong: Wrong | None = None, /, **params: Any) -> None:
        told = {"count": wrong.count, "samples": ", ".join(wrong.samples)} if wrong is not None else {}
        self.misfits.append(Misfit(code, {"object": self.name, "field": field, **told, **params}))


def _derived(column: str) -> bool:
    return column == SEARCH_COLUMN or column.startswith(SORT_PREFIX)
