"""A showroom: a tenant with every kind of field, and people in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from engine.auth import NewUser
from engine.kernel.context import Context
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.ui.visitor import PASSWORD, Visitor

PACK = Path(__file__).parent / "packs" / "showroom"
USERS = {"boss": (), "clerk": ("clerk",), "guest": ("guest",)}


@dataclass
class Showroom:
    """The house, its door to the street, and a shortcut past it."""

    engine: Engine
    app: Any

    def visitor(self, login: str = "", language: str = "en") -> Visitor:
        """Return a browser, with somebody logged in when a login is given."""
        visitor = Visitor(Client(self.app))
        visitor.client.set_cookie("tessera-language", language)
        if login:
            assert visitor.log_in(login).status == 303
        return visitor

    def context(self, login: str = "boss") -> Context:
        user = self.engine.auth.accounts.by_login("acme", login)
        database, catalog = self.engine.shelf.current("acme")
        with database.reading() as session:
            actor = self.engine.auth.actors.of(session, catalog, user, self.engine.clock.now())
        return Context("acme", actor, "en")

    def make(self, object: str, **values: Any) -> str:
        return self.engine.records.create(self.context(), object, values).id


def open_showroom(folder: Path, **settings: Any) -> Showroom:
    """Return a showroom on SQLite in a folder."""
    made = Settings(
        home=folder,
        secret=b"0123456789abcdef" * 3,
        **{
            "password_cost": "cheap",
            "synchronous": "NORMAL",
            "log_level": "ERROR",
            "language": "en",
            "state_seconds": 0.0,
            "limits": Limits(sessions=1_000),
            **settings,
        },
    )
    engine = build_engine(made)
    engine.tenancy.create("acme", "Acme Art")
    engine.tenancy.install("acme", [PACK])
    for login, roles in USERS.items():
        new = NewUser(login, login.title(), PASSWORD, roles, administrator=login == "boss", language="en")
        engine.auth.accounts.create("acme", new)
    return Showroom(engine, web_app_of(engine))
