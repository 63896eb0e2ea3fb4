"""What processes keep beside their tokens: copies, subjects as submitted, holds on records, standing approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from engine.storage.fetching import among
from engine.storage.process_tables import APPROVED, COPY, HOLD, SUBMISSION
from engine.storage.row_tools import inserting, key_list, rows_of, values_of
from engine.storage.sessions import Session
from engine.storage.sql_types import Words
from engine.storage.statements import Statement


@dataclass(frozen=True, slots=True)
class Hold:
    """What a process keeps of a record: ``kind`` record locks all but ``fields``, change reserves only ``fields``."""

    object: str
    record: str
    instance: str
    kind: str
    flow: str
    fields: tuple[str, ...]
    revised: tuple[str, ...] = ()
    reviser: str | None = None


# -- copies, submissions, holds ----------------------------------------------------------------------------------------

_COPY = ("id", "instance", "round", "user", "object", "record", "flow", "title", "text", "at")
_ADD_COPY = inserting(COPY, _COPY)
_COPIED = Statement(
    lambda _: select(COPY.c.user).where(COPY.c.instance == bindparam("instance"), COPY.c.round == bindparam("round"))
)
_READ_COPY = Statement(
    lambda _: (
        update(COPY)
        .where(COPY.c.id == bindparam("the_id"), COPY.c.user == bindparam("the_user"), COPY.c.read_at.is_(None))
        .values(read_at=bindparam("v_at"))
    )
)
_SUBMITTED = ("instance", "round", "record_version", "facts", "at")
_ADD_SUBMISSION = inserting(SUBMISSION, _SUBMITTED)
_READ_SUBMISSION = Statement(
    lambda _: select(SUBMISSION.c.facts, SUBMISSION.c.record_version).where(
        SUBMISSION.c.instance == bindparam("instance"), SUBMISSION.c.round == bindparam("round")
    )
)
_HOLD = ("object", "record", "instance", "kind", "flow", "fields", "revised", "reviser")
_ADD_HOLD = inserting(HOLD, _HOLD)
_SET_REVISER = Statement(
    lambda _: update(HOLD).where(HOLD.c.instance == bindparam("the_instance")).values(reviser=bindparam("v_reviser"))
)
_SET_FIELDS = Statement(
    lambda _: update(HOLD).where(HOLD.c.instance == bindparam("the_instance")).values(fields=bindparam("v_fields"))
)
_DROP_HOLD = Statement(lambda _: delete(HOLD).where(HOLD.c.instance == bindparam("instance")))
_HOLDS = Statement(
    lambda dialect: select(*(HOLD.c[n] for n in _HOLD)).where(
        HOLD.c.object == bindparam("object"), among(HOLD.c.record, "keys", dialect)
    )
)
_DROP_APPROVED = Statement(
    lambda _: delete(APPROVED).where(
        APPROVED.c.object == bindparam("object"),
        APPROVED.c.record == bindparam("record"),
        APPROVED.c.slot == bindparam("slot", type_=Words()),
    )
)
_APPROVED = ("object", "record", "slot", "instance", "record_version", "material", "stale")
_ADD_APPROVED = inserting(APPROVED, _APPROVED)
_READ_APPROVED = Statement(
    lambda _: select(*(APPROVED.c[n] for n in _APPROVED)).where(
        APPROVED.c.object == bindparam("object"), APPROVED.c.record == bindparam("record")
    )
)
_STALE = Statement(
    lambda _: (
        update(APPROVED)
        .where(APPROVED.c.instance == bindparam("the_instance"), APPROVED.c.stale.is_(False))
        .values(stale=True)
    )
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy for one person."""

    id: str
    instance: str
    round: int
    user: str
    object: str
    record: str
    flow: str
    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The newest approval of a record in a slot. ``stale``: a material field changed since."""

    object: str
    record: str
    slot: str
    instance: str
    record_version: int
    material: Sequence[str] = field(default_factory=list)
    stale: bool = False


def add_copies(session: Session, copies: Sequence[Copy]) -> list[str]:
    """Write copies, one for each person and round; return who gets one."""
    if not copies:
        return []
    first = copies[0]
    had = {str(row[0]) for row in session.rows(_COPIED, {"instance": first.instance, "round": first.round})}
    new = {copy.user: copy for copy in copies if copy.user not in had}
    if new:
        session.change_many(_ADD_COPY, [values_of(copy, _COPY) for copy in new.values()])
    return list(new)


def read_copy(session: Session, id: str, user: str, at: datetime) -> bool:
    """Note that a copy was read; tell whether it was unread."""
    return session.change(_READ_COPY, {"the_id": id, "the_user": user, "v_at": at}) == 1


def add_submission(session: Session, instance: str, number: int, version: int, facts: Any, at: datetime) -> None:
    """Keep the subject as it is at the beginning of a round, or (round 0) at its approval."""
    row = {"v_instance": instance, "v_round": number, "v_record_version": version, "v_facts": facts, "v_at": at}
    session.change(_ADD_SUBMISSION, row)


def read_submission(session: Session, instance: str, number: int) -> Mapping[str, Any] | None:
    """Return the subject as it was kept."""
    found = session.rows(_READ_SUBMISSION, {"instance": instance, "round": number})
    rows = rows_of(session, SUBMISSION, ("facts", "record_version"), found)
    return rows[0]["facts"] if rows else None


def add_hold(session: Session, hold: Hold) -> None:
    """Keep a record."""
    row = values_of(hold, _HOLD)
    session.change(_ADD_HOLD, {**row, "v_fields": list(hold.fields), "v_revised": list(hold.revised)})


def set_reviser(session: Session, instance: str, user: str | None) -> None:
    """Open the fields for revising to one person, or to nobody."""
    session.change(_SET_REVISER, {"the_instance": instance, "v_reviser": user})


def set_held_fields(session: Session, instance: str, names: Sequence[str]) -> None:
    """Replace the fields of a hold."""
    session.change(_SET_FIELDS, {"the_instance": instance, "v_fields": list(names)})


def drop_hold(session: Session, instance: str) -> None:
    """Give the record free."""
    session.change(_DROP_HOLD, {"instance": instance})


def holds_on(session: Session, object: str, records: Sequence[str]) -> list[Hold]:
    """Return what processes keep of records."""
    found = rows_of(session, HOLD, _HOLD, session.rows(_HOLDS, {"object": object, "keys": key_list(session, records)}))
    return [Hold(**{**row, "fields": tuple(row["fields"]), "revised": tuple(row["revised"])}) for row in found]


def save_approved(session: Session, approved: Approved) -> None:
    """Note the newest approval of a record."""
    where = {"object": approved.object, "record": approved.record, "slot": approved.slot}
    session.change(_DROP_APPROVED, where)
    session.change(_ADD_APPROVED, values_of(approved, _APPROVED))


def approved_of(session: Session, object: str, record: str) -> list[Approved]:
    """Return the approvals that stand for a record, one for each slot."""
    found = session.rows(_READ_APPROVED, {"object": object, "record": record})
    return [Approved(**row) for row in rows_of(session, APPROVED, _APPROVED, found)]


def mark_stale(session: Session, instance: str) -> bool:
    """Note that an approval holds no more; tell whether it did until now."""
    return session.change(_STALE, {"the_instance": instance}) == 1
