"""Fixtures: a home with a registry, and tenants on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.settings import Settings
from engine.storage import Shelf
from engine.tenancy import TenantService, open_shelf

WritePack = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an empty home; tenants live where the test's database is."""
    if database_url.startswith("sqlite"):
        return Settings(home=tmp_path / "home", state_seconds=0.2)
    return Settings(home=tmp_path / "home", database=database_url, state_seconds=0.2)


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
