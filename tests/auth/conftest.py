"""An auth service over one tenant with an empty model, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.auth import AuthService, NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Missing
from engine.settings import Settings
from engine.storage import Shelf, make_place, open_database, prepare

PASSWORD = "correct horse battery"
HERE = Visitor("203.0.113.7", "a browser")


@dataclass
class Door:
    """The auth service of one tenant named acme."""

    auth: AuthService
    shelf: Shelf
    clock: FrozenClock
    settings: Settings

    def add(self, login: str = "wei", **details) -> None:
        self.auth.accounts.create(
            "acme", NewUser(login=login, name=details.pop("name", login), password=PASSWORD, **details)
        )

    def log_in(self, login: str = "wei", password: str = PASSWORD, visitor: Visitor = HERE) -> str:
        return str(self.auth.log_in("acme", login, password, visitor))


@pytest.fixture
def door(database_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[Door]:
    settings = Settings(home=tmp_path, secret=b"0123456789abcdef" * 3, password_cost="cheap", state_seconds=0.0)

    def locate(tenant: str) -> str:
        if tenant != "acme":
            raise Missing("unknown_tenant", tenant=tenant)
        return database_url

    shelf = Shelf(settings, locate, lambda layers: layers)
    database = open_database(database_url, "acme", settings)
    make_place(database)
    prepare(database)
    yield Door(AuthService(settings, shelf, clock), shelf, clock, settings)
    shelf.close()
    database.dispose()
