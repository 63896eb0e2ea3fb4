"""Messages, their deliveries, what people want to hear, and what came in: the engine's tables of messaging."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, false, literal_column, true

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Instant, Json, Words
from engine.storage.system import METADATA

_NAME = 60


def _id() -> Column[str]:
    return Column("id", Words(ID_LENGTH), primary_key=True)


def _user(name: str = "user", *, key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, Words(ID_LENGTH), ForeignKey("tessera_user.id"), primary_key=key, nullable=nullable)


# what one person was told; ``key`` makes a repetition of the same telling impossible
MESSAGE = Table(
    "tessera_message",
    METADATA,
    _id(),
    Column("key", Words(200), nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    _user(nullable=True),
    Column("category", Words(_NAME), nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("subject", Words(), nullable=False),
    Column("body", Words(), nullable=False),
    Column("language", Words(20), nullable=False),
    Column("object", Words(_NAME), nullable=False, server_default=""),
    Column("record", Words(ID_LENGTH), nullable=False, server_default=""),
    Column("task", Words(ID_LENGTH)),
    Column("link", Words(500), nullable=False, server_default=""),
    Column("in_bell", Boolean, nullable=False, server_default=true()),
    Column("read_at", Instant),
)
Index("ix_tessera_message_user", MESSAGE.c.user, MESSAGE.c.id)
_UNREAD = MESSAGE.c.read_at.is_(None)
Index("ix_tessera_message_unread", MESSAGE.c.user, sqlite_where=_UNREAD, postgresql_where=_UNREAD)
Index("ix_tessera_message_task", MESSAGE.c.task, MESSAGE.c.user)

# one way out each. ``line``: of one line a later one never goes before an earlier one. ``token`` as in the outbox
DELIVERY = Table(
    "tessera_delivery",
    METADATA,
    _id(),
    Column("message", Words(ID_LENGTH), ForeignKey("tessera_message.id")),
    Column("key", Words(200), nullable=False, unique=True),
    Column("channel", Words(20), nullable=False),
    Column("address", Words(500), nullable=False),
    Column("subject", Words(), nullable=False, server_default=""),
    Column("body", Words(), nullable=False, server_default=""),
    Column("html", Words(), nullable=False, server_default=""),
    Column("payload", Json),
    Column("line", Words(300)),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("state", Words(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parts", Json),
    Column("sent_at", Instant),
    Column("delivered_at", Instant),
    Column("error", Words()),
)
# written out, so that both databases see that a statement means the rows of this index
STILL: Any = literal_column("'waiting'")
_WAITING = DELIVERY.c.state == STILL
Index("ix_tessera_delivery_open", DELIVERY.c.due_at, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_tessera_delivery_line", DELIVERY.c.line, DELIVERY.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_tessera_delivery_message", DELIVERY.c.message)
# the gateway's own numbers of what was sent, by which its receipts speak
PART = Table(
    "tessera_delivery_part",
    METADATA,
    Column("gateway", Words(_NAME), primary_key=True),
    Column("external", Words(200), primary_key=True),
    Column("delivery", Words(ID_LENGTH), ForeignKey("tessera_delivery.id"), nullable=False),
    Column("state", Words(20), nullable=False),
)
Index("ix_tessera_delivery_part", PART.c.delivery)

PREFERENCE = Table(
    "tessera_message_preference",
    METADATA,
    _user(key=True),
    Column("category", Words(_NAME), primary_key=True),
    Column("channel", Words(20), primary_key=True),
    # on, off or digest
    Column("wish", Words(20), nullable=False),
)
HABIT = Table(
    "tessera_message_habit",
    METADATA,
    _user(key=True),
    Column("quiet_from", Words(5), nullable=False, server_default=""),
    Column("quiet_to", Words(5), nullable=False, server_default=""),
    Column("zone", Words(60), nullable=False, server_default=""),
    Column("digest_at", Words(5), nullable=False, server_default="08:00"),
)

INBOUND = Table(
    "tessera_inbound",
    METADATA,
    _id(),
    Column("channel", Words(20), nullable=False),
    Column("gateway", Words(_NAME), nullable=False),
    # the gateway's id; where it has none, a digest of sender, text and time
    Column("external", Words(200), nullable=False),
    Column("sender", Words(200), nullable=False),
    Column("recipient", Words(200), nullable=False, server_default=""),
    Column("subject", Words(), nullable=False, server_default=""),
    Column("text", Words(), nullable=False),
    Column("at", Instant, nullable=False),
    _user(nullable=True),
    Column("outcome", Words(_NAME), nullable=False, server_default="new"),
    Column("reply", Words(), nullable=False, server_default=""),
)
Index("ux_tessera_inbound", INBOUND.c.channel, INBOUND.c.gateway, INBOUND.c.external, unique=True)
Index("ix_tessera_inbound_sender", INBOUND.c.sender, INBOUND.c.at)

# codes by which a person decides a task from afar; only a hash is kept
REPLY_CODE = Table(
    "tessera_reply_code",
    METADATA,
    _id(),
    Column("hash", Words(100), nullable=False, unique=True),
    Column("way", Words(20), nullable=False),
    Column("task", Words(ID_LENGTH), nullable=False),
    _user(),
    Column("address", Words(200), nullable=False),
    Column("material", Words(100), nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)
Index("ix_tessera_reply_code_task", REPLY_CODE.c.task, REPLY_CODE.c.user)
Index("ix_tessera_reply_code_user", REPLY_CODE.c.user, REPLY_CODE.c.expires_at)
WRONG_CODE = Table(
    "tessera_wrong_code",
    METADATA,
    _id(),
    Column("address", Words(200), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_tessera_wrong_code", WRONG_CODE.c.address, WRONG_CODE.c.at)

# who outside is told of events; the secret signs and is never read back
WEBHOOK = Table(
    "tessera_webhook",
    METADATA,
    _id(),
    Column("name", Words(_NAME), nullable=False, unique=True),
    Column("url", Words(2000), nullable=False),
    Column("secret", Words(200), nullable=False),
    Column("events", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    _user("created_by"),
)
