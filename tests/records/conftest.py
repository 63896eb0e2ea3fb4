"""Fixtures: a tenant with a small pack of its own on each database, its people, and the counter over it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from engine.access.directory import Directory
from engine.access.placing import placed
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Actor, Context
from engine.kernel.names import new_record_id
from engine.metamodel import Layer, TenantModel, compile_tenant, read_text
from engine.records import Change, DictionaryService, RecordService
from engine.settings import Settings
from engine.storage import (
    Database,
    Shelf,
    install_model,
    make_place,
    open_database,
    prepare,
    raise_access_version,
    remove_place,
)
from engine.storage.system import METADATA, USER
from engine.workflow import LifecycleService, open_workflow
from tests.conftest import DATABASES
from tests.records.pack import PACK
from tests.support.emptying import delete_rows
from tests.support.postgres import PostgresServer


@dataclass
class House:
    """One tenant with everything that the tests need to work in it."""

    database: Database
    shelf: Shelf
    clock: FrozenClock
    records: RecordService
    dictionaries: DictionaryService
    workflow: LifecycleService
    url: str = ""
    people: dict[str, str] = field(default_factory=dict)

    @property
    def admin(self) -> Context:
        actor = Actor(self.people["admin"], "admin", "Admin", administrator=True)
        return self.context(actor)

    def context(self, actor: Actor) -> Context:
        return Context("acme", actor, clock=self.clock, request_id="r-1")

    def as_user(self, login: str, *roles: str) -> Context:
        """Return the context of a user with roles, his post read from the organisation."""
        database, catalog = self.shelf.current("acme")
        actor = Actor(self.people[login], login, login.title(), frozenset(roles))
        with database.reading() as session:
            actor = placed(actor, Directory(session, catalog, self.clock.now().date()))
        return self.context(actor)

    def add_user(self, login: str) -> str:
        self.people[login] = id = new_record_id()
        with self.database.writing() as session:
            now = self.clock.now()
            row = {"id": id, "login": login, "name": login.title(), "active": True}
            session.execute(insert(USER).values(**row, created_at=now, updated_at=now))
        return id

    def make(self, object: str, ctx: Context | None = None, /, **values: Any) -> Change:
        return self.records.create(ctx or self.admin, object, values)

    def change(self, made: Change, ctx: Context | None = None, /, **values: Any) -> Change:
        return self.records.update(ctx or self.admin, made.object, made.id, made.version, values)

    def now(self, made: Change) -> dict[str, Any]:
        """Return the values of a record as an administrator reads them."""
        return dict(self.records.get(self.admin, made.object, made.id).values)

    def rows(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return what a statement of the test finds in the database."""
        if self.database.dialect == "postgresql":
            statement = statement.replace("?", "%s")
        with self.database.reading() as session:
            return session.raw_rows(statement, arguments)


@lru_cache(maxsize=16)
def model_of(pack: str) -> TenantModel:
    return compile_tenant([Layer("demo", "1.0.0", read_text(pack, "demo.yaml"))])


def build_house(url: str, pack: str, clock: FrozenClock, settings: Settings | None = None) -> House:
    settings = settings or Settings(state_seconds=0.0, synchronous="NORMAL")
    database = open_database(url, "acme", settings)
    make_place(database)
    prepare(database)
    model = model_of(pack)
    install_model(database, model, {"text": pack})
    shelf = Shelf(settings, lambda tenant: url, lambda layers: model)
    records = RecordService(shelf)
    workflow = open_workflow(records, lambda tenant, _: Context(tenant, SYSTEM, clock=clock), lambda *_: None)
    house = House(database, shelf, clock, records, DictionaryService(records), workflow.lifecycles, url)
    house.people["system"] = SYSTEM.user
    for login in ("admin", "ann", "bob", "eve"):
        house.add_user(login)
    return house


class Street:
    """Houses that are kept for a whole run, one for each database and pack; each test gets its own emptied."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder, self._server = folder, server
        self._houses: dict[tuple[str, str], House] = {}
        self._open = ExitStack()

    def house(self, kind: str, pack: str, clock: FrozenClock) -> House:
        """Return the house, with nothing in it but its people."""
        found = self._houses.get((kind, pack))
        if found is None:
            found = self._houses[kind, pack] = build_house(self._url(kind), pack, clock)
        else:
            found.clock = clock
            empty(found)
        return found

    def close(self) -> None:
        """Tear the houses down."""
        for house in self._houses.values():
            house.shelf.close()
            remove_place(house.database)
        self._open.close()

    def _url(self, kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / f'{len(self._houses)}.db'}"
        return str(self._open.enter_context(self._server.fresh_database()))


def empty(house: House) -> None:
    """Delete every row that a test may have made, and let caches know."""
    _, catalog = house.shelf.current("acme")
    kept = {
        "tessera_state",
        "tessera_model",
        "tessera_schema",
        "tessera_migration",
        "tessera_tombstone",
        "tessera_user",
        # append-only, and these tests start no process
        "tessera_process_event",
    }
    tables = [*catalog.model.objects, *(table.name for table in METADATA.sorted_tables if table.name not in kept)]
    delete_rows(house.database, house.url, tables)
    with house.database.writing() as session:
        raise_access_version(session)
    house.records.opener.numbers.forget("acme")


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Street]:
    """The houses of this run."""
    made = Street(tmp_path_factory.mktemp("houses"), postgres_server)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    """A tenant with the tests' pack, on SQLite and on PostgreSQL."""
    return street.house(request.param, PACK, clock)
