"""Each tenant's database and current Catalog: activation puts, whoever works takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.kernel.errors import Missing
from engine.metamodel.model import TenantModel
from engine.settings import Settings
from engine.storage.bounded import Bounded
from engine.storage.catalog import Catalog
from engine.storage.connections import DialectName
from engine.storage.database import Database, open_database
from engine.storage.stored_state import Layers, State, read_layers, read_state
from engine.storage.table_map import TableMap

# models that are kept besides those in use; a process rarely serves more different ones
_MODELS = Bounded(32)
EMPTY_MODEL = TenantModel(packs=(), languages=("en", "zh"), objects={}, fingerprint="")

Locate = Callable[[str], str]  # tenant -> address of its database; raises Missing for an unknown tenant
Build = Callable[[Layers], TenantModel]  # stored definitions -> model


@dataclass(slots=True)
class _Place:
    database: Database
    catalog: Catalog | None = None
    checked_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Shelf:
    """Gives the current catalog of a tenant. Tenants with equal definitions share their model and its tables."""

    def __init__(self, settings: Settings, locate: Locate, build: Build) -> None:
        self._settings = settings
        self._locate = locate
        self._build = build
        self._places: dict[str, _Place] = {}
        self._lock = threading.Lock()
        # told of each tenant in which work was left for the background, at once after the commit
        self.bell: Callable[[str], None] = _nobody

    def current(self, tenant: str) -> tuple[Database, Catalog]:
        """Return the database and the catalog to work with; looks at most once a second whether it changed."""
        place = self._places.get(tenant) or self._new_place(tenant)
        catalog = place.catalog
        fresh = time.monotonic() - place.checked_at < self._settings.state_seconds
        if catalog is not None and fresh and not place.database.suspect:
            return place.database, catalog
        with place.lock:
            return place.database, self._looked_again(place)

    def anew(self, tenant: str) -> tuple[Database, Catalog]:
        """Return the same as it is now, not as it was a moment ago; for the door, where rights that were taken in
        another process must be gone. Those who come together share one look."""
        place, came = self._places.get(tenant) or self._new_place(tenant), time.monotonic()
        with place.lock:
            if place.catalog is None or place.checked_at <= came or place.database.suspect:
                self._look(place)
            assert place.catalog is not None
            return place.database, place.catalog

    def database(self, tenant: str) -> Database:
        """Return the database alone, for what needs no definitions."""
        return (self._places.get(tenant) or self._new_place(tenant)).database

    def put(self, tenant: str, catalog: Catalog) -> None:
        """Put a catalog that has just become active."""
        place = self._places.get(tenant) or self._new_place(tenant)
        with place.lock:
            place.catalog = catalog
            place.checked_at = time.monotonic()

    def forget(self, tenant: str) -> None:
        """Give up a tenant, for instance because its address changed."""
        with self._lock:
            place = self._places.pop(tenant, None)
        if place is not None:
            place.database.dispose()

    def close(self) -> None:
        """Close every connection."""
        for tenant in list(self._places):
            self.forget(tenant)

    def tables_of(self, fingerprint: str, dialect: DialectName, make: Callable[[], TenantModel]) -> TableMap:
        """Return the tables of a model, shared by all tenants that have it; ``make`` is called when it is new."""

        def build() -> TableMap:
            return TableMap(make(), dialect)

        tables: TableMap = _MODELS.get((fingerprint, dialect), build)
        return tables

    def _new_place(self, tenant: str) -> _Place:
        url = self._locate(tenant)
        with self._lock:
            place = self._places.setdefault(tenant, _Place(open_database(url, tenant, self._settings)))
            place.database.bell = self._ring
            return place

    def _ring(self, tenant: str) -> None:
        self.bell(tenant)

    def _looked_again(self, place: _Place) -> Catalog:
        age = time.monotonic() - place.checked_at
        if place.catalog is not None and age < self._settings.state_seconds and not place.database.suspect:
            return place.catalog  # another thread has just looked
        return self._look(place)

    def _look(self, place: _Place) -> Catalog:
        began = time.monotonic()
        place.database.suspect = False
        with place.database.reading() as session:
            state = read_state(session)
            if state is None:
                raise Missing("tenant_unprepared", tenant=place.database.tenant)
            if place.catalog is None or place.catalog.stamp != state.stamp:
                place.catalog = self._catalog(place, state, lambda: read_layers(session, state.stamp.model))
        place.checked_at = began
        return place.catalog

    def _catalog(self, place: _Place, state: State, layers: Callable[[], Layers]) -> Catalog:
        known = place.catalog
        if known is not None and known.stamp.model == state.stamp.model:
            return Catalog(known.model, known.tables, state.stamp)
        if not state.fingerprint:
            tables = self.tables_of("", place.database.dialect, lambda: EMPTY_MODEL)
        else:
            tables = self.tables_of(state.fingerprint, place.database.dialect, lambda: self._build(layers()))
        return Catalog(tables.model, tables, state.stamp)


def _nobody(_tenant: str) -> None:
    """Nobody waits for work in this process."""
