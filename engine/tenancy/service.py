"""Creates tenants and changes what is installed in them: plan, lock, migrate, seed, activate."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.duties import Breach
from engine.access.duty_guard import told
from engine.access.impact import Impact, Moment, breaches_foreseen, impact_of, touches_rights
from engine.kernel.context import SYSTEM, Actor
from engine.kernel.errors import Conflict, Malformed, Rejected
from engine.kernel.names import is_name
from engine.metamodel import Layer, PackSource, TenantModel
from engine.settings import Settings
from engine.storage import (
    Catalog,
    Database,
    Installation,
    SchemaPlan,
    Session,
    Shelf,
    append_audit,
    apply_installation,
    hold_lock,
    make_place,
    open_database,
    plan_installation,
    prepare,
    read_layers,
    read_state,
    read_versions,
    remove_place,
)
from engine.storage.stored_state import Version
from engine.tenancy.intents import (
    AddPacks,
    Intent,
    RemovePack,
    ReturnTo,
    SetOverlay,
    layers_wanted,
    overlay_of,
    read_packs,
)
from engine.tenancy.models import model_of
from engine.tenancy.plans import InstallPlan, compare, entry_of
from engine.tenancy.registry import Registry, Tenant
from engine.tenancy.yaml_text import written


@dataclass(frozen=True, slots=True)
class Seeding:
    """What is left to do inside the transaction of an installation, by the floor that knows records.

    ``sources`` are the packs whose seeds are to be written; ``schema.recalculations`` the computed fields whose
    stored values are to be made.
    """

    session: Session
    catalog: Catalog
    schema: SchemaPlan
    sources: tuple[PackSource, ...]
    actor: Actor


Seeder = Callable[[Seeding], None]
Also = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Installed:
    """The version that is active now, and what was done."""

    version: int
    fingerprint: str
    plan: InstallPlan


class TenantService:
    """Tenants and their definitions. Every change is one transaction; running processes notice it by themselves."""

    def __init__(self, settings: Settings, shelf: Shelf, seeder: Seeder | None = None) -> None:
        self._settings = settings
        self._shelf = shelf
        self._registry = Registry(settings.home)
        self._seeder = seeder

    # -- tenants ---------------------------------------------------------------------------------------------------

    def create(self, name: str, title: str = "", url: str | None = None, *, adopt: bool = False) -> Tenant:
        """Make a tenant: its place, the engine's tables, an entry on the list.

        ``url`` is an SQLAlchemy address where the template of the settings will not do. ``adopt`` takes over a place
        that already holds a tenant's data.
        """
        if not is_name(name):
            raise Malformed("bad_tenant_name", tenant=name)
        if any(tenant.name == name for tenant in self._registry.all()):
            raise Conflict("tenant_exists", tenant=name)
        database = open_database(url or self._settings.database_url(name), name, self._settings)
        try:
            make_place(database)
            prepare(database)
            with database.reading() as session:
                state = read_state(session)
        finally:
            database.dispose()
        if state is not None and state.stamp.model and not adopt:
            raise Conflict("tenant_place_taken", tenant=name)
        return self._registry.add(name, title or name, url)

    def list(self) -> Sequence[Tenant]:
        """Return all tenants by name."""
        return self._registry.all()

    def get(self, name: str) -> Tenant:
        """Return a tenant; Missing when there is none."""
        return self._registry.find(name)

    def retitle(self, name: str, title: str) -> None:
        """Give a tenant another title."""
        self._registry.find(name)
        self._registry.retitle(name, title)

    def drop(self, name: str) -> None:
        """Remove a tenant with all its data."""
        tenant = self._registry.find(name)
        self._registry.remove(name)
        self._shelf.forget(name)
        address = tenant.address or self._settings.database_url(name)
        remove_place(open_database(address, name, self._settings))

    # -- definitions -----------------------------------------------------------------------------------------------

    def layers(self, tenant: str) -> tuple[Layer, ...]:
        """Return what is installed: packs, the lowest first, and the tenant's own layer."""
        return self._present(self._database(tenant))[1]

    def layers_of(self, tenant: str, version: int) -> tuple[Layer, ...]:
        """Return what was installed in a version; Missing when there is none."""
        return self._earlier(self._database(tenant), version)

    def current(self, tenant: str) -> tuple[Database, Catalog]:
        """Return the database of a tenant and the definitions that are active there."""
        return self._shelf.current(tenant)

    def versions(self, tenant: str) -> Sequence[Version]:
        """Return the versions of the tenant's definitions, newest first."""
        with self._database(tenant).reading() as session:
            return read_versions(session)

    def export_overlay(self, tenant: str) -> str:
        """Return the tenant's own layer as YAML, empty when there is none."""
        overlay = overlay_of(self.layers(tenant))
        return written(overlay.documents) if overlay is not None else ""

    def plan(self, tenant: str, intent: Intent) -> InstallPlan:
        """Return what an intent will do; nothing is changed."""
        database = self._database(tenant)
        version, present = self._present(database)
        earlier = self._earlier(database, intent.version) if isinstance(intent, ReturnTo) else ()
        wanted = layers_wanted(present, intent, earlier)
        model = model_of(wanted.layers)
        old = self._shelf.current(tenant)[1].model if version else None
        backwards = isinstance(intent, ReturnTo)
        changes, renames = compare(old, model, present, wanted.layers, backwards=backwards)
        schema = plan_installation(database, model, renames)
        if schema.base.model != version:
            raise Conflict("plan_outdated")
        impact, breaches = self._foreseen(database, tenant, old, model)
        return InstallPlan(tenant, intent, present, wanted, model, changes, schema, impact, breaches)

    def _foreseen(
        self, database: Database, tenant: str, old: TenantModel | None, new: TenantModel
    ) -> tuple[Impact, tuple[Breach, ...]]:
        """Return what becomes of users' rights, and what they would hold that must be apart."""
        if old is None or not touches_rights(old, new):
            return Impact(), ()
        catalog = self._shelf.current(tenant)[1]
        moment = Moment(datetime.now(UTC), ZoneInfo(self._settings.zone))
        with database.reading() as session:
            found = impact_of(session, catalog, new, moment)
            return found, tuple(breaches_foreseen(session, catalog, new, moment))

    def apply(self, plan: InstallPlan, actor: Actor = SYSTEM, note: str = "", also: Also | None = None) -> Installed:
        """Carry out exactly this plan, or refuse; only one may change a tenant at a time.

        ``also`` is done in the same transaction.
        """
        with self._alone(plan.tenant, actor):
            return self._carry_out(plan, actor, note, also)

    def _alone(self, tenant: str, actor: Actor) -> AbstractContextManager[None]:
        return hold_lock(self._database(tenant), f"{actor.login} ({socket.gethostname()}, {os.getpid()})")

    def _carry_out(self, plan: InstallPlan, actor: Actor, note: str, also: Also | None = None) -> Installed:
        plan.wanted.require_decided()
        if plan.held_together:
            raise Rejected("rights_invalid", [told(one) for one in plan.held_together], count=len(plan.held_together))
        database = self._database(plan.tenant)
        if plan.changes_nothing:
            return Installed(plan.schema.base.model, plan.model.fingerprint, plan)
        layers = [layer.as_json() for layer in plan.wanted.layers]

        def afterwards(session: Session, catalog: Catalog, schema: SchemaPlan) -> None:
            if self._seeder is not None:
                self._seeder(Seeding(session, catalog, schema, plan.wanted.sources, actor))
            append_audit(session, entry_of(plan, actor, note))
            if also is not None:
                also(session)

        installation = Installation(plan.model, layers, note, actor.login, afterwards)
        stamp = apply_installation(database, plan.schema, installation).stamp
        tables = self._shelf.tables_of(plan.model.fingerprint, database.dialect, lambda: plan.model)
        self._shelf.put(plan.tenant, Catalog(tables.model, tables, stamp))
        return Installed(stamp.model, plan.model.fingerprint, plan)

    def install(
        self,
        tenant: str,
        folders: Sequence[Path],
        actor: Actor = SYSTEM,
        decisions: Mapping[str, str] = MappingProxyType({}),
    ) -> Installed:
        """Install packs from their folders, or upgrade those that are there."""
        return self.change(tenant, AddPacks(read_packs(folders), decisions), actor)

    def uninstall(
        self, tenant: str, pack: str, actor: Actor = SYSTEM, decisions: Mapping[str, str] = MappingProxyType({})
    ) -> Installed:
        """Remove a pack; its data are kept until they are purged."""
        return self.change(tenant, RemovePack(pack, decisions), actor)

    def set_overlay(self, tenant: str, text: str, actor: Actor = SYSTEM) -> Installed:
        """Replace the tenant's own layer."""
        return self.change(tenant, SetOverlay(text), actor)

    def return_to(self, tenant: str, version: int, actor: Actor = SYSTEM) -> Installed:
        """Bring back the definitions of an earlier version, as a new one."""
        return self.change(tenant, ReturnTo(version), actor)

    def change(self, tenant: str, intent: Intent, actor: Actor = SYSTEM) -> Installed:
        """Plan an intent and carry it out; nobody else changes the tenant in between."""
        with self._alone(tenant, actor):
            return self._carry_out(self.plan(tenant, intent), actor, _note(intent))

    # ------------------------------------------------------------------------------------------------------------

    def _database(self, tenant: str) -> Database:
        return self._shelf.database(tenant)

    def _present(self, database: Database) -> tuple[int, tuple[Layer, ...]]:
        with database.reading() as session:
            state = read_state(session)
            if state is None or not state.stamp.model:
                return 0, ()
            return state.stamp.model, _layers(read_layers(session, state.stamp.model))

    def _earlier(self, database: Database, version: int) -> tuple[Layer, ...]:
        with database.reading() as session:
            return _layers(read_layers(session, version))


def open_shelf(settings: Settings) -> Shelf:
    """Return the shelf of all tenants that the registry knows."""
    registry = Registry(settings.home)

    def locate(tenant: str) -> str:
        return registry.find(tenant).address or settings.database_url(tenant)

    return Shelf(settings, locate, build_model)


def build_model(stored: Any) -> TenantModel:
    """Compile the definitions that are stored in a tenant's database."""
    return model_of(_layers(stored))


def _layers(stored: Any) -> tuple[Layer, ...]:
    return tuple(Layer.from_json(layer) for layer in stored)


def _note(intent: Intent) -> str:
    match intent:
        case AddPacks():
            return "install " + ", ".join(f"{one.layer.name} {one.layer.version}" for one in intent.sources)
        case RemovePack():
            return f"uninstall {intent.name}"
        case SetOverlay():
            return "overlay"
        case ReturnTo():
            return f"return to {intent.version}"
