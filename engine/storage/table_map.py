"""TenantModel -> tables, their columns, links and indexes, and the names they carry in the database."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import cached_property

from sqlalchemy import Column, MetaData, Table

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.scopes import World
from engine.metamodel.model import FieldModel, ObjectModel, TenantModel
from engine.metamodel.model.automation import OnRelative
from engine.rules import FeelType
from engine.storage.bounded import Bounded
from engine.storage.column_types import ID_TYPES, MAX_DIGITS, Stored, stored_as
from engine.storage.connections import DialectName
from engine.storage.covering import covered_by_boards, covered_fields, narrow, seen_by
from engine.storage.snapshot import ColumnShape, ForeignKeyShape, IndexShape, Snapshot, TableShape
from engine.storage.sql_types import sql_type
from engine.storage.system import PREFIX, USER

SEARCH_COLUMN = "_search"
SORT_PREFIX = "_sort_"
DELETED = "deleted_at"
# PostgreSQL's own columns, which no table may have again
_TAKEN_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
_ALWAYS_SET = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})
# users are never deleted, so that these need no index for the check of the foreign key
_UNSEARCHED = frozenset({"created_by", "updated_by", "deleted_by"})
_HELD = ("owner", "department")
_POINTERS = ID_TYPES | {"any_reference"}
_STATEMENTS_KEPT = 2_000


def column_name(field: str) -> str:
    """Return the name of a field's column."""
    return f"_{field}" if field in _TAKEN_COLUMNS else field


def demands_value(field: FieldModel) -> bool:
    """Tell whether the column of a field takes no null."""
    return (field.system and field.name in _ALWAYS_SET) or (field.required and not field.computed)


def sort_column_name(field: FieldModel) -> str:
    """Return the name of the column that a field is sorted by."""
    return SORT_PREFIX + field.name if field.sort_key else column_name(field.name)


def has_search(object: ObjectModel) -> bool:
    """Tell whether the object has a text for quick search."""
    return any(True for _ in searched_fields(object))


def searched_fields(object: ObjectModel) -> Iterator[FieldModel]:
    """Yield the fields that quick search looks into: the display field and those marked."""
    for field in object.fields.values():
        if (field.searchable or field.name == object.display) and field.stored and not field.system:
            yield field


class TableMap:
    """The tables of one compiled model on one kind of database; shared by all tenants that have this model.

    ``statements`` keeps what was compiled for these tables.
    """

    def __init__(self, model: TenantModel, dialect: DialectName) -> None:
        self.model = model
        self.dialect = dialect
        self.statements: Bounded = Bounded(_STATEMENTS_KEPT)
        self._world = World(model.objects, model.dictionaries, model.unit, structure=model.structure)
        self._tables: dict[str, Table] = {}
        self._metadata = MetaData()
        self._lock = threading.Lock()

    def table(self, object: str) -> Table:
        """Return an object's table; KeyError when there is no such object."""
        found = self._tables.get(object)
        if found is None:
            shape = table_shape(self.model, self.model.objects[object])
            with self._lock:
                found = self._tables.get(object)
                if found is None:
                    columns = [Column(column.name, sql_type(column.stored)) for column in shape.columns.values()]
                    found = self._tables[object] = Table(object, self._metadata, *columns)
        return found

    def column(self, object: str, field: str) -> Column[object]:
        """Return a field's column; KeyError when there is none."""
        return self.table(object).c[column_name(field)]

    def type_of(self, field: FieldModel) -> FeelType | None:
        """Return the type of a field's value in expressions; None for what no expression may read."""
        return self._world.type_of_field(field)

    @cached_property
    def shape(self) -> Snapshot:
        """The shape that the model asks for."""
        return shape_of(self.model)

    @cached_property
    def constraints(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Names of unique indexes and foreign keys -> object and fields."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for table in self.shape.tables.values():
            for index in table.indexes.values():
                found[index.name] = (table.name, tuple(name.removeprefix("_") for name in index.columns))
            for key in table.foreign_keys.values():
                found[key.name] = (table.name, (key.column.removeprefix("_"),))
        return found


def shape_of(model: TenantModel) -> Snapshot:
    """Return the tables that a model asks for; raises BadDefinition when the databases cannot hold it."""
    findings = Findings()
    for object in model.objects.values():
        _check(object, findings)
    if findings.errors:
        raise BadDefinition(findings.errors)
    return Snapshot({name: table_shape(model, object) for name, object in model.objects.items()})


def table_shape(model: TenantModel, object: ObjectModel) -> TableShape:
    """Return the table of one object."""
    columns = {shape.name: shape for shape in _columns(object)}
    indexes = {index.name: index for index in _indexes(model, object)}
    keys = {key.name: key for key in _foreign_keys(model, object)}
    searched = tuple(field.name for field in searched_fields(object))
    computed = {field.name: _how(field) for field in object.fields.values() if field.computed and field.stored}
    return TableShape(object.name, columns, indexes, keys, searched=searched, computed=computed)


# ---------------------------------------------------------------------------------------------------------------------


def _check(object: ObjectModel, findings: Findings) -> None:
    if object.name.startswith((PREFIX, "sqlite_", "pg_")):
        findings.add("name_taken_by_engine", object.span, name=object.name)
    for field in object.fields.values():
        stored = stored_as(field)
        if stored.kind == "decimal" and stored.length > MAX_DIGITS:
            params = {"object": object.name, "field": field.name, "value": stored.length, "max": MAX_DIGITS}
            findings.add("too_many_digits", field.span, **params)


def _how(field: FieldModel) -> str:
    rollup = field.rollup
    said = [field.formula.text] if field.formula else []
    if rollup is not None:
        where = rollup.where.text if rollup.where else ""
        said = [rollup.function, rollup.of, rollup.by, rollup.field or "", where]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _columns(object: ObjectModel) -> Iterator[ColumnShape]:
    for field in object.fields.values():
        if field.stored:
            yield ColumnShape(column_name(field.name), stored_as(field), nullable=not demands_value(field))
    for field in object.fields.values():
        if field.stored and field.sort_key:
            yield ColumnShape(sort_column_name(field), Stored("longtext"))
    if has_search(object):
        yield ColumnShape(SEARCH_COLUMN, Stored("longtext"))


def _foreign_keys(model: TenantModel, object: ObjectModel) -> Iterator[ForeignKeyShape]:
    for field in object.fields.values():
        target = _target(model, field)
        if target is not None:
            column = column_name(field.name)
            yield ForeignKeyShape(_constraint_name("fk", object.name, (column,)), column, target)


def _target(model: TenantModel, field: FieldModel) -> str | None:
    if field.type == "user":
        return USER.name
    if field.references and field.targets[0] in model.objects:
        return field.targets[0]
    return None


def _indexes(model: TenantModel, object: ObjectModel) -> Iterator[IndexShape]:
    live = object.recycles and DELETED in object.fields
    unique = [(field.name,) for field in object.fields.values() if field.unique and field.stored]
    seen: set[tuple[str, ...]] = set()
    for fields in dict.fromkeys([*unique, *object.unique]):
        columns = tuple(column_name(name) for name in fields)
        seen.add(columns)
        yield IndexShape(_constraint_name("uq", object.name, columns), columns, unique=True, live=live)
    sorted_by = dict.fromkeys(_wanted(model, object))
    points = [field for field in object.fields.values() if _points(field)]
    pointing: dict[tuple[str, ...], FieldModel] = {(column_name(field.name),): field for field in points}
    covers = _covers(model, object)
    for columns in dict.fromkeys([*sorted_by, *pointing, *covers]):
        if columns not in seen:
            # the id makes every order total, so that a page can be found by its key
            keyed = columns if "id" in columns else (*columns, "id")
            given = columns not in sorted_by and columns in pointing and not demands_value(pointing[columns])
            beside = () if given else covers.get(columns, ())
            yield IndexShape(_constraint_name("ix", object.name, columns), keyed, given=given, covers=beside)


def _covers(model: TenantModel, object: ObjectModel) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the indexes that figures and quick searches are read from, by what rows are found by, and what they hold
    besides."""
    recycled = (DELETED,) if object.recycles and DELETED in object.fields else ()
    held = (name for name in _HELD if name in object.fields and object.fields[name].system)
    given = tuple(dict.fromkeys([*recycled, *held, *seen_by(model, object)]))
    found: dict[tuple[str, ...], tuple[str, ...]] = {
        (column_name(lead),): tuple(map(column_name, beside))
        for lead, beside in covered_fields(model, object, given).items()
    }
    for (*leading, last), beside in covered_by_boards(model, object, given):
        columns = tuple(column_name(field.name) for field in leading)
        key = (*columns, sort_column_name(last) if columns else column_name(last.name))
        found[key] = tuple(dict.fromkeys([*found.get(key, ()), *map(column_name, beside)]))
    main = _first_sort(model, object, object.name)
    if main and has_search(object):
        listed = dict.fromkeys([*found.get((main,), ()), *map(column_name, given)])
        found[(main,)] = tuple(name for name in listed if name != main)
    fields = {column_name(field.name): field for field in object.fields.values()}
    found = {key: tuple(map(column_name, narrow(fields[name] for name in names))) for key, names in found.items()}
    if main and has_search(object):
        # a quick search goes through the list in its order, and need not read the records that it passes over
        found[(main,)] = (*found[(main,)], SEARCH_COLUMN)
    return found


def _points(field: FieldModel) -> bool:
    """Tell whether other records are found by what a field holds, and nothing is sorted by it."""
    if field.system and field.name in _HELD:
        return False  # an index of its own sorts what somebody holds
    return field.stored and field.type in _POINTERS and field.name not in _UNSEARCHED


def _wanted(model: TenantModel, object: ObjectModel) -> Iterator[tuple[str, ...]]:
    main = _first_sort(model, object, object.name)
    for field in object.fields.values():
        if not field.stored or field.name == "id":
            continue
        column = column_name(field.name)
        if field.system and field.name in _HELD:
            yield (column, main) if main and main != column else (column,)
        elif field.indexed and field.type not in _POINTERS:
            yield (column,)
        if field.sort_key and (field.indexed or field.name == object.display):
            # lists are sorted by the title more often than by anything else
            yield (sort_column_name(field),)
    for *leading, last in object.indexes:
        # an index ends in what lists are sorted by, and texts are sorted by their key
        yield (*map(column_name, leading), sort_column_name(object.fields[last]))
    for rule in object.duplicates.values():
        # each save asks whether another record looks the same
        fields = [object.fields[name] for name in rule.fields]
        if all(field.stored for field in fields):
            yield tuple(sort_column_name(field) for field in fields)
    yield from _wanted_by_processes(model, object)
    for list_model in model.lists.values():
        if list_model.object == object.name and (first := _first_sort(model, object, list_model.name)):
            yield (first,)


def _wanted_by_processes(model: TenantModel, object: ObjectModel) -> Iterator[tuple[str, ...]]:
    for rule in model.automations.values():
        if isinstance(rule.on, OnRelative) and rule.on.object == object.name:
            yield (column_name(rule.on.field),)
    for load in [one.load for one in model.assignments.values() if one.load is not None]:
        if load.object == object.name:
            # each choice counts what everybody has; what chooses stands first, so that closed work is not read
            asked = {path[1] for path in (load.where.reads if load.where is not None else ()) if len(path) == 2}
            own = [name for name, field in object.fields.items() if name in asked and field.stored and name != load.by]
            recycled = (DELETED,) if object.recycles and DELETED in object.fields else ()
            yield (*map(column_name, own), *recycled, column_name(load.by))


def _first_sort(model: TenantModel, object: ObjectModel, list_name: str) -> str | None:
    list_model = model.lists.get(list_name)
    if list_model is None or not list_model.sort or len(list_model.sort[0].path) != 1:
        return None
    field = object.fields.get(list_model.sort[0].path[0])
    if field is None or not field.stored or field.name == "id":
        return None
    return sort_column_name(field)


def _constraint_name(kind: str, table: str, columns: tuple[str, ...]) -> str:
    name = f"{kind}_{table}_{'_'.join(columns)}"
    if len(name) <= 63:
        return name
    # PostgreSQL cuts longer names silently
    return f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
