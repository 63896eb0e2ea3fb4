"""The engine's own tables, the same in every tenant; all begin with ``tessera_``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Integer, MetaData, Table
from sqlalchemy import false as sql_false
from sqlalchemy.dialects import sqlite

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Day, Instant, Json, Words

PREFIX = "tessera_"
# raised when a table, column or guard is added here; an older database is brought up to it when it is next changed
SYSTEM_VERSION = 5
SYSTEM_USER = "system"
METADATA = MetaData()

_NAME = 60
_sequence = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


def _id() -> Column[str]:
    return Column("id", Words(ID_LENGTH), primary_key=True)


def _user(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Words(ID_LENGTH), ForeignKey("tessera_user.id"), nullable=nullable)


STATE = Table(
    "tessera_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model_version", BigInteger, nullable=False),
    Column("access_version", BigInteger, nullable=False),
    Column("system_version", Integer, nullable=False),
    Column("fingerprint", Words(100), nullable=False),
)
# one row for each version that was ever active
MODEL = Table(
    "tessera_model",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("fingerprint", Words(100), nullable=False),
    Column("layers", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Words(200), nullable=False),
    Column("note", Words(), nullable=False),
)
# the shape that the tables have, tombstones included
SCHEMA = Table(
    "tessera_schema",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("snapshot", Json, nullable=False),
)
# what was done to the tables, step by step
MIGRATION = Table(
    "tessera_migration",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Words(200), nullable=False),
    Column("steps", Json, nullable=False),
)
# who holds the tenant's installation lock, for the message only; the lock itself is the server's
LOCK = Table(
    "tessera_lock",
    METADATA,
    Column("name", Words(_NAME), primary_key=True),
    Column("holder", Words(200), nullable=False),
    Column("since", Instant, nullable=False),
)
TOMBSTONE = Table(
    "tessera_tombstone",
    METADATA,
    Column("object", Words(_NAME), primary_key=True),
    Column("field", Words(_NAME), primary_key=True),
    Column("stored", Words(_NAME), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
)

USER = Table(
    "tessera_user",
    METADATA,
    _id(),
    Column("login", Words(200), nullable=False, unique=True),
    Column("name", Words(200), nullable=False),
    Column("password_hash", Words(), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False),
    Column("administrator", Boolean, nullable=False, server_default=sql_false()),
    Column("language", Words(20), nullable=False, server_default=""),
    Column("email", Words(200)),
    Column("phone", Words(60)),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    Column("password_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="1"),
)
USER_ROLE = Table(
    "tessera_user_role",
    METADATA,
    Column("user", Words(ID_LENGTH), ForeignKey("tessera_user.id"), primary_key=True),
    Column("role", Words(_NAME), primary_key=True),
)
# ``id`` is a hash of what the browser holds
SESSION = Table(
    "tessera_session",
    METADATA,
    Column("id", Words(100), primary_key=True),
    _user("user"),
    Column("csrf", Words(100), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("language", Words(20), nullable=False, server_default=""),
    Column("address", Words(100), nullable=False, server_default=""),
    Column("agent", Words(400), nullable=False, server_default=""),
)
Index("ix_tessera_session_user", SESSION.c.user)
TOKEN = Table(
    "tessera_token",
    METADATA,
    _id(),
    _user("user"),
    Column("name", Words(200), nullable=False),
    Column("secret_hash", Words(200), nullable=False),
    Column("scopes", Json),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)
Index("ix_tessera_token_user", TOKEN.c.user)

AUDIT = Table(
    "tessera_audit",
    METADATA,
    Column("id", _sequence, Identity(always=True), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Words(ID_LENGTH), nullable=False),
    Column("object", Words(_NAME), nullable=False),
    Column("record", Words(ID_LENGTH), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("action", Words(_NAME), nullable=False),
    Column("changes", Json, nullable=False),
    Column("request_id", Words(100), nullable=False, server_default=""),
    Column("cause", Words(200), nullable=False, server_default=""),
)
Index("ix_tessera_audit_record", AUDIT.c.object, AUDIT.c.record, AUDIT.c.id)
# ``done_at`` empty: somebody still has to hear of it. ``token`` rises with each claim and fences off sleepers
OUTBOX = Table(
    "tessera_outbox",
    METADATA,
    Column("sequence", _sequence, Identity(always=True), primary_key=True),
    Column("id", Words(ID_LENGTH), nullable=False, unique=True),
    Column("name", Words(120), nullable=False),
    Column("object", Words(_NAME), nullable=False),
    Column("record", Words(ID_LENGTH), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("facts", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", Instant),
    Column("done_at", Instant),
    Column("buried_at", Instant),
    Column("error", Words()),
)
Index("ix_tessera_outbox_open", OUTBOX.c.done_at, OUTBOX.c.sequence)
_OPEN = OUTBOX.c.done_at.is_(None) & OUTBOX.c.buried_at.is_(None)
Index(
    "ix_tessera_outbox_line",
    OUTBOX.c.object,
    OUTBOX.c.record,
    OUTBOX.c.sequence,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

COUNTER = Table(
    "tessera_counter",
    METADATA,
    Column("rule", Words(_NAME), primary_key=True),
    Column("scope", Words(200), primary_key=True),
    Column("period", Words(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
# the numbers of gapless rules: each is issued to a record or void
NUMBER = Table(
    "tessera_number",
    METADATA,
    Column("rule", Words(_NAME), primary_key=True),
    Column("scope", Words(200), primary_key=True),
    Column("period", Words(20), primary_key=True),
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Words(200), nullable=False),
    Column("object", Words(_NAME), nullable=False),
    Column("record", Words(ID_LENGTH), nullable=False),
    Column("at", Instant, nullable=False),
    Column("void_at", Instant),
    Column("reason", Words()),
)
Index("ix_tessera_number_record", NUMBER.c.object, NUMBER.c.record)
IDEMPOTENCY = Table(
    "tessera_idempotency",
    METADATA,
    Column("actor", Words(ID_LENGTH), primary_key=True),
    Column("route", Words(300), primary_key=True),
    Column("key", Words(200), primary_key=True),
    Column("digest", Words(100), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Words(), nullable=False),
    Column("headers", Json, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_tessera_idempotency_at", IDEMPOTENCY.c.at)
# how often somebody without an account did something, by a digest of what he is known by
STRANGER = Table(
    "tessera_stranger",
    METADATA,
    Column("known_by", Words(100), primary_key=True),
    Column("period", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)
# what a tenant's users made of open dictionaries; a row replaces the pack's item of the same code
DICTIONARY_ITEM = Table(
    "tessera_dictionary_item",
    METADATA,
    Column("dictionary", Words(_NAME), primary_key=True),
    Column("code", Words(200), primary_key=True),
    Column("title", Json, nullable=False),
    Column("order", Integer, nullable=False, server_default="0"),
    Column("tone", Words(_NAME), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False),
    Column("parent", Words(200)),
    Column("valid_from", Day),
    Column("valid_to", Day),
    Column("successor", Words(200)),
    Column("removed", Boolean, nullable=False, server_default=sql_false()),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("updated_at", Instant, nullable=False),
    Column("updated_by", Words(ID_LENGTH), nullable=False),
)
JOB = Table(
    "tessera_job",
    METADATA,
    _id(),
    Column("kind", Words(_NAME), nullable=False),
    Column("status", Words(20), nullable=False),
    Column("actor", Words(ID_LENGTH), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("result", Json),
    Column("error", Words()),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("leased_until", Instant),
    Column("cancelled", Boolean, nullable=False, server_default=sql_false()),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    # not before this instant; empty: at once
    Column("run_at", Instant),
    # two jobs of one key are one job: the unique index decides
    Column("key", Words(200)),
)
Index("ix_tessera_job_open", JOB.c.status, JOB.c.id)
Index("ux_tessera_job_key", JOB.c.key, unique=True)
FILE = Table(
    "tessera_file",
    METADATA,
    _id(),
    Column("object", Words(_NAME), nullable=False),
    Column("record", Words(ID_LENGTH)),
    Column("field", Words(_NAME), nullable=False),
    Column("name", Words(400), nullable=False),
    Column("type", Words(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", Words(100), nullable=False),
    Column("created_at", Instant, nullable=False),
    _user("created_by"),
)
Index("ix_tessera_file_record", FILE.c.object, FILE.c.record)
# what is being changed about the definitions and is not yet active; one row at most
DRAFT = Table(
    "tessera_draft",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("model_version", BigInteger, nullable=False),
    Column("content", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Words(200), nullable=False),
)
