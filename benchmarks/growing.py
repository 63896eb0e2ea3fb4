"""A small tenant becomes a large one: its records are copied inside the database, each copy with ids of its own.

Copy ``n`` of a record has the id of its template with the first eight characters replaced by ``n``; whatever it points
to that is copied too is the copy of the same number, or, where there are fewer of those, of that number modulo theirs.
So what belongs together stays together, and every stored figure of a copy is as true as that of its template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.metamodel.model import ObjectModel, TenantModel

_FIRST = 0x02000000
_STEP = 100
USERS = "tessera_user"


@dataclass(frozen=True, slots=True)
class Growth:
    """How many there shall be of each record of an object, the template included."""

    times: Mapping[str, int]

    def of(self, object: str) -> int:
        """Return how many there shall be, 1 of what stays as it is."""
        return self.times.get(object, 1)


class Grower:
    """A connection of its own to the tenant's database, past the engine."""

    def __init__(self, url: str, tenant: str, file: Path) -> None:
        self.sqlite = url.startswith("sqlite")
        self._connection: Any
        if self.sqlite:
            import sqlite3

            self._connection = sqlite3.connect(file)
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute("PRAGMA cache_size = -400000")
        else:
            import psycopg

            self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
            self._run(f"SET search_path TO t_{tenant}")
            # records that point to each other are copied one object after the other
            self._run("SET session_replication_role TO replica")

    def grow(self, model: TenantModel, growth: Growth) -> None:
        """Copy the records of all objects, and the accounts, as often as ``growth`` says."""
        self._people(growth)
        for name in _ordered(model, growth):
            columns = self._columns(name)
            texts = _texts(model.objects[name])
            values = {column: self._value(model.objects[name], column, texts, growth) for column in columns}
            self._copy(name, values, growth.of(name))

    def close(self) -> None:
        """Give the connection back, with fresh statistics for who comes next."""
        self._run("ANALYZE")
        self._connection.close()

    # -- texts ---------------------------------------------------------------------------------------------------------

    def _people(self, growth: Growth) -> None:
        if growth.of(USERS) == 1:
            return
        own = {column: f't."{column}"' for column in self._columns(USERS)}
        tail = self._tail()
        own |= {"id": self._id('t."id"', growth.of(USERS), growth.of(USERS)), "login": f"t.login || {tail}"}
        own |= {"name": f"t.name || {tail}", "email": "NULL", "phone": "NULL"}
        self._copy(USERS, own, growth.of(USERS))
        roles = {column: f't."{column}"' for column in self._columns("tessera_user_role")}
        roles["user"] = self._id('t."user"', growth.of(USERS), growth.of(USERS))
        self._copy("tessera_user_role", roles, growth.of(USERS))

    def _value(self, object: ObjectModel, column: str, texts: frozenset[str], growth: Growth) -> str:
        value, mine = f't."{column}"', growth.of(object.name)
        if column == "id":
            return self._id(value, mine, mine)
        if column == "updated_at":
            return self._later(value)
        if column.removeprefix("_sort_") in texts or column == "_search":
            return f"{value} || {self._tail()}"
        field = object.fields.get(column)
        if field is None:
            return value
        if field.type in ("user", "reference", "department") or column in ("created_by", "updated_by", "deleted_by"):
            target = USERS if field.type == "user" or not field.targets else field.targets[0]
            if growth.of(target) > 1:
                return self._id(value, mine, growth.of(target))
        return value

    def _id(self, value: str, mine: int, theirs: int) -> str:
        number = "s.n" if theirs >= mine else f"(s.n % {theirs})"
        start = f"{_FIRST} + {number} * {_STEP}"
        head = f"printf('%08x', {start})" if self.sqlite else f"lpad(to_hex({start}), 8, '0')"
        copied = f"{head} || substr({value}, 9)"
        whole = f"CASE WHEN length({value}) = 36 THEN {copied} ELSE {value} END"
        return whole if theirs >= mine else f"CASE WHEN s.n % {theirs} = 0 THEN {value} ELSE {whole} END"

    def _later(self, value: str) -> str:
        """Spread over the day what was loaded at one moment: lists are sorted by it, and people do not work at once."""
        if not self.sqlite:
            return f"date_trunc('day', {value}) + s.n % 86400 * interval '1 second'"
        clock = "printf('%02d:%02d:%02d', s.n / 3600 % 24, s.n / 60 % 60, s.n % 60)"
        return f"substr({value}, 1, 11) || {clock} || substr({value}, 20)"

    def _tail(self) -> str:
        return "' ' || s.n" if self.sqlite else "' ' || s.n::text"

    # -- statements ----------------------------------------------------------------------------------------------------

    def _copy(self, table: str, values: Mapping[str, str], times: int) -> None:
        if times < 2:
            return
        names = ", ".join(f'"{name}"' for name in values)
        if self.sqlite:
            steps = f"SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {times - 1}"
            numbers = f"(WITH RECURSIVE s(n) AS ({steps}) SELECT n FROM s) s"
        else:
            numbers = f"generate_series(1, {times - 1}) AS s(n)"
        chosen = ", ".join(values.values())
        # the copies are not there yet: what is read are the templates
        own = '"user"' if table == "tessera_user_role" else "id"
        # the engine itself, a user without such an id, stays alone
        source = f'SELECT {chosen} FROM {numbers} CROSS JOIN (SELECT * FROM "{table}" WHERE length({own}) = 36) t'
        self._run(f'INSERT INTO "{table}" ({names}) {source}')

    def _columns(self, table: str) -> list[str]:
        if self.sqlite:
            found = self._connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()
        else:
            query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            query += " AND table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY ordinal_position"
            found = self._connection.execute(query, (table,)).fetchall()
        return [row[0] for row in found]

    def _run(self, text: str) -> None:
        self._connection.execute(text)
        self._connection.commit()


def _texts(object: ObjectModel) -> frozenset[str]:
    """Return the texts that tell a copy from its template: what a record is called, and what stands only once."""
    single = {name for name, field in object.fields.items() if field.unique}
    several = {name for names in object.unique for name in names}
    names = {object.display, *single, *several, *object.numbering}
    return frozenset(name for name in names if name in object.fields and object.fields[name].type == "text")


def _ordered(model: TenantModel, growth: Growth) -> list[str]:
    """Return the objects that are copied, each behind those that it points to."""
    waiting = [name for name in model.objects if growth.of(name) > 1]
    found: list[str] = []
    while waiting:
        free = [name for name in waiting if not _behind(model.objects[name], set(waiting) - {name})]
        # two that point to each other: foreign keys are not asked here
        chosen = free or waiting[:1]
        found += chosen
        waiting = [name for name in waiting if name not in chosen]
    return found


def _behind(object: ObjectModel, others: Iterable[str]) -> bool:
    targets = {target for field in object.fields.values() if field.type == "reference" for target in field.targets}
    return not targets.isdisjoint(others)
