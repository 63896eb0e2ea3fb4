"""What a tenant's database knows of itself: the active version, its definitions, and the shape of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import column, func, insert, select, table, text, update
from sqlalchemy.schema import CreateIndex, CreateTable

from engine.kernel.errors import Missing, Unavailable
from engine.storage.completing import complete_table
from engine.storage.plan import SchemaPlan
from engine.storage.process_tables import guards
from engine.storage.sessions import Session, Stamp
from engine.storage.snapshot import EMPTY, Snapshot
from engine.storage.statements import Statement
from engine.storage.system import (
    METADATA,
    MIGRATION,
    MODEL,
    SCHEMA,
    STATE,
    SYSTEM_USER,
    SYSTEM_VERSION,
    TOMBSTONE,
    USER,
)

Layers = Any  # plain JSON values


@dataclass(frozen=True, slots=True)
class State:
    """The active version of a tenant."""

    stamp: Stamp
    fingerprint: str
    system_version: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the definitions that is or was active."""

    version: int
    fingerprint: str
    created_at: datetime
    created_by: str
    note: str


def prepare_system_tables(session: Session) -> None:
    """Make what is missing of the engine's own tables, and the rows that must be there."""
    there = _tables(session)
    state = read_state(session) if STATE.name in there else None
    older = state is not None and state.system_version < SYSTEM_VERSION
    for made in METADATA.sorted_tables:
        if made.name in there:
            complete_table(session, made)
            if older:
                _guard(session, made.name)
            continue
        session.execute(CreateTable(made))
        for index in sorted(made.indexes, key=lambda index: str(index.name)):
            session.execute(CreateIndex(index))
        _guard(session, made.name)
    if state is None:
        session.execute(
            insert(STATE).values(id=1, model_version=0, access_version=0, system_version=SYSTEM_VERSION, fingerprint="")
        )
        session.execute(insert(SCHEMA).values(id=1, snapshot={}))
        now = datetime.now(UTC)
        nobody = {"id": SYSTEM_USER, "login": SYSTEM_USER, "name": SYSTEM_USER, "active": False}
        session.execute(insert(USER).values(**nobody, created_at=now, updated_at=now))
    elif older:
        session.execute(update(STATE).values(system_version=SYSTEM_VERSION))


def _guard(session: Session, table: str) -> None:
    for guard in guards(table, session.dialect):
        session.execute(text(guard))


def read_state(session: Session) -> State | None:
    """Return the active version, or None when nothing was ever installed."""
    row = session.row(_READ_STATE)
    if row is None:
        return None
    model, access, system, fingerprint = row
    if system > SYSTEM_VERSION:
        raise Unavailable("database_newer")
    return State(Stamp(model, access), fingerprint, system)


def read_snapshot(session: Session) -> Snapshot:
    """Return the shape that the tables have, tombstones included."""
    stored = session.execute(select(SCHEMA.c.snapshot)).scalar_one_or_none()
    return Snapshot.from_json(stored) if stored else EMPTY


def read_layers(session: Session, version: int) -> Layers:
    """Return the definitions of a version; Missing when there is none."""
    found = session.execute(select(MODEL.c.layers).where(MODEL.c.version == version)).scalar_one_or_none()
    if found is None:
        raise Missing("version_missing", version=version)
    return found


def read_versions(session: Session) -> list[Version]:
    """Return all versions, newest first."""
    columns = (MODEL.c.version, MODEL.c.fingerprint, MODEL.c.created_at, MODEL.c.created_by, MODEL.c.note)
    return [Version(*tuple(row)) for row in session.execute(select(*columns).order_by(MODEL.c.version.desc()))]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What becomes active: the fingerprint and the definitions, and who did it and why."""

    fingerprint: str
    layers: Layers
    actor: str
    note: str


def write_version(session: Session, plan: SchemaPlan, new: NewVersion) -> Stamp:
    """Make a new version active, with its history, its shape and its tombstones; return the new stamp."""
    now = datetime.now(UTC)
    stamp = Stamp(plan.base.model + 1, plan.base.access + 1)
    told = {"version": stamp.model, "fingerprint": new.fingerprint, "layers": new.layers, "note": new.note}
    session.execute(insert(MODEL).values(**told, created_at=now, created_by=new.actor))
    steps = [step.as_dict() for step in plan.steps]
    session.execute(insert(MIGRATION).values(version=stamp.model, at=now, actor=new.actor, steps=steps))
    session.execute(update(SCHEMA).values(snapshot=plan.target.as_json()))
    _write_tombstones(session, plan.target, stamp, now)
    session.execute(
        update(STATE).values(model_version=stamp.model, access_version=stamp.access, fingerprint=new.fingerprint)
    )
    return stamp


def raise_access_version(session: Session) -> None:
    """Tell every process that facts which permission rests on have changed."""
    session.change(_RAISE_ACCESS)
    session.unsettled = True


# ---------------------------------------------------------------------------------------------------------------------

_READ_STATE = Statement(
    lambda _: select(STATE.c.model_version, STATE.c.access_version, STATE.c.system_version, STATE.c.fingerprint)
)
_RAISE_ACCESS = Statement(lambda _: update(STATE).values(access_version=STATE.c.access_version + 1))


def _tables(session: Session) -> set[str]:
    if session.dialect == "sqlite":
        known = table("sqlite_master", column("name"), column("type"))
        statement = select(known.c.name).where(known.c.type == "table")
    else:
        known = table("pg_tables", column("tablename"), column("schemaname"), schema="pg_catalog")
        statement = select(known.c.tablename).where(known.c.schemaname == func.current_schema())
    return set(session.execute(statement).scalars())


def _write_tombstones(session: Session, target: Snapshot, stamp: Stamp, now: datetime) -> None:
    known = {tuple(row) for row in session.execute(select(TOMBSTONE.c.object, TOMBSTONE.c.field))}
    kept = {
        (shape.name, column.name): str(column.stored)
        for shape in target.tables.values()
        for column in shape.columns.values()
        if column.dropped and not column.name.startswith(("_sort_", "_search"))
    }
    kept.update({(shape.name, ""): "table" for shape in target.tables.values() if shape.dropped})
    for object, field in sorted(known - kept.keys()):
        session.execute(TOMBSTONE.delete().where(TOMBSTONE.c.object == object, TOMBSTONE.c.field == field))
    new: Sequence[dict[str, Any]] = [
        {"object": object, "field": field, "stored": stored, "version": stamp.model, "at": now}
        for (object, field), stored in sorted(kept.items())
        if (object, field) not in known
    ]
    if new:
        session.execute(insert(TOMBSTONE), new)
