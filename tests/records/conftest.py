"""Fixtures: a tenant with a small pack of its own on each database, its people, and the counter over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest

from engine.access.organisation import post_of
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Actor, Context
from engine.kernel.names import new_record_id
from engine.metamodel import Layer, TenantModel, compile_tenant, read_text
from engine.records import Change, DictionaryService, RecordService
from engine.settings import Settings
from engine.storage import Database, Shelf, install_model, make_place, open_database, prepare, remove_place
from engine.storage.system import USER
from engine.workflow import TransitionService
from tests.records.pack import PACK


@dataclass
class House:
    """One tenant with everything that the tests need to work in it."""

    database: Database
    shelf: Shelf
    clock: FrozenClock
    records: RecordService
    dictionaries: DictionaryService
    workflow: TransitionService
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
        with database.reading() as session:
            post = post_of(session, catalog, self.people[login])
        actor = Actor(self.people[login], login, login.title(), frozenset(roles))
        return self.context(replace(actor, person=post.person, unit=post.unit, units_below=post.units_below))

    def add_user(self, login: str) -> str:
        from sqlalchemy import insert

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

    def rows(self, text: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return what a statement of the test finds in the database."""
        if self.database.dialect == "postgresql":
            text = text.replace("?", "%s")
        with self.database.reading() as session:
            return session.raw_rows(text, arguments)


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
    house = House(database, shelf, clock, records, DictionaryService(records), TransitionService(records))
    house.people["system"] = SYSTEM.user
    for login in ("admin", "ann", "bob", "eve"):
        house.add_user(login)
    return house


@pytest.fixture
def house(database_url: str, clock: FrozenClock) -> Iterator[House]:
    """A tenant with the tests' pack, on SQLite and on PostgreSQL."""
    made = build_house(database_url, PACK, clock)
    yield made
    made.shelf.close()
    remove_place(made.database)
