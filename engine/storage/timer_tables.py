"""The engine's own tables of time and rules: clocks and what they fired, occurrences, turns, steps of life-cycles."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, text
from sqlalchemy import false as sql_false

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Instant, Json, Words
from engine.storage.system import METADATA

_NAME = 60
_OWNER = 200


def _id() -> Column[str]:
    return Column("id", Words(ID_LENGTH), primary_key=True)


def _record() -> tuple[Column[str], Column[str]]:
    return Column("object", Words(_NAME), nullable=False), Column("record", Words(ID_LENGTH), nullable=False)


# ``budget`` and ``consumed`` are seconds of working time; no budget: it fires at one instant. ``rungs`` are
# [days, seconds, rung, cycle], ``next`` the place of the first that was not fired. ``fire_at`` is empty while the clock
# stands or has nothing left to fire. ``token`` rises with each claim and fences off sleepers
TIMER = Table(
    "tessera_timer",
    METADATA,
    _id(),
    Column("kind", Words(_NAME), nullable=False),
    Column("owner", Words(_OWNER), nullable=False),
    Column("name", Words(_NAME), nullable=False, server_default=""),
    *_record(),
    Column("calendar", Words(_NAME)),
    Column("budget", BigInteger),
    Column("consumed", BigInteger, nullable=False, server_default="0"),
    Column("since", Instant),
    Column("rungs", Json, nullable=False),
    Column("next", Integer, nullable=False, server_default="0"),
    Column("fire_at", Instant),
    Column("due_at", Instant),
    Column("state", Words(20), nullable=False),
    Column("outcome", Words(20)),
    Column("data", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("leased_until", Instant),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Words()),
)
_RUNNING = text("state = 'running'")
Index("ix_tessera_timer_due", TIMER.c.fire_at, postgresql_where=_RUNNING, sqlite_where=_RUNNING)
Index("ix_tessera_timer_owner", TIMER.c.kind, TIMER.c.owner)
Index("ix_tessera_timer_record", TIMER.c.object, TIMER.c.record, TIMER.c.state)
# a rung that was fired; the key is what makes it happen once (Q3)
TIMER_FIRE = Table(
    "tessera_timer_fire",
    METADATA,
    Column("timer", Words(ID_LENGTH), primary_key=True),
    Column("rung", Integer, primary_key=True),
    Column("cycle", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)
# what a scheduled rule did: one row per record (empty: for the whole run) and occurrence (A7)
OCCURRENCE = Table(
    "tessera_occurrence",
    METADATA,
    Column("rule", Words(_NAME), primary_key=True),
    Column("record", Words(ID_LENGTH), primary_key=True),
    Column("occurrence", Words(_OWNER), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("skipped", Boolean, nullable=False, server_default=sql_false()),
)
# how far a scheduled rule has come: the next window begins at the last scheduled instant, not at the present one
RULE_CLOCK = Table(
    "tessera_rule_clock",
    METADATA,
    Column("rule", Words(_NAME), primary_key=True),
    Column("scheduled", Instant, nullable=False),
    Column("next_at", Instant),
    Column("definition", Words(100), nullable=False, server_default=""),
)
# what a rule did in a chain: at most once per record (A5)
CHAIN_STEP = Table(
    "tessera_chain_step",
    METADATA,
    Column("chain", Words(ID_LENGTH), primary_key=True),
    Column("rule", Words(_NAME), primary_key=True),
    Column("record", Words(ID_LENGTH), primary_key=True),
    Column("at", Instant, nullable=False),
)
Index("ix_tessera_chain_step_at", CHAIN_STEP.c.at)
# whose turn it is, per assignment and key; locked while somebody is chosen (G1)
CURSOR = Table(
    "tessera_cursor",
    METADATA,
    Column("assignment", Words(_NAME), primary_key=True),
    Column("key", Words(_OWNER), primary_key=True),
    Column("last", Words(ID_LENGTH)),
    Column("weights", Json, nullable=False),
)
# who was chosen for what: offered, accepted, declined, late (not accepted in time), done (nobody had to accept)
ASSIGNED = Table(
    "tessera_assigned",
    METADATA,
    _id(),
    Column("assignment", Words(_NAME), nullable=False),
    Column("key", Words(_OWNER), nullable=False),
    *_record(),
    Column("person", Words(ID_LENGTH), nullable=False),
    Column("state", Words(20), nullable=False),
    Column("try", Integer, nullable=False, server_default="1"),
    Column("at", Instant, nullable=False),
    Column("answered_at", Instant),
)
Index("ix_tessera_assigned_record", ASSIGNED.c.object, ASSIGNED.c.record, ASSIGNED.c.id)
Index("ix_tessera_assigned_person", ASSIGNED.c.assignment, ASSIGNED.c.person, ASSIGNED.c.id)
# each step of a life-cycle (L8); seconds spent in the state that was left
STEP = Table(
    "tessera_step",
    METADATA,
    _id(),
    *_record(),
    Column("transition", Words(_NAME), nullable=False),
    Column("source", Words(_NAME)),
    Column("target", Words(_NAME), nullable=False),
    Column("actor", Words(ID_LENGTH), nullable=False),
    Column("comment", Words(), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("plain", BigInteger),
    Column("working", BigInteger),
    Column("cause", Words(_OWNER), nullable=False, server_default=""),
)
Index("ix_tessera_step_record", STEP.c.object, STEP.c.record, STEP.c.id)
# a transition that a gate holds: what it was given, and the gates it has passed with the values they rest on (L3)
PENDING = Table(
    "tessera_pending",
    METADATA,
    Column("object", Words(_NAME), primary_key=True),
    Column("record", Words(ID_LENGTH), primary_key=True),
    Column("transition", Words(_NAME), nullable=False),
    Column("gate", Integer, nullable=False),
    Column("source", Words(_NAME), nullable=False),
    Column("passed", Json, nullable=False),
    Column("actor", Words(ID_LENGTH), nullable=False),
    Column("comment", Words(), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
)
# a conversion that happened; ``turn`` counts those of one source
CONVERTED = Table(
    "tessera_converted",
    METADATA,
    Column("conversion", Words(_NAME), primary_key=True),
    Column("record", Words(ID_LENGTH), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("made", Json, nullable=False),
    Column("actor", Words(ID_LENGTH), nullable=False),
    Column("at", Instant, nullable=False),
)
# what went wrong where no user was asking: for the administrators
INCIDENT = Table(
    "tessera_incident",
    METADATA,
    _id(),
    Column("kind", Words(_NAME), nullable=False),
    Column("name", Words(_NAME), nullable=False),
    *_record(),
    Column("code", Words(_NAME), nullable=False),
    Column("message", Words(), nullable=False),
    Column("chain", Words(ID_LENGTH), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("resolved_at", Instant),
)
_UNRESOLVED = text("resolved_at IS NULL")
Index("ix_tessera_incident_open", INCIDENT.c.id, postgresql_where=_UNRESOLVED, sqlite_where=_UNRESOLVED)
