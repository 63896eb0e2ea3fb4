"""A new model becomes active: tables, definitions and state in one transaction, wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.kernel.errors import Conflict
from engine.metamodel.model import TenantModel
from engine.storage.catalog import Catalog
from engine.storage.database import Database
from engine.storage.errors import Violation
from engine.storage.migration import apply_plan, check_links
from engine.storage.plan import Renames, SchemaPlan
from engine.storage.planning import NO_RENAMES, plan_schema
from engine.storage.sessions import Session, Stamp
from engine.storage.snapshot import EMPTY
from engine.storage.stored_state import (
    Layers,
    NewVersion,
    prepare_system_tables,
    read_snapshot,
    read_state,
    write_version,
)
from engine.storage.system import SYSTEM_VERSION
from engine.storage.table_map import TableMap

# what else belongs into the same transaction: seeds, and the recalculations that the plan lists
Afterwards = Callable[[Session, Catalog, SchemaPlan], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """A model that shall become active: its definitions as plain JSON, who does it and why."""

    model: TenantModel
    layers: Layers
    note: str = ""
    actor: str = "system"
    afterwards: Afterwards | None = None


def plan_installation(database: Database, model: TenantModel, renames: Renames = NO_RENAMES) -> SchemaPlan:
    """Return what it takes to make ``model`` active. Changes nothing, but for the engine's tables in a new database."""
    prepare(database)
    tables = TableMap(model, database.dialect)
    with database.reading() as session:
        state = read_state(session)
        base = state.stamp if state else Stamp(0, 0)
        return plan_schema(session, base, read_snapshot(session) if state else EMPTY, tables, renames)


def apply_installation(database: Database, plan: SchemaPlan, installation: Installation) -> Catalog:
    """Carry out exactly this plan, or refuse because the world moved; return the catalog that is active now."""
    tables = TableMap(installation.model, database.dialect)
    with database.changing_model(without_foreign_keys=plan.rebuilds) as session:
        state = read_state(session)
        if state is None or state.stamp.model != plan.base.model:
            raise Conflict("plan_outdated")
        try:
            apply_plan(session, plan, installation.model)
        except Violation as error:
            raise Conflict("plan_outdated") from error
        new = NewVersion(installation.model.fingerprint, installation.layers, installation.actor, installation.note)
        stamp = write_version(session, plan, new)
        catalog = Catalog(installation.model, tables, stamp)
        if installation.afterwards is not None:
            installation.afterwards(session, catalog, plan)
        check_links(session, plan)
    return catalog


def install_model(database: Database, model: TenantModel, layers: Layers, note: str = "") -> Catalog:
    """Make a model active, tables and all; return its catalog."""
    plan = plan_installation(database, model)
    return apply_installation(database, plan, Installation(model, layers, note))


def prepare(database: Database) -> None:
    """Make the engine's own tables when they are missing."""
    with database.changing_model() as session:
        prepare_system_tables(session)


def prepare_older(database: Database) -> None:
    """Bring the engine's own tables up to date where an older version made them; nothing for a new tenant."""
    with database.reading() as session:
        state = read_state(session)
    if state is not None and state.system_version < SYSTEM_VERSION:
        prepare(database)
