"""The engine's tables of permission: what was shared by hand, and who acts in whose place."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Instant, Json, Words
from engine.storage.system import METADATA

_NAME = 60
# ``receiver`` is ``user:id``, ``role:name``, ``position:id``, ``unit:id``, ``branch:id`` or ``team:id``
SHARE = Table(
    "tessera_share",
    METADATA,
    Column("id", Words(ID_LENGTH), primary_key=True),
    Column("object", Words(_NAME), nullable=False),
    Column("record", Words(ID_LENGTH), nullable=False),
    Column("receiver", Words(300), nullable=False),
    Column("level", Integer, nullable=False),
    Column("until", Instant),
    Column("note", Words(400), nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Column("by", Words(ID_LENGTH), nullable=False),
    UniqueConstraint("object", "record", "receiver", name="uq_tessera_share"),
)
Index("ix_tessera_share_receiver", SHARE.c.receiver, SHARE.c.object, SHARE.c.record)
# empty ``roles``, ``objects``, ``actions`` stand for all; ``until`` is not included
DELEGATION = Table(
    "tessera_delegation",
    METADATA,
    Column("id", Words(ID_LENGTH), primary_key=True),
    Column("principal", Words(ID_LENGTH), ForeignKey("tessera_user.id"), nullable=False),
    Column("delegate", Words(ID_LENGTH), ForeignKey("tessera_user.id"), nullable=False),
    Column("from", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("roles", Json),
    Column("objects", Json),
    Column("actions", Json),
    Column("privileges", Json),
    Column("note", Words(400), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Words(ID_LENGTH), nullable=False),
    Column("ended_at", Instant),
)
Index("ix_tessera_delegation_delegate", DELEGATION.c.delegate, DELEGATION.c.until)
Index("ix_tessera_delegation_principal", DELEGATION.c.principal, DELEGATION.c.until)
