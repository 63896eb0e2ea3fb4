"""A whole house for tests of the door: two tenants, users with tokens, and clients that speak JSON."""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import psycopg
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser
from engine.settings import Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.postgres import fill

PACKS = Path(__file__).parent / "packs"
PASSWORD = "correct horse battery"
SECRET = b"0123456789abcdef" * 3
USERS = {
    "acme": {"boss": (), "foreman": ("foreman",), "helper": ("helper",)},
    "lib": {"boss": (), "keeper": ("librarian",)},
}
LEFT_OUT = {"tessera_user", "tessera_token", "tessera_session", "tessera_idempotency", "tessera_job"}
TENANTS = {"acme": "workshop", "lib": "library"}

Tokens = dict[tuple[str, str], str]  # tenant and login -> token

# address of a PostgreSQL server -> the tokens of the house that was founded there
_tokens_on: dict[str, Tokens] = {}


@dataclass
class Caller:
    """A client that sends a token with each request and reads JSON."""

    client: Client
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.client.open(path, method=method, headers=sent, data=data)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, version: int | None = None, **headers: str) -> TestResponse:
        if version is not None:
            headers["If_Match"] = f'"{version}"'
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, version: int | None = None, **headers: str) -> TestResponse:
        if version is not None:
            headers["If_Match"] = f'"{version}"'
        return self.send("DELETE", path, **headers)

    def make(self, object: str, **values: Any) -> dict[str, Any]:
        """Create a record and return it as it is read back."""
        answer = self.post(f"/api/v1/records/{object}", values)
        assert answer.status_code == 201, answer.json
        return self.read(object, answer.json["id"])

    def read(self, object: str, id: str) -> dict[str, Any]:
        answer = self.get(f"/api/v1/records/{object}/{id}")
        assert answer.status_code == 200, answer.json
        return dict(answer.json)


@dataclass
class House:
    """Two tenants with different packs in one process."""

    engine: Engine
    app: Any
    url: str
    tokens: Tokens
    _beside: dict[str, Any] = field(default_factory=dict)
    _tables: dict[str, list[str]] = field(default_factory=dict)

    def caller(self, login: str = "foreman", tenant: str = "acme") -> Caller:
        return Caller(Client(self.app, use_cookies=False), self.tokens[tenant, login])

    def nobody(self, **headers: str) -> Caller:
        return Caller(Client(self.app, use_cookies=False), headers=headers)

    def digest(self, tenant: str = "acme") -> str:
        """Return a hash of all business rows, the trail, the outbox and the counters, read past the engine."""
        return hashlib.sha256(repr(sorted(self._rows(tenant))).encode()).hexdigest()

    def look(self, tenant: str, query: str) -> list[Any]:
        """Return rows of a tenant's database, read past the engine."""
        connection = self._beside.get(tenant) or self._look_in(tenant)
        return list(connection.execute(query).fetchall())

    def close(self) -> None:
        for connection in self._beside.values():
            connection.close()
        self.engine.close()

    def _rows(self, tenant: str) -> list[tuple[str, str]]:
        connection = self._beside.get(tenant) or self._look_in(tenant)
        return [
            (name, repr(row)) for name in self._tables[tenant] for row in connection.execute(f'SELECT * FROM "{name}"')
        ]

    def _look_in(self, tenant: str) -> Any:
        connection: Any
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///").replace("{tenant}", tenant))
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        else:
            connection = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)
            connection.execute(f"SET search_path TO t_{tenant}")
            query = f"SELECT tablename FROM pg_tables WHERE schemaname = 't_{tenant}'"
        self._beside[tenant] = connection
        self._tables[tenant] = [name for (name,) in connection.execute(query).fetchall() if name not in LEFT_OUT]
        return connection


def open_house(database: str, home: Path, **settings: Any) -> House:
    """Return a house over an empty database; addresses of SQLite hold ``{tenant}``. It is founded once and copied."""
    tokens = _fill(database)
    engine = _engine(database, home, **settings)
    for tenant in TENANTS:
        engine.tenancy.create(tenant, tenant.title(), adopt=True)
    return House(engine, web_app_of(engine), database, dict(tokens))


def _engine(database: str, home: Path, **settings: Any) -> Engine:
    made = Settings(
        home=home,
        database=database,
        secret=SECRET,
        password_cost="cheap",
        **{"synchronous": "NORMAL", "log_level": "ERROR", "language": "en", "state_seconds": 0.0, **settings},
    )
    return build_engine(made)


def _fill(database: str) -> Tokens:
    if not database.startswith("sqlite"):
        server = database.rpartition("/")[0]
        fill(database, "house", lambda url: _tokens_on.update({server: _found(url)}))
        return _tokens_on[server]
    folder, tokens = _founded_files()
    for tenant in TENANTS:
        shutil.copyfile(folder / f"{tenant}.db", database.removeprefix("sqlite:///").replace("{tenant}", tenant))
    return tokens


@cache
def _founded_files() -> tuple[Path, Tokens]:
    folder = Path(mkdtemp(prefix="tessera-house-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder, _found(f"sqlite:///{folder}/{{tenant}}.db")


def _found(database: str) -> Tokens:
    tokens: Tokens = {}
    with TemporaryDirectory(prefix="tessera-house-") as home:
        engine = _engine(database, Path(home))
        for tenant, pack in TENANTS.items():
            engine.tenancy.create(tenant, tenant.title())
            engine.tenancy.install(tenant, [PACKS / pack])
            for login, roles in USERS[tenant].items():
                new = NewUser(login, login.title(), PASSWORD, roles, administrator=login == "boss", language="en")
                engine.auth.accounts.create(tenant, new)
                tokens[tenant, login] = str(engine.auth.tokens.create(tenant, login, "tests", ["read", "write"], None))
        tokens["acme", "reader"] = str(engine.auth.tokens.create("acme", "foreman", "reads", ["read"], None))
        if database.startswith("sqlite"):
            for tenant in TENANTS:
                with engine.shelf.database(tenant).reading() as session:
                    session.raw_rows("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.close()
    return tokens
