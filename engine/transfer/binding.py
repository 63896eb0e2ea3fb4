"""A mapping bound to a model and a file: every column knows its field and how its cells are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import BadDefinition, Complaint, Rejected
from engine.metamodel import TenantModel
from engine.metamodel.model import FieldModel, ObjectModel
from engine.rules import STRING, ContextType, Expression, Names, compile_expression
from engine.transfer.cells import plain_text
from engine.transfer.files import Table
from engine.transfer.headers import importable, keys_of, reference_keys
from engine.transfer.mapping import ColumnDef, Lookup, MappingDef, SheetDef

OpenFile = Callable[[str], Table]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A lookup table: what a value is exchanged for. ``file`` names it in complaints."""

    file: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filler:
    """One column at work. ``keys``: fields by which a reference may be given, to be tried in this order."""

    column: str
    place: int
    field: FieldModel
    keys: tuple[str, ...] = ()
    formula: Expression | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A field that has the same value in every row, or a formula over the row."""

    field: FieldModel
    value: Any
    keys: tuple[str, ...] = ()
    formula: Expression | None = None


@dataclass(frozen=True, slots=True)
class BoundSheet:
    """The rows of one file and the fields that they fill. ``reads_row``: a formula looks at other cells."""

    object: ObjectModel
    table: Table
    fillers: tuple[Filler, ...]
    constants: tuple[Constant, ...] = ()
    id_place: int | None = None
    file: str = ""

    @property
    def reads_row(self) -> bool:
        """Tell whether a formula looks at the whole row."""
        return any(one.formula for one in self.fillers) or any(one.formula for one in self.constants)

    @property
    def columns(self) -> Mapping[str, str]:
        """Return which column fills which field, for complaints."""
        return {one.field.name: one.column for one in self.fillers}


@dataclass(frozen=True, slots=True)
class BoundLines:
    """The lines of a record. Without ``parent`` they stand in the record's own rows."""

    field: str
    sheet: BoundSheet
    parent: int | None = None
    own: int | None = None


@dataclass(frozen=True, slots=True)
class BoundImport:
    """An import ready to run. ``key`` are the fillers whose values recognise a record again."""

    sheet: BoundSheet
    key: tuple[Filler, ...] = ()
    lines: tuple[BoundLines, ...] = ()
    reads: tuple[str, ...] = field(default=())

    @property
    def object(self) -> ObjectModel:
        """Return the object whose records are imported."""
        return self.sheet.object

    @property
    def flat(self) -> tuple[BoundLines, ...]:
        """Return the lines that stand in the records' own rows."""
        return tuple(one for one in self.lines if one.parent is None)


def bind(mapping: MappingDef, model: TenantModel, table: Table, open_file: OpenFile) -> BoundImport:
    """Bind a mapping. Raises Rejected with everything that does not fit, at once."""
    return _Binder(model, open_file).bound(mapping, table)


class _Binder:
    def __init__(self, model: TenantModel, open_file: OpenFile) -> None:
        self.model = model
        self.open_file = open_file
        self.wrong: list[Complaint] = []

    def bound(self, mapping: MappingDef, table: Table) -> BoundImport:
        object = self.model.objects.get(mapping.object)
        if object is None or object.parent is not None:
            raise Rejected("bad_mapping", [Complaint("object", "no_such_object", {"object": mapping.object})], count=1)
        sheet = self._sheet(mapping.sheet, object, table, "")
        lines = tuple(self._lines(mapping, index, sheet) for index in range(len(mapping.lines)))
        key = self._key(mapping.key, sheet)
        if not sheet.fillers and not self.wrong:
            self._complain("columns", "no_columns")
        if self.wrong:
            raise Rejected("bad_mapping", self.wrong, count=len(self.wrong))
        return BoundImport(sheet, key, tuple(one for one in lines if one is not None))

    def _key(self, names: tuple[str, ...], sheet: BoundSheet) -> tuple[Filler, ...]:
        if not names or names == ("id",):
            if names and sheet.id_place is None:
                self._complain("key", "key_not_mapped", field="id")
            return ()
        known = keys_of(sheet.object)
        if tuple(sorted(names)) not in {tuple(sorted(key)) for key in known}:
            listed = "; ".join(", ".join(key) for key in known)
            self._complain("key", "not_unique_key", fields=", ".join(names), known=listed)
        held = {one.field.name: one for one in sheet.fillers}
        fixed = {one.field.name for one in sheet.constants}
        for name in names:
            if name not in held and name not in fixed:
                self._complain("key", "key_not_mapped", field=name)
        return tuple(held[name] for name in names if name in held)

    def _lines(self, mapping: MappingDef, index: int, above: BoundSheet) -> BoundLines | None:
        told = mapping.lines[index]
        place = f"lines.{told.field}."
        one = above.object.fields.get(told.field)
        if one is None or one.type != "lines" or one.lines_of is None:
            self._complain(place.rstrip("."), "unknown_field", field=told.field, nearest="")
            return None
        child = self.model.objects[one.lines_of]
        if not told.sheet.file:
            return BoundLines(told.field, self._sheet(told.sheet, child, above.table, place))
        table = self.open_file(told.sheet.file)
        sheet = self._sheet(told.sheet, child, table, place)
        parent = self._place(told.parent, table, f"{place}parent")
        own = self._place(told.own or self._own_column(told.parent, mapping, above), above.table, f"{place}own")
        return BoundLines(told.field, sheet, parent, own)

    def _own_column(self, parent: str, mapping: MappingDef, above: BoundSheet) -> str:
        if parent in above.table.header:
            return parent
        return next((one.column for one in above.fillers if one.field.name in mapping.key), parent)

    def _sheet(self, told: SheetDef, object: ObjectModel, table: Table, place: str) -> BoundSheet:
        fields = {one.name: one for one in importable(object)}
        row = Names({"row": ContextType(dict.fromkeys((name for name in table.header if name), STRING), name="row")})
        fillers: list[Filler] = []
        id_place = None
        for column in told.columns:
            where = f"{place}columns.{column.column}"
            index = self._place(column.column, table, where)
            if column.field == "id":
                id_place = index
                continue
            one = self._field(column.field, object, fields, where)
            if one is None or index is None:
                continue
            if any(other.field.name == one.name for other in fillers):
                self._complain(where, "field_twice", field=one.name)
            fillers.append(self._filler(column, index, one, row, where))
        constants = [
            bound
            for name, value in told.constants.items()
            if (bound := self._constant(name, value, object, fields, row, f"{place}constants.{name}"))
        ]
        return BoundSheet(object, table, tuple(fillers), tuple(constants), id_place, told.file)

    def _filler(self, told: ColumnDef, index: int, one: FieldModel, row: Names, place: str) -> Filler:
        scope = Names({"value": STRING, **row.types})
        formula = self._formula(told.formula, scope, place) if told.formula else None
        exchange = self._exchange(told.lookup, place) if told.lookup else None
        return Filler(told.column, index, one, self._keys(one, told.by, place), formula, exchange)

    def _constant(
        self, name: str, value: Any, object: ObjectModel, fields: Mapping[str, FieldModel], row: Names, place: str
    ) -> Constant | None:
        one = self._field(name, object, fields, place)
        if one is None:
            return None
        formula = None
        if isinstance(value, str) and value.startswith("="):
            formula = self._formula(value[1:], row, place)
        return Constant(one, value, self._keys(one, "", place), formula)

    def _keys(self, one: FieldModel, by: str, place: str) -> tuple[str, ...]:
        if one.type not in ("reference", "references", "department", "user", "users"):
            return ()
        known = reference_keys(self.model, one)
        if not by:
            return known
        if by not in known and by != "id":
            self._complain(place, "not_unique_key", fields=by, known=", ".join(known))
        return (by,)

    def _field(self, name: str, object: ObjectModel, fields: Mapping[str, FieldModel], place: str) -> FieldModel | None:
        one = fields.get(name)
        if one is None:
            code = "field_not_writable" if name in object.fields else "unknown_field"
            self._complain(place, code, field=name, nearest="")
        return one

    def _formula(self, text: str, scope: Names, place: str) -> Expression | None:
        try:
            return compile_expression(text, scope)
        except BadDefinition as error:
            for found in error.diagnostics:
                self._complain(place, "bad_formula", formula=text, message=found)
            return None

    def _exchange(self, told: Lookup, place: str) -> Exchange | None:
        table = self.open_file(told.file)
        key = self._place(told.key, table, f"{place}.lookup.key")
        take = self._place(told.take, table, f"{place}.lookup.take")
        if key is None or take is None:
            return None
        values = {plain_text(row.cells[key]).strip(): plain_text(row.cells[take]).strip() for row in table.rows()}
        return Exchange(told.file, values)

    def _place(self, column: str, table: Table, place: str) -> int | None:
        if column in table.header:
            return table.header.index(column)
        self._complain(place, "unknown_column", column=column, known=", ".join(filter(None, table.header)))
        return None

    def _complain(self, path: str, code: str, /, **params: Any) -> None:
        self.wrong.append(Complaint(path, code, params))
