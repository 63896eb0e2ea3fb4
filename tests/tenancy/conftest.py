"""Fixtures: a home with a registry, and tenants on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.settings import Settings
from engine.storage import Shelf
from engine.tenancy import TenantService, open_shelf
from tests.support.postgres import PostgresServer

WritePack = Callable[..., Path]


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """One database for all tests of a session: a tenant is a schema of it."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty home; tenants are files in it, or schemas."""
    made = Settings(home=tmp_path / "home", state_seconds=0.2, synchronous="NORMAL")
    if request.param == "sqlite":
        return made
    return replace(made, database=request.getfixturevalue("shared_postgres"))


@pytest.fixture
def shelf(settings: Settings) -> Iterator[Shelf]:
    """The shelf of the home."""
    shelf = open_shelf(settings)
    yield shelf
    shelf.close()


@pytest.fixture
def tenancy(settings: Settings, shelf: Shelf) -> Iterator[TenantService]:
    """The service, with a tenant acme."""
    service = TenantService(settings, shelf)
    service.create("acme", "Acme")
    yield service
    for tenant in service.list():
        service.drop(tenant.name)


@pytest.fixture
def pack(tmp_path: Path) -> WritePack:
    """Write a pack's folder; gives its path."""

    def pack(text: str, version: str = "1.0.0", name: str = "base", more: str = "", **files: str) -> Path:
        folder = tmp_path / "packs" / f"{name}-{version}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(f"pack: {name}\nversion: {version}\ntitle: {name}\n{more}")
        (folder / "all.yaml").write_text(text)
        for file, content in files.items():
            (folder / f"{file}.yaml").write_text(content)
        return folder

    return pack
