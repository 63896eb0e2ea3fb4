"""The engine's tables of running processes: flows and their versions, instances, tasks, copies, and their trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, text
from sqlalchemy import false as sql_false

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Instant, Json, Words
from engine.storage.system import METADATA

_NAME = 60
# what the index of live tasks covers; a statement that is to use it says the same in the same words
OPEN_TASK = text("state IN ('open', 'ready', 'waiting', 'paused')")


def _id(name: str = "id", *, primary: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, Words(ID_LENGTH), primary_key=primary, nullable=nullable)


# one row for each version of an approval that was ever published, with its definition
FLOW = Table(
    "tessera_flow",
    METADATA,
    Column("flow", Words(_NAME), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Words(100), nullable=False),
    Column("body", Json, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=sql_false()),
    Column("published_at", Instant, nullable=False),
    Column("published_by", Words(200), nullable=False),
)
# one run of an approval. ``place`` is "object/record/slot" while it is open: at most one row has it
INSTANCE = Table(
    "tessera_instance",
    METADATA,
    _id(primary=True),
    Column("flow", Words(_NAME), nullable=False),
    Column("version", Integer, nullable=False),
    Column("object", Words(_NAME), nullable=False),
    _id("record"),
    Column("slot", Words(_NAME), nullable=False),
    Column("place", Words(200)),
    Column("title", Words(), nullable=False),
    _id("submitter"),
    Column("submitted_as", Json, nullable=False),
    Column("status", Words(20), nullable=False),
    Column("incident", Boolean, nullable=False, server_default=sql_false()),
    Column("round", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Words(100), nullable=False),
    Column("state", Json, nullable=False),
    Column("patch", Json),
    Column("base_version", BigInteger, nullable=False),
    Column("gate", Json),
    _id("parent", nullable=True),
    Column("parent_key", Words(200)),
    Column("outcome", Words(20)),
    Column("reason", Words(60)),
    Column("started_at", Instant, nullable=False),
    Column("closed_at", Instant),
)
Index("ux_tessera_instance_place", INSTANCE.c.place, unique=True)
Index("ix_tessera_instance_record", INSTANCE.c.object, INSTANCE.c.record, INSTANCE.c.id)
Index("ix_tessera_instance_submitter", INSTANCE.c.submitter, INSTANCE.c.id)
Index("ix_tessera_instance_parent", INSTANCE.c.parent)
Index(
    "ix_tessera_instance_flow",
    INSTANCE.c.flow,
    INSTANCE.c.version,
    postgresql_where=INSTANCE.c.closed_at.is_(None),
    sqlite_where=INSTANCE.c.closed_at.is_(None),
)
# the subject as it was when a round began, and (round 0) as it was approved
SUBMISSION = Table(
    "tessera_submission",
    METADATA,
    _id("instance", primary=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("record_version", BigInteger, nullable=False),
    Column("facts", Json, nullable=False),
    Column("at", Instant, nullable=False),
)
# the assignment of one voice to a person; a closed row is never opened again
TASK = Table(
    "tessera_task",
    METADATA,
    _id(primary=True),
    _id("instance"),
    Column("flow", Words(_NAME), nullable=False),
    Column("object", Words(_NAME), nullable=False),
    _id("record"),
    Column("title", Words(), nullable=False),
    _id("submitter"),
    Column("step", Words(_NAME), nullable=False),
    Column("visit", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("kind", Words(20), nullable=False),
    _id("principal", nullable=True),
    _id("assignee", nullable=True),
    Column("state", Words(20), nullable=False),
    Column("mark", Words(20), nullable=False, server_default=""),
    Column("decision", Words(20)),
    _id("decided_by", nullable=True),
    _id("behalf", nullable=True),
    Column("reason", Words(60)),
    Column("comment", Words()),
    Column("draft", Json),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("seen_at", Instant),
    Column("urged", Json),
    Column("closed_at", Instant),
)
Index(
    "ix_tessera_task_todo",
    TASK.c.assignee,
    TASK.c.opened_at,
    TASK.c.id,
    postgresql_where=OPEN_TASK,
    sqlite_where=OPEN_TASK,
)
Index("ix_tessera_task_instance", TASK.c.instance, TASK.c.id)
Index("ix_tessera_task_done", TASK.c.decided_by, TASK.c.closed_at, TASK.c.id)
# people beside the assignee who may take or decide a task: members of a pool, principals of a shared substitution
CANDIDATE = Table(
    "tessera_candidate",
    METADATA,
    _id("task", primary=True),
    _id("user", primary=True),
)
Index("ix_tessera_candidate_user", CANDIDATE.c.user, CANDIDATE.c.task)
# what somebody is told by a ``cc`` step
COPY = Table(
    "tessera_copy",
    METADATA,
    _id(primary=True),
    _id("instance"),
    Column("round", Integer, nullable=False),
    _id("user"),
    Column("object", Words(_NAME), nullable=False),
    _id("record"),
    Column("flow", Words(_NAME), nullable=False),
    Column("title", Words(), nullable=False),
    Column("text", Words(), nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
)
Index("ux_tessera_copy", COPY.c.instance, COPY.c.round, COPY.c.user, unique=True)
Index("ix_tessera_copy_user", COPY.c.user, COPY.c.id)
# the trail of an instance: rows are only ever added, each with the hash of the one before
PROCESS_EVENT = Table(
    "tessera_process_event",
    METADATA,
    _id("instance", primary=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    _id("actor"),
    _id("behalf", nullable=True),
    Column("channel", Words(20), nullable=False),
    Column("type", Words(_NAME), nullable=False),
    Column("step", Words(_NAME)),
    Column("visit", Integer),
    Column("round", Integer, nullable=False),
    _id("task", nullable=True),
    Column("decision", Words(20)),
    Column("reason", Words(60)),
    Column("comment", Words()),
    Column("record_version", BigInteger),
    Column("facts", Json, nullable=False),
    Column("hash", Words(100), nullable=False),
)
# rows of the trail that were moved away by age; read on demand
ARCHIVED_EVENT = Table(
    "tessera_archived_event",
    METADATA,
    *(Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in PROCESS_EVENT.columns),
)
SUBSTITUTION = Table(
    "tessera_substitution",
    METADATA,
    _id(primary=True),
    _id("principal"),
    _id("substitute"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("flow", Words(_NAME), nullable=False, server_default=""),
    Column("object", Words(_NAME), nullable=False, server_default=""),
    Column("mode", Words(20), nullable=False),
    Column("ended", Boolean, nullable=False, server_default=sql_false()),
    _id("created_by"),
    Column("created_at", Instant, nullable=False),
)
Index("ix_tessera_substitution_principal", SUBSTITUTION.c.principal, SUBSTITUTION.c.ends_at)
# what a process keeps of a record: while a row is there the counter lets only its fields be changed.
# ``kind``: record (all but ``fields`` is locked) or change (``fields`` are reserved, the rest is free)
HOLD = Table(
    "tessera_hold",
    METADATA,
    Column("object", Words(_NAME), primary_key=True),
    _id("record", primary=True),
    _id("instance", primary=True),
    Column("kind", Words(20), nullable=False),
    Column("flow", Words(_NAME), nullable=False),
    Column("fields", Json, nullable=False),
    Column("revised", Json, nullable=False),
    _id("reviser", nullable=True),
)
# the newest approval of a record in a slot: with which version it was approved, and whether that still holds
APPROVED = Table(
    "tessera_approved",
    METADATA,
    Column("object", Words(_NAME), primary_key=True),
    _id("record", primary=True),
    Column("slot", Words(_NAME), primary_key=True),
    _id("instance"),
    Column("record_version", BigInteger, nullable=False),
    Column("material", Json, nullable=False),
    Column("stale", Boolean, nullable=False, server_default=sql_false()),
)

# the database itself keeps the trail: nothing is altered, and a row leaves only for the archive, which keeps it
GUARDED = (PROCESS_EVENT.name, ARCHIVED_EVENT.name)
_SAID = "'rows of the trail are only ever added'"
_ARCHIVED = """EXISTS (SELECT 1 FROM tessera_archived_event AS kept
WHERE kept.instance = OLD.instance AND kept.seq = OLD.seq AND kept.hash = OLD.hash)"""
_SQLITE_DROP = "DROP TRIGGER IF EXISTS {table}_no_{verb}"
_SQLITE = f"""CREATE TRIGGER {{table}}_no_{{verb}} BEFORE {{verb}} ON {{table}} {{when}}
BEGIN SELECT RAISE(ABORT, {_SAID}); END"""
_FUNCTION = f"""CREATE OR REPLACE FUNCTION tessera_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP = 'DELETE' AND TG_TABLE_NAME = '{PROCESS_EVENT.name}' THEN IF {_ARCHIVED} THEN RETURN OLD; END IF; END IF;
RAISE EXCEPTION {_SAID} USING ERRCODE = '42501'; END $$"""
_POSTGRES_DROP = "DROP TRIGGER IF EXISTS {table}_only_added ON {table}"
_POSTGRES = """CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION tessera_only_added()"""
_RIGHTS = "REVOKE UPDATE, {more}TRUNCATE ON {table} FROM CURRENT_ROLE"
_LEAVING = f"GRANT DELETE ON {PROCESS_EVENT.name} TO CURRENT_ROLE"


def guards(table: str, dialect: str) -> tuple[str, ...]:
    """Return what makes a table of the trail append-only, also where an older version of the engine made it."""
    if table not in GUARDED:
        return ()
    trail = table == PROCESS_EVENT.name
    if dialect == "sqlite":
        drops = [_SQLITE_DROP.format(table=table, verb=verb) for verb in ("update", "delete")]
        leaving = f"WHEN NOT {_ARCHIVED}" if trail else ""
        update = _SQLITE.format(table=table, verb="update", when="")
        return (*drops, update, _SQLITE.format(table=table, verb="delete", when=leaving))
    made = (_FUNCTION, _POSTGRES_DROP.format(table=table), _POSTGRES.format(table=table))
    if trail:
        return (*made, _RIGHTS.format(table=table, more=""), _LEAVING)
    return (*made, _RIGHTS.format(table=table, more="DELETE, "))
