"""Versions of approvals, and substitutions of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from engine.storage.fetching import among
from engine.storage.process_tables import FLOW, INSTANCE, SUBSTITUTION
from engine.storage.row_tools import inserting, key_list, rows_of, values_of
from engine.storage.sessions import Session
from engine.storage.statements import Statement


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """A version of an approval; never changed, and never deleted while something may use it."""

    flow: str
    version: int
    fingerprint: str
    body: Mapping[str, Any]
    closed: bool
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody acts for somebody else, from ``starts_at`` until before ``ends_at``.

    ``flow`` or ``object`` narrow it; ``mode`` exclusive: the substitute alone, shared: both may act. ``ended``: what
    was left open went back.
    """

    id: str
    principal: str
    substitute: str
    starts_at: datetime
    ends_at: datetime
    flow: str
    object: str
    mode: str
    ended: bool
    created_by: str
    created_at: datetime


_F = tuple(item.name for item in fields(FlowVersion))
_S = tuple(item.name for item in fields(Substitution))
_ADD_FLOW = inserting(FLOW, _F)
_READ_FLOW = Statement(
    lambda _: select(*(FLOW.c[n] for n in _F)).where(
        FLOW.c.flow == bindparam("flow"), FLOW.c.version == bindparam("version")
    )
)
_NEWEST = Statement(
    lambda _: (
        select(*(FLOW.c[n] for n in _F))
        .where(FLOW.c.flow == bindparam("flow"))
        .order_by(FLOW.c.version.desc())
        .limit(1)
    )
)
_ADD_SUBSTITUTION = inserting(SUBSTITUTION, _S)
_STANDING = Statement(
    lambda dialect: (
        select(*(SUBSTITUTION.c[n] for n in _S))
        .where(
            among(SUBSTITUTION.c.principal, "keys", dialect),
            SUBSTITUTION.c.starts_at <= bindparam("at"),
            SUBSTITUTION.c.ends_at > bindparam("at"),
            SUBSTITUTION.c.ended.is_(False),
        )
        .order_by(SUBSTITUTION.c.starts_at.desc(), SUBSTITUTION.c.id)
    )
)


def add_flow_version(session: Session, version: FlowVersion) -> None:
    """Write a new version; Violation when it is there."""
    session.change(_ADD_FLOW, values_of(version, _F))


def read_flow_version(session: Session, flow: str, version: int) -> FlowVersion | None:
    """Return a version, or None."""
    found = rows_of(session, FLOW, _F, session.rows(_READ_FLOW, {"flow": flow, "version": version}))
    return FlowVersion(**found[0]) if found else None


def newest_flow_version(session: Session, flow: str) -> FlowVersion | None:
    """Return the newest version of an approval, or None."""
    found = rows_of(session, FLOW, _F, session.rows(_NEWEST, {"flow": flow}))
    return FlowVersion(**found[0]) if found else None


def flow_versions(session: Session, flow: str) -> list[tuple[FlowVersion, int]]:
    """Return the versions of an approval, the newest first, each with how many open instances use it."""
    used = (
        select(INSTANCE.c.version, func.count().label("open"))
        .where(INSTANCE.c.flow == flow, INSTANCE.c.closed_at.is_(None))
        .group_by(INSTANCE.c.version)
        .subquery()
    )
    chosen = (
        select(FLOW, func.coalesce(used.c.open, 0).label("open"))
        .outerjoin(used, used.c.version == FLOW.c.version)
        .where(FLOW.c.flow == flow)
        .order_by(FLOW.c.version.desc())
    )
    rows = session.execute(chosen).mappings().all()
    return [(FlowVersion(**{name: row[name] for name in _F}), int(row["open"])) for row in rows]


def used_versions(session: Session) -> list[tuple[str, int, int]]:
    """Return the versions that open instances use: approval, version, how many."""
    chosen = select(INSTANCE.c.flow, INSTANCE.c.version, func.count().label("open"))
    chosen = chosen.where(INSTANCE.c.closed_at.is_(None)).group_by(INSTANCE.c.flow, INSTANCE.c.version)
    rows = session.execute(chosen.order_by(INSTANCE.c.flow, INSTANCE.c.version)).mappings()
    return [(str(row["flow"]), int(row["version"]), int(row["open"])) for row in rows]


def close_flow_version(session: Session, flow: str, version: int, *, closed: bool) -> bool:
    """Let a version take new cases, or no more; tell whether there is such a version."""
    changed = update(FLOW).where(FLOW.c.flow == flow, FLOW.c.version == version).values(closed=closed)
    return session.execute(changed).rowcount == 1


def add_substitution(session: Session, made: Substitution) -> None:
    """Write a substitution."""
    session.change(_ADD_SUBSTITUTION, values_of(made, _S))


def standing_in(session: Session, principals: Sequence[str], at: datetime) -> list[Substitution]:
    """Return the substitutions of people that hold at an instant, the latest first."""
    rows = session.rows(_STANDING, {"keys": key_list(session, principals), "at": at})
    return [Substitution(**row) for row in rows_of(session, SUBSTITUTION, _S, rows)]


def substitutions_of(session: Session, user: str | None = None) -> list[Substitution]:
    """Return the substitutions in which a user is principal or substitute, or all; the latest first."""
    chosen = select(*(SUBSTITUTION.c[n] for n in _S)).order_by(SUBSTITUTION.c.starts_at.desc(), SUBSTITUTION.c.id)
    if user is not None:
        chosen = chosen.where((SUBSTITUTION.c.principal == user) | (SUBSTITUTION.c.substitute == user))
    rows = session.execute(chosen.limit(1_000)).mappings()
    return [Substitution(**row) for row in rows]


def read_substitution(session: Session, id: str) -> Substitution | None:
    """Return a substitution, or None."""
    row = session.execute(select(*(SUBSTITUTION.c[n] for n in _S)).where(SUBSTITUTION.c.id == id)).mappings().first()
    return None if row is None else Substitution(**row)


def ended_substitutions(session: Session, at: datetime, limit: int = 100) -> list[Substitution]:
    """Return those that are over and whose open tasks have not gone back yet."""
    chosen = select(*(SUBSTITUTION.c[n] for n in _S)).where(SUBSTITUTION.c.ended.is_(False))
    chosen = chosen.where(SUBSTITUTION.c.ends_at <= at).order_by(SUBSTITUTION.c.ends_at).limit(limit)
    return [Substitution(**row) for row in session.execute(chosen).mappings()]


def next_end(session: Session) -> datetime | None:
    """Return when the next substitution is over, or None."""
    chosen = select(SUBSTITUTION.c.ends_at).where(SUBSTITUTION.c.ended.is_(False)).order_by(SUBSTITUTION.c.ends_at)
    return session.execute(chosen.limit(1)).scalar()


def end_substitution(session: Session, id: str, at: datetime | None = None) -> None:
    """Note that what was open went back; with ``at`` it also ends then."""
    values: dict[str, Any] = {"ended": True} if at is None else {"ends_at": at}
    session.execute(update(SUBSTITUTION).where(SUBSTITUTION.c.id == id).values(values))
