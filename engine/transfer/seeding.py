"""A folder of CSV files becomes records in one transaction: what a pack needs, and what it shows itself with.

One file for each object, named after it (``visit.csv``, or ``visit.more.csv`` for a second round); the header holds
field names. A child object's file holds the key of the record its lines belong to in the column of its parent.
A column ``#`` gives rows and lines names by which other files may refer to them; without it rows are recognised by
the first unique field among the columns. A record stands behind those of its own file that it refers to. ``@-30d``
is a date, thirty days before today (d, w, m, y), ``@-40y+5d`` one counted in two steps, ``@-30d 09:30`` an hour of it.
``users.csv`` holds accounts, ``acts.csv`` what they then did: transitions and conversions on the first record that fits
a condition, with what they entered (JSON, for a conversion by its targets).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Malformed, Rejected
from engine.metamodel import TenantModel
from engine.metamodel.model import ObjectModel
from engine.records import RecordService, Unit
from engine.transfer import limits
from engine.transfer.binding import BoundImport, bind
from engine.transfer.cells import plain_text
from engine.transfer.files import Cell, Row, Table, open_table
from engine.transfer.headers import guess_mapping
from engine.transfer.importing import Tally
from engine.transfer.mapping import ColumnDef, LinesDef, MappingDef, SheetDef
from engine.transfer.matching import known_ids
from engine.transfer.naming_lines import named_lines
from engine.transfer.rows import Prepared
from engine.transfer.running import Act, Course

LOCAL = "#"
USERS = "users"
ACTS = "acts"
_STEP = re.compile(r"([+-]?\d{1,5})([dwmy])")
_DAY = re.compile(r"@((?:[+-]?\d{1,5}[dwmy])+)( \d\d:\d\d)?")
_DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class SeedUser:
    """An account as ``users.csv`` has it."""

    login: str
    name: str
    roles: tuple[str, ...] = ()
    language: str = ""
    email: str = ""
    administrator: bool = False


@dataclass(frozen=True, slots=True)
class SeedAct:
    """A transition or conversion that somebody performs on the first record that fits, as ``acts.csv`` has it.

    ``fields`` is what is entered on the way; the file may leave that column out.
    """

    login: str
    object: str
    where: str
    act: str
    fields: Mapping[str, Any] = field(default_factory=dict)


AddUser = Callable[[SeedUser], None]
Told = Callable[[str, int, int], None]


def users_of(folder: Path) -> Sequence[SeedUser]:
    """Return the accounts that a folder brings."""
    path = folder / f"{USERS}.csv"
    if not path.is_file():
        return ()
    table = open_table(path)
    rows = [dict(zip(table.header, map(plain_text, row.cells), strict=True)) for row in table.rows()]
    return [
        SeedUser(
            row["login"],
            row.get("name", ""),
            tuple(role.strip() for role in row.get("roles", "").split(";") if role.strip()),
            row.get("language", ""),
            row.get("email", ""),
            row.get("administrator", "") == "true",
        )
        for row in rows
    ]


def acts_of(folder: Path) -> Sequence[SeedAct]:
    """Return what people do once the records are there, in its order."""
    path = folder / f"{ACTS}.csv"
    if not path.is_file():
        return ()
    table = open_table(path)
    rows = [dict(zip(table.header, map(plain_text, row.cells), strict=True)) for row in table.rows()]
    return [
        SeedAct(row["user"], row["object"], row["where"], row["act"], json.loads(row.get("fields") or "{}"))
        for row in rows
    ]


def load_rows(
    records: RecordService,
    ctx: Context,
    folder: Path,
    progress: Told = lambda _file, _done, _total: None,
    *,
    keep: bool = False,
) -> Mapping[str, int]:
    """Load a folder, all of it or nothing, and return how many records each file gave.

    ``keep``: records that are there already stay as they are. Accounts are the caller's to make first: ``users_of``.
    Raises Rejected with every bad row.
    """
    model = records.model(ctx)
    loader = _Loader(records, ctx, folder, keep=keep)
    files = sorted(path for path in folder.glob("*.csv") if path.stem not in (USERS, ACTS))
    counts: dict[str, int] = {}
    with records.unit(ctx) as unit:
        for done, path in enumerate(_ordered(model, files), 1):
            counts[path.name] = loader.load(unit, path)
            progress(path.name, done, len(files))
        if loader.wrong:
            raise Rejected("invalid", loader.wrong, count=len(loader.wrong))
    return counts


@dataclass(slots=True)
class _Loader:
    records: RecordService
    ctx: Context
    folder: Path
    keep: bool
    wrong: list[Complaint] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def load(self, unit: Unit, path: Path) -> int:
        """Load one file; what is wrong is kept for the end."""
        object = _object_of(path)
        table = _Dated(open_table(path), self.ctx.today())
        bound = bind(self._mapping(unit.model, object, table), unit.model, table, self._beside)
        course = Course(self.records, self.ctx, bound, local=lambda target, text: self.names.get((target, text)))
        count = 0
        for rows, act in self._steps(course, table):
            chosen = self._new(unit, bound, rows) if self.keep else rows
            tally = act(unit, chosen)
            count += tally.created
            self._remember(object, table, rows, tally)
            if LOCAL in table.header:
                parents = [plain_text(row.cells[table.header.index(LOCAL)]) for row in rows]
                self.names.update(named_lines(unit, self.folder, object, parents, self.names))
            for _, errors in tally.failures:
                for error in errors:
                    place = f"{error.file or path.name}:{error.row}.{error.column}"
                    self.wrong.append(Complaint(place, "bad_row", {"reason": error.message}))
        return count

    def _steps(self, course: Course, table: Table) -> Iterator[tuple[list[Prepared], Act]]:
        """Yield what is to be done; a row that refers to one just read waits until that one is saved."""
        if LOCAL not in table.header:
            yield from course.steps()
            return
        own = table.header.index(LOCAL)
        selves = [one.place for one in course.bound.sheet.fillers if course.bound.object.name in one.field.targets]
        through_lines = self._referred_by_lines(course.bound.object)
        chunk: list[list[Row]] = []
        names: set[str] = set()
        for rows in course.preparer.records():
            refers = {plain_text(rows[0].cells[place]) for place in selves}
            refers |= through_lines.get(plain_text(rows[0].cells[own]), set())
            if len(chunk) >= limits.CHUNK or refers & names:
                yield [course.preparer.prepare(one) for one in chunk], course.first_pass
                chunk, names = [], set()
            chunk.append(rows)
            names.add(plain_text(rows[0].cells[own]))
        if chunk:
            yield [course.preparer.prepare(one) for one in chunk], course.first_pass

    def _referred_by_lines(self, object: ObjectModel) -> Mapping[str, set[str]]:
        """Return which records of its own file each record refers to in its lines, by their names."""
        found: dict[str, set[str]] = {}
        for one in object.fields.values():
            file = self.folder / f"{one.lines_of}.csv"
            if not one.lines_of or not one.lines_by or not file.is_file():
                continue
            table, fields = open_table(file), self.records.model(self.ctx).objects[one.lines_of].fields
            places = {name: place for place, name in enumerate(table.header) if name in fields}
            others = [places[name] for name in places if name != one.lines_by and object.name in fields[name].targets]
            for row in table.rows() if others and one.lines_by in places else ():
                whose = plain_text(row.cells[places[one.lines_by]])
                found.setdefault(whose, set()).update(plain_text(row.cells[place]) for place in others)
        return found

    def _mapping(self, model: TenantModel, object: str, table: Table) -> MappingDef:
        guess = guess_mapping([name for name in table.header if name != LOCAL], model, object)
        if guess.unknown:
            unknown = [Complaint(name, "unmapped_column", {"column": name}) for name in guess.unknown]
            raise Rejected("bad_mapping", unknown, count=len(unknown))
        key = () if LOCAL in table.header else guess.mapping.key
        own = LOCAL if LOCAL in table.header else _first_column(guess.mapping, key)
        lines = [
            LinesDef(one.name, SheetDef(tuple(_line_columns(file, one.lines_by)), {}, file.name), one.lines_by, own)
            for one in model.objects[object].fields.values()
            if one.lines_of and one.lines_by and (file := self.folder / f"{one.lines_of}.csv").is_file()
        ]
        return MappingDef(object, guess.mapping.sheet, key, tuple(lines))

    def _beside(self, name: str) -> Table:
        return _Dated(open_table(self.folder / name), self.ctx.today())

    def _new(self, unit: Unit, bound: BoundImport, rows: Sequence[Prepared]) -> list[Prepared]:
        if not bound.key:
            return list(rows)
        there = known_ids(unit, bound, [row.input for row in rows])
        return [row for row, found in zip(rows, there, strict=True) if found is None]

    def _remember(self, object: str, table: Table, rows: Sequence[Prepared], tally: Tally) -> None:
        if LOCAL not in table.header:
            return
        place = table.header.index(LOCAL)
        for row in rows:
            if row.number in tally.ids:
                self.names[object, plain_text(row.cells[place])] = tally.ids[row.number]


@dataclass(frozen=True, slots=True)
class _Dated:
    """A table in which ``@-30d`` is a date."""

    table: Table
    today: date

    @property
    def header(self) -> tuple[str, ...]:
        return self.table.header

    def rows(self) -> Iterator[Row]:
        for row in self.table.rows():
            yield Row(row.number, tuple(_dated(cell, self.today) for cell in row.cells), row.spare)


def _dated(cell: Cell, today: date) -> Cell:
    found = _DAY.fullmatch(cell) if isinstance(cell, str) and cell.startswith("@") else None
    if found is None:
        return cell
    day = today
    for count, unit in _STEP.findall(found[1]):
        day = _moved(day, int(count), unit)
    return f"{day.isoformat()}{found[2]}" if found[2] else day


def _moved(today: date, count: int, unit: str) -> date:
    if unit in _DAYS:
        return today + timedelta(days=count * _DAYS[unit])
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "y" else 1)
    # the day that every month has: a date relative to today needs no more
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def _object_of(path: Path) -> str:
    return path.name.split(".", maxsplit=1)[0]


def _line_columns(file: Path, by: str) -> Iterator[ColumnDef]:
    yield from (ColumnDef(name, name) for name in open_table(file).header if name not in (by, LOCAL))


def _first_column(mapping: MappingDef, key: tuple[str, ...]) -> str:
    return next((one.column for one in mapping.sheet.columns if one.field in key), "")


def _ordered(model: TenantModel, files: Sequence[Path]) -> list[Path]:
    """Return the files of top objects, each behind those that it refers to; files of lines go with their records."""
    first = {path.name.removesuffix(".csv"): path for path in files}
    graph: dict[Path, set[Path]] = {}
    for path in files:
        object = model.objects.get(_object_of(path))
        if object is None:
            raise Malformed("no_such_object", object=_object_of(path))
        if object.parent is not None and path.name == f"{object.name}.csv":
            continue
        needs: set[Path] = {first[object.name]} if path.name != f"{object.name}.csv" and object.name in first else set()
        sources = [path, *(first[n] for f in object.fields.values() if (n := f.lines_of or "") in first)]
        if object.owned and model.person in first:
            # the department of a record follows from its owner's post
            needs.add(first[model.person])
        for source in sources:
            fields = model.objects[_object_of(source)].fields
            taken = {field.pick.source for field in fields.values() if field.pick is not None}
            needs |= {first[name] for name in taken if name in first and name != object.name}
            for name in open_table(source).header:
                targets: Any = fields[name].targets if name in fields else ()
                needs |= {first[target] for target in targets if target in first and target != object.name}
        graph[path] = needs
    try:
        return [path for path in TopologicalSorter(graph).static_order() if path in graph]
    except CycleError as error:
        circle = ", ".join(path.name for path in error.args[1])
        raise Malformed("files_in_a_circle", files=circle) from None
