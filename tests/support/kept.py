"""Tenants that many tests use in turn: one for each kind of database, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from engine.wiring import Engine
from tests.support.postgres import PostgresServer


class Housed(Protocol):
    """Whatever stands on an engine."""

    @property
    def engine(self) -> Engine: ...


T = TypeVar("T", bound=Housed)


class Kept(Generic[T]):
    """The tenants of this run. ``make`` is given an address and a home; ``empty`` what a test may have filled."""

    def __init__(
        self, folder: Path, server: PostgresServer, make: Callable[[str, Path], T], empty: Callable[[T], None]
    ) -> None:
        self._folder, self._server = folder, server
        self._make, self._empty = make, empty
        self._open = ExitStack()
        self._made: dict[str, T] = {}

    def of(self, kind: str) -> T:
        """Return the tenant on a kind of database, emptied."""
        if kind not in self._made:
            home = self._folder / kind
            home.mkdir()
            if kind == "sqlite":
                url = f"sqlite:///{home}/{{tenant}}.db"
            else:
                url = self._open.enter_context(self._server.fresh_database())
            self._made[kind] = self._make(url, home)
        self._empty(self._made[kind])
        return self._made[kind]

    def close(self) -> None:
        """Tear everything down."""
        for made in self._made.values():
            made.engine.close()
        self._open.close()
