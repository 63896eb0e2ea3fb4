"""What rules did: occurrences and steps of chains, each once; how far scheduled rules are; records by anniversaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from engine.storage.catalog import Catalog
from engine.storage.connections import DialectName
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.table_map import DELETED, column_name
from engine.storage.timer_tables import CHAIN_STEP, OCCURRENCE, RULE_CLOCK

# a row of this name beside that of a rule: how far its run over many records is
_RUN = "#at/"


@dataclass(frozen=True, slots=True)
class RuleClock:
    """How far a scheduled rule has come. ``definition`` tells when its schedule was changed."""

    rule: str
    scheduled: datetime
    next_at: datetime | None
    definition: str = ""


def note_occurrence(
    session: Session, rule: str, record: str, occurrence: str, at: datetime, *, skipped: bool = False
) -> bool:
    """Note that a rule acts on a record for an occurrence; False: it did already (A7)."""
    values = {"rule": rule, "record": record, "occurrence": occurrence, "at": at, "skipped": skipped}
    return session.change(_OCCURRED, values) == 1


def occurrences(session: Session, rule: str, record: str | None = None) -> list[tuple[str, str, bool]]:
    """Return (record, occurrence, skipped) of a rule, in order."""
    chosen = select(OCCURRENCE.c.record, OCCURRENCE.c.occurrence, OCCURRENCE.c.skipped).where(OCCURRENCE.c.rule == rule)
    if record is not None:
        chosen = chosen.where(OCCURRENCE.c.record == record)
    rows: Sequence[Any] = session.execute(chosen.order_by(OCCURRENCE.c.occurrence, OCCURRENCE.c.record)).all()
    return [(str(row[0]), str(row[1]), bool(row[2])) for row in rows]


def note_chain_step(session: Session, chain: str, rule: str, record: str, at: datetime) -> bool:
    """Note that a rule acts on a record in a chain; False: it did already (A5)."""
    return session.change(_STEPPED, {"chain": chain, "rule": rule, "record": record, "at": at}) == 1


def forget_chain_steps(session: Session, before: datetime) -> int:
    """Delete the steps of chains that ended long ago; return how many."""
    return session.execute(delete(CHAIN_STEP).where(CHAIN_STEP.c.at < before)).rowcount


def rule_clocks(session: Session) -> dict[str, RuleClock]:
    """Return how far the scheduled rules are."""
    rows = session.execute(select(RULE_CLOCK).where(RULE_CLOCK.c.rule.not_like("#%"))).mappings().all()
    return {row["rule"]: RuleClock(**row) for row in rows}


def hold_rule_clock(session: Session, rule: str) -> RuleClock | None:
    """Lock how far a rule is; None when somebody else holds it, or it has no row yet."""
    chosen = select(RULE_CLOCK).where(RULE_CLOCK.c.rule == rule)
    if session.dialect == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    row = session.execute(chosen).mappings().first()
    return None if row is None else RuleClock(**row)


def start_rule_clock(session: Session, clock: RuleClock) -> bool:
    """Write the row of a rule that has none; False: it has one."""
    values: Any = {name: getattr(clock, name) for name in ("rule", "scheduled", "next_at", "definition")}
    new = upsert(session.dialect, RULE_CLOCK).values(values).on_conflict_do_nothing()
    return session.execute(new).rowcount == 1


def save_rule_clock(session: Session, clock: RuleClock) -> None:
    """Write how far a rule is."""
    values = {"scheduled": clock.scheduled, "next_at": clock.next_at, "definition": clock.definition}
    session.execute(update(RULE_CLOCK).where(RULE_CLOCK.c.rule == clock.rule).values(values))


def forget_rule_clocks(session: Session, kept: Iterable[str]) -> None:
    """Delete the rows of rules that are no longer there or switched off: they start afresh when they come back."""
    known = {rule for (rule,) in session.execute(select(RULE_CLOCK.c.rule)).all() if not rule.startswith("#")}
    gone = known - set(kept)
    if gone:
        session.execute(delete(RULE_CLOCK).where(RULE_CLOCK.c.rule.in_(sorted(gone))))


def run_place(session: Session, rule: str, occurrence: str) -> tuple[str, str] | None:
    """Return the id before which a run over many records ends, and that of the last one that had its turn; None when
    the run has not begun.
    """
    row = session.execute(select(RULE_CLOCK).where(RULE_CLOCK.c.rule == _RUN + rule)).mappings().first()
    known, _, place = ("" if row is None else str(row["definition"])).partition(" ")
    until, _, last = place.partition(" ")
    return (until, last) if known == occurrence else None


def keep_run_place(session: Session, rule: str, occurrence: str, place: tuple[str, str], at: datetime) -> None:
    """Write how far a run over many records is."""
    text = " ".join((occurrence, *place))
    values = {"rule": _RUN + rule, "scheduled": at, "next_at": None, "definition": text}
    new = upsert(session.dialect, RULE_CLOCK).values(values)
    kept = {"scheduled": at, "definition": text}
    session.execute(new.on_conflict_do_update(index_elements=[RULE_CLOCK.c.rule], set_=kept))


def drop_run_place(session: Session, rule: str) -> None:
    """Forget how far a run was, at its end."""
    session.execute(delete(RULE_CLOCK).where(RULE_CLOCK.c.rule == _RUN + rule))


def next_rule(session: Session) -> datetime | None:
    """Return when the next scheduled rule runs, or None."""
    found = session.execute(select(func.min(RULE_CLOCK.c.next_at))).scalar_one_or_none()
    return found if isinstance(found, datetime) else None


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Records of ``object`` whose ``field`` lies in one of ``spans`` and for which ``rule`` has no ``occurrence`` yet.

    A span is a date, or for fields with a time of day the instants from and to (not included).
    """

    object: str
    field: str
    spans: Sequence[date | tuple[datetime, datetime]]
    rule: str
    occurrence: str


def records_on(session: Session, catalog: Catalog, asked: Anniversary, limit: int) -> list[tuple[str, Any]]:
    """Return id and value of some records, in no order; those in the recycle bin left out."""
    table = catalog.tables.table(asked.object)
    column = table.c[column_name(asked.field)]
    days = [span for span in asked.spans if not isinstance(span, tuple)]
    fits = [and_(column >= span[0], column < span[1]) for span in asked.spans if isinstance(span, tuple)]
    noted = exists().where(
        OCCURRENCE.c.rule == asked.rule,
        OCCURRENCE.c.record == table.c.id,
        OCCURRENCE.c.occurrence == asked.occurrence,
    )
    chosen = select(table.c.id, column).where(or_(*([column.in_(days)] if days else []), *fits), ~noted)
    if catalog.model.objects[asked.object].recycles:
        chosen = chosen.where(table.c[DELETED].is_(None))
    rows: Sequence[Any] = session.execute(chosen.limit(limit)).all()
    return [(str(row[0]), row[1]) for row in rows]


def earliest_value(session: Session, catalog: Catalog, object: str, field: str) -> Any:
    """Return the least value of a field that any record has, or None."""
    column = catalog.tables.column(object, field)
    return session.execute(select(func.min(column))).scalar_one_or_none()


# ---------------------------------------------------------------------------------------------------------------------


def _occurred(dialect: DialectName) -> Any:
    values: Any = {name: bindparam(name) for name in ("rule", "record", "occurrence", "at", "skipped")}
    return upsert(dialect, OCCURRENCE).values(values).on_conflict_do_nothing()


def _stepped(dialect: DialectName) -> Any:
    values: Any = {name: bindparam(name) for name in ("chain", "rule", "record", "at")}
    return upsert(dialect, CHAIN_STEP).values(values).on_conflict_do_nothing()


_OCCURRED = Statement(_occurred)
_STEPPED = Statement(_stepped)
