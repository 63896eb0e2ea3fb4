"""The engine's side of the comparison: a tenant that holds the same rows as the yardstick, and its user's token."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from secrets import token_hex
from typing import Any

from benchmarks.handwritten.schema import DEPARTMENTS, OWNERS, SCOPE, record_id, rows
from engine.auth.accounts import NewUser
from engine.settings import Settings
from engine.storage import Session, insert_rows
from engine.storage.system import COUNTER, USER
from engine.wiring import Engine, build_engine

TENANT = "bench"
PACK = Path(__file__).parent / "pack"
CHUNK = 2_000
BORN = datetime(2026, 1, 1, tzinfo=UTC)


def settings_for(home: Path, database: str) -> Settings:
    """Return the settings of an engine whose tenants live at ``database`` (a template as in the environment)."""
    return Settings(home=home, database=database, secret=token_hex(24).encode(), password_cost="cheap")  # noqa: S106 - a cost, not a password


def environment_for(settings: Settings) -> dict[str, str]:
    """Return the environment that gives a server process the same settings."""
    return {
        "TESSERA_HOME": str(settings.home),
        "TESSERA_DATABASE": settings.database,
        "TESSERA_SECRET": settings.secret.decode(),
        "TESSERA_PASSWORD_COST": settings.password_cost,
        "TESSERA_LOG_LEVEL": "WARNING",
    }


def prepare(settings: Settings, count: int) -> str:
    """Create the tenant, install the pack, load ``count`` rows; return a token of its user."""
    engine = build_engine(settings)
    try:
        engine.tenancy.create(TENANT, "Benchmark")
        engine.tenancy.install(TENANT, [PACK])
        _load(engine, count)
        return str(engine.auth.tokens.create(TENANT, "rep", "bench", ("read", "write"), None))
    finally:
        engine.close()


def _load(engine: Engine, count: int) -> None:
    user = engine.auth.accounts.create(TENANT, NewUser("rep", "Rep", "correct horse battery", ("rep",)))
    database, catalog = engine.shelf.current(TENANT)
    with database.writing() as session:
        people = [{"id": id, "login": f"u{n}", "name": f"User {n}"} for n, id in enumerate(OWNERS)]
        stamps = {"active": True, "administrator": False, "created_at": BORN, "updated_at": BORN}
        session.execute(USER.insert(), [{**person, **stamps} for person in people])
        # the user's unit is the head of those that the yardstick lists in its scope
        units = [
            {"id": id, "name": f"Unit {n}", "parent": SCOPE[0] if 0 < n < len(SCOPE) else None}
            for n, id in enumerate(DEPARTMENTS)
        ]
        insert_rows(session, catalog, "unit", [_whole(row) for row in units])
        post = {"id": record_id(-1), "name": "Rep", "login": user.id, "unit": SCOPE[0]}
        insert_rows(session, catalog, "post", [_whole(post)])
        session.execute(COUNTER.insert(), [{"rule": "customer_code", "scope": "", "period": "", "value": count}])
    buffer: list[dict[str, Any]] = []
    with database.writing() as session:
        for number, row in enumerate(rows(count)):
            buffer.append(_whole({"id": record_id(number), "code": f"C{number + 1:08d}", **_typed(row)}))
            if len(buffer) == CHUNK:
                insert_rows(session, catalog, "customer", buffer)
                buffer = []
        insert_rows(session, catalog, "customer", buffer)
    with database.reading() as session:
        _analyse(session)


def _analyse(session: Session) -> None:
    session.raw_rows("ANALYZE") if session.dialect == "sqlite" else session.held.driver.execute("ANALYZE customer")


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "version": 1, "created_at": BORN, "created_by": "system", "updated_at": BORN, "updated_by": "system"}


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    typed = dict(row)
    for name in ("credit_limit", "annual_revenue", "discount"):
        typed[name] = Decimal(typed[name])
    typed["founded"] = date.fromisoformat(typed["founded"])
    typed["last_contact"] = datetime.fromisoformat(typed["last_contact"])
    return typed
