"""Fixtures: an empty tenant on each database, models from texts, and rows with all that the engine keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.kernel.names import new_record_id
from engine.metamodel import Layer, TenantModel, compile_tenant, read_text
from engine.settings import Settings
from engine.storage import Catalog, Database, Renames, insert_row, make_place, open_database, prepare, remove_place
from engine.storage.install import Installation, apply_installation, plan_installation
from tests.support.postgres import PostgresServer

DATABASES = ["sqlite", "postgresql"]
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
Install = Callable[..., Catalog]
Add = Callable[..., str]


def model_of(text: str) -> TenantModel:
    """Compile a pack that is one text."""
    return compile_tenant([Layer("demo", "1.0.0", read_text(text, "demo.yaml"))])


def kept_fields(object: TenantModel, name: str) -> dict[str, Any]:
    """Return the values of the fields that the engine keeps, for a new record."""
    values: dict[str, Any] = {
        "id": new_record_id(),
        "version": 1,
        "created_at": NOW,
        "created_by": "system",
        "updated_at": NOW,
        "updated_by": "system",
    }
    return {key: value for key, value in values.items() if key in object.objects[name].fields}


@pytest.fixture
def settings() -> Settings:
    """Settings without a wait between two looks at the state."""
    return Settings(state_seconds=0.0, synchronous="NORMAL")


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """One database for all tests of a session: a tenant is a schema, so that it costs less than a database."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(params=DATABASES)
def tenant(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Database]:
    """An empty tenant, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'acme.db'}"
    else:
        url = request.getfixturevalue("shared_postgres")
    database = open_database(url, "acme", settings)
    make_place(database)
    prepare(database)
    yield database
    remove_place(database)


@pytest.fixture
def install(tenant: Database) -> Install:
    """Make the definitions of a text active; gives the catalog."""

    def install(text: str, renames: Renames | None = None) -> Catalog:
        model = model_of(text)
        plan = plan_installation(tenant, model, renames or Renames())
        return apply_installation(tenant, plan, Installation(model, {"text": text}))

    return install


@pytest.fixture
def add(tenant: Database) -> Add:
    """Insert a record; gives its id."""

    def add(catalog: Catalog, object: str, **values: Any) -> str:
        record = {**kept_fields(catalog.model, object), **values}
        with tenant.writing(catalog.stamp) as session:
            insert_row(session, catalog, object, record)
        return str(record["id"])

    return add
