"""Reading whole records by id for the counter, unfiltered: what a save looks at, in one statement where it can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, cast, exists, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement, FromClause

from engine.metamodel.model import FieldModel, TenantModel
from engine.storage.catalog import Catalog
from engine.storage.column_types import Convert, binder, loader
from engine.storage.connections import DialectName
from engine.storage.sessions import Session
from engine.storage.sql_types import Words
from engine.storage.statements import Compiled, Statement
from engine.storage.system import FILE, USER
from engine.storage.table_map import DELETED, column_name, sort_column_name

Path = tuple[str, ...]
Tree = dict[str, Any]

USERS = "tessera_user"
_USER_FIELDS = ("id", "login", "name", "active")


@dataclass(frozen=True, slots=True)
class Want:
    """Records of one object, and the paths that are looked at; ``for_update`` locks the rows on PostgreSQL."""

    object: str
    paths: tuple[Path, ...]
    key: str = "id"
    for_update: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """A question: is there another record with the same values in ``fields``? ``folded``: however written."""

    object: str
    fields: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was uploaded, by whom, and the record that it belongs to by now."""

    id: str
    name: str
    size: int
    type: str
    created_by: str
    object: str
    record: str | None
    field: str


def fetch(session: Session, catalog: Catalog, want: Want, keys: Iterable[Any]) -> list[Tree]:
    """Return the records whose ``want.key`` is one of ``keys``, in the order of their ids, as trees of field -> value.

    Behind a reference that a path goes on from stands a tree of its own, else the id.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []

    # one is asked for by itself: SQLite would read all of a table that was small when statistics were made
    single = len(wanted) == 1

    def build() -> tuple[Compiled, _Shape]:
        table = _table(catalog, want.object)
        shape = _Shape(catalog, want, table)
        chosen = table.c[column_name(want.key)]
        statement = select(*shape.columns).select_from(shape.source)
        fits = chosen == bindparam("keys", type_=chosen.type) if single else among(chosen, "keys", session.dialect)
        statement = statement.where(fits).order_by(table.c.id)
        if want.for_update:
            statement = statement.with_for_update(of=table)
        convert = (key_binder if single else list_binder)(catalog, want.object, want.key)
        return Compiled(statement, session.dialect, {"keys": convert}), shape

    compiled, shape = catalog.tables.statements.get(("fetch", single, want), build)
    return [shape.tree(row) for row in session.rows(compiled, {"keys": wanted[0] if single else wanted})]


def fetch_every(session: Session, catalog: Catalog, object: str, paths: Iterable[Path]) -> list[Tree]:
    """Return all records of an object that are not in the recycle bin, for what is kept in memory."""
    want = Want(object, tuple(sorted(set(paths))))

    def build() -> tuple[Compiled, _Shape]:
        table = _table(catalog, object)
        shape = _Shape(catalog, want, table)
        statement = select(*shape.columns).select_from(shape.source).order_by(table.c.id)
        return Compiled(_living(catalog.model, object, table, statement), session.dialect), shape

    compiled, shape = catalog.tables.statements.get(("fetch_every", want), build)
    return [shape.tree(row) for row in session.rows(compiled)]


def probe(
    session: Session,
    catalog: Catalog,
    wants: Sequence[tuple[Want, str]],
    twins: Sequence[tuple[Twin, str, Sequence[Any]]],
) -> tuple[list[Tree | None], list[bool]]:
    """Answer everything that one save asks, in one statement: a record for each want, by id, and for each twin whether
    there is one besides the record whose id is given.
    """
    if not wants and not twins:
        return [], []
    key = ("probe", tuple(want for want, _ in wants), tuple(twin for twin, _, _ in twins))

    def build() -> tuple[Compiled, list[_Shape]]:
        return _build_probe(session, catalog, key[1], key[2])

    compiled, shapes = catalog.tables.statements.get(key, build)
    values: dict[str, Any] = {f"id{place}": id for place, (_, id) in enumerate(wants)}
    for place, (_, id, given) in enumerate(twins):
        values[f"self{place}"] = id
        values.update({f"twin{place}_{number}": value for number, value in enumerate(given)})
    row = session.row(compiled, values)
    assert row is not None
    found: list[Tree | None] = []
    start = 0
    for shape in shapes:
        part = row[start : start + len(shape.columns)]
        found.append(None if part[0] is None else shape.tree(part))
        start += len(shape.columns)
    return found, [bool(answer) for answer in row[start:]]


def taken(session: Session, catalog: Catalog, twin: Twin, lead: int, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return id and ``twin.fields`` of the records whose ``lead``-th field is one of ``values``; for many at once."""
    asked = list(dict.fromkeys(values))
    if not asked:
        return []

    def build() -> tuple[Compiled, list[Convert | None]]:
        table = _table(catalog, twin.object)
        columns, fields = _twin_columns(catalog, twin, table)
        statement = select(table.c.id, *columns).where(among(columns[lead], "keys", session.dialect))
        statement = _living(catalog.model, twin.object, table, statement)
        bound = None if twin.folded and fields[lead].sort_key else binder(fields[lead], session.dialect)
        converters = {"keys": _each(bound, session.dialect)}
        loaders = [None if twin.folded and f.sort_key else loader(f, session.dialect) for f in fields]
        return Compiled(statement, session.dialect, converters), loaders

    compiled, loaders = catalog.tables.statements.get(("taken", twin, lead), build)
    rows = session.rows(compiled, {"keys": asked})
    return [(row[0], *(_load(read, value) for read, value in zip(loaders, row[1:], strict=True))) for row in rows]


def among(column: ColumnElement[Any], name: str, dialect: DialectName) -> ColumnElement[bool]:
    """Return ``column`` is one of a list of any length, in a text that does not depend on that length."""
    if dialect == "sqlite":
        entries = func.json_each(bindparam(name, type_=Text())).table_valued("value")
        return column.in_(select(entries.c.value))
    return column == func.any(bindparam(name, type_=ARRAY(column.type)))


def list_binder(catalog: Catalog, object: str, key: str) -> Convert:
    """Return the conversion of such a list, whose values are those of a field."""
    return _each(key_binder(catalog, object, key), catalog.tables.dialect)


def key_binder(catalog: Catalog, object: str, key: str) -> Convert | None:
    """Return the conversion of one value that a field is asked for; None where there is nothing to convert."""
    field = _field(catalog.model, object, key)
    return None if field is None else binder(field, catalog.tables.dialect)


def find_users(session: Session, text: str, limit: int) -> list[tuple[str, str, str]]:
    """Return id, name and login of the active users whose name or login holds a text, by name."""
    return [(row[0], row[1], row[2]) for row in session.rows(_FIND_USERS, {"text": text.lower(), "limit": limit})]


def is_used(session: Session, catalog: Catalog, object: str, field: str, code: str, *, several: bool) -> bool:
    """Tell whether any record, also in the recycle bin, holds a dictionary's code in a field."""

    def build() -> Compiled:
        table = _table(catalog, object)
        column = table.c[column_name(field)]
        held = column == bindparam("code", type_=Words())
        if several:
            # a list of codes is stored as JSON; codes hold nothing that JSON writes in another way
            place = func.instr if session.dialect == "sqlite" else func.strpos
            held = place(cast(column, Text), bindparam("code", type_=Words())) > 0
        return Compiled(select(exists(select(literal_column("1")).select_from(table).where(held))), session.dialect)

    compiled: Compiled = catalog.tables.statements.get(("is_used", object, field), build)
    row = session.row(compiled, {"code": f'"{code}"' if several else code})
    return bool(row and row[0])


def files_of(session: Session, ids: Iterable[str]) -> dict[str, StoredFile]:
    """Return what is known of stored files, by id."""
    import orjson

    wanted = list(dict.fromkeys(ids))
    given = {"keys": orjson.dumps(wanted).decode() if session.dialect == "sqlite" else wanted}
    return {row[0]: StoredFile(*row) for row in session.rows(_FILES, given)} if wanted else {}


# ---------------------------------------------------------------------------------------------------------------------


class _Shape:
    """The columns of one kind of record, and how a row of them becomes a tree. The first column is the id."""

    def __init__(self, catalog: Catalog, want: Want, table: FromClause) -> None:
        self.columns: list[ColumnElement[Any]] = []
        self.source: FromClause = table
        self._reads: list[tuple[Path, Convert | None]] = []
        self._catalog = catalog
        self._add(("id",), table.c.id, None)
        self._walk(want.object, table, (), sorted({path for path in want.paths if path != ("id",)}))
        self._branches = sorted({path[:-1] for path, _ in self._reads if len(path) > 1}, key=len)
        self._flat = tuple((path[0], read) for path, read in self._reads)

    def tree(self, row: Sequence[Any]) -> Tree:
        """Return the record that a row holds."""
        if not self._branches:
            return {name: _load(read, value) for (name, read), value in zip(self._flat, row, strict=True)}
        values = {path: _load(read, value) for (path, read), value in zip(self._reads, row, strict=True)}
        tree: Tree = {path[0]: value for path, value in values.items() if len(path) == 1}
        inner: dict[Path, Tree | None] = {(): tree}
        for branch in self._branches:
            around = inner.get(branch[:-1])
            behind = {p[-1]: v for p, v in values.items() if p[:-1] == branch}
            grown = behind if behind.get("id") is not None else None
            inner[branch] = grown
            if around is not None:
                around[branch[-1]] = grown
        return tree

    def _walk(self, object: str, table: FromClause, at: Path, paths: Sequence[Path]) -> None:
        steps = dict.fromkeys(path[len(at)] for path in paths)
        for step in steps:
            behind = [path for path in paths if path[len(at)] == step and len(path) > len(at) + 1]
            field = _field(self._catalog.model, object, step)
            if field is None or not field.stored or field.type == "secret":
                continue
            column = table.c[column_name(step)]
            if not behind or not (target := _target(field)):
                self._add((*at, step), column, loader(field, self._catalog.tables.dialect))
                continue
            joined = _table(self._catalog, target).alias("_".join(("j", *at, step)))
            self.source = self.source.outerjoin(joined, joined.c.id == column)
            self._add((*at, step, "id"), joined.c.id, None)
            self._walk(target, joined, (*at, step), [path for path in behind if path[len(at) + 1] != "id"])

    def _add(self, path: Path, column: ColumnElement[Any], read: Convert | None) -> None:
        if all(known != path for known, _ in self._reads):
            self.columns.append(column)
            self._reads.append((path, read))


def _build_probe(
    session: Session, catalog: Catalog, wants: Sequence[Want], twins: Sequence[Twin]
) -> tuple[Compiled, list[_Shape]]:
    source: Any = select(literal_column("1").label("one")).subquery("one")
    columns: list[ColumnElement[Any]] = []
    converters: dict[str, Convert | None] = {}
    shapes: list[_Shape] = []
    for place, want in enumerate(wants):
        inner = _table(catalog, want.object)
        shape = _Shape(catalog, want, inner)
        named = [column.label(f"c{number}") for number, column in enumerate(shape.columns)]
        asked = inner.c[column_name(want.key)] == bindparam(f"id{place}")
        # by another key than the id there may be several: the oldest counts, for the answer has one row
        oldest = select(*named).select_from(shape.source).where(asked).order_by(inner.c.id).limit(literal_column("1"))
        part = oldest.subquery(f"w{place}")
        source = source.outerjoin(part, true())
        columns += [part.c[f"c{number}"] for number in range(len(named))]
        shapes.append(shape)
    for place, twin in enumerate(twins):
        table = _table(catalog, twin.object)
        chosen, fields = _twin_columns(catalog, twin, table)
        inside: Any = select(literal_column("1")).select_from(table).where(table.c.id != bindparam(f"self{place}"))
        for number, (column, field) in enumerate(zip(chosen, fields, strict=True)):
            name = f"twin{place}_{number}"
            inside = inside.where(column == bindparam(name))
            converters[name] = None if twin.folded and field.sort_key else binder(field, session.dialect)
        columns.append(exists(_living(catalog.model, twin.object, table, inside)).label(f"t{place}"))
    return Compiled(select(*columns).select_from(source), session.dialect, converters), shapes


def _twin_columns(catalog: Catalog, twin: Twin, table: FromClause) -> tuple[list[ColumnElement[Any]], list[FieldModel]]:
    fields = [catalog.model.objects[twin.object].fields[name] for name in twin.fields]
    names = [sort_column_name(f) if twin.folded and f.sort_key else column_name(f.name) for f in fields]
    return [table.c[name] for name in names], fields


def _living(model: TenantModel, object: str, table: FromClause, statement: Any) -> Any:
    recycles = object in model.objects and model.objects[object].recycles
    return statement.where(table.c[DELETED].is_(None)) if recycles else statement


def _table(catalog: Catalog, object: str) -> FromClause:
    # an alias of its own each time: one object may stand in a statement several times
    return (USER if object == USERS else catalog.tables.table(object)).alias()


def _field(model: TenantModel, object: str, name: str) -> FieldModel | None:
    if object == USERS:
        return _USERS.get(name)
    return model.objects[object].fields.get(name)


def _target(field: FieldModel) -> str | None:
    if field.type == "user":
        return USERS
    return field.targets[0] if field.type in ("reference", "department") and field.targets else None


def _user_fields() -> Iterator[FieldModel]:
    from engine.kernel.text import EMPTY

    for name in _USER_FIELDS:
        yield FieldModel(name, "boolean" if name == "active" else "text", EMPTY)


_USERS: Mapping[str, FieldModel] = {field.name: field for field in _user_fields()}


def _each(bind: Convert | None, dialect: str) -> Convert:
    import orjson

    def convert(values: Any) -> Any:
        bound = [value if bind is None or value is None else bind(value) for value in values]
        return orjson.dumps(bound).decode() if dialect == "sqlite" else bound

    return convert


def _find_users(dialect: DialectName) -> Any:
    place = func.instr if dialect == "sqlite" else func.strpos
    text = bindparam("text", type_=Words())
    held = or_(place(func.lower(USER.c.name), text) > 0, place(func.lower(USER.c.login), text) > 0)
    chosen = select(USER.c.id, USER.c.name, USER.c.login).where(USER.c.active.is_(true()), or_(text == "", held))
    return chosen.order_by(USER.c.name, USER.c.id).limit(bindparam("limit"))


_FIND_USERS = Statement(_find_users)


_FILES = Statement(
    lambda dialect: select(
        FILE.c.id, FILE.c.name, FILE.c.size, FILE.c.type, FILE.c.created_by, FILE.c.object, FILE.c.record, FILE.c.field
    ).where(among(FILE.c.id, "keys", dialect))
)


def _load(read: Convert | None, value: Any) -> Any:
    return value if read is None or value is None else read(value)
