"""What was handled of the outbox, and when scheduled jobs ran."""

from __future__ import annotations

from sqlalchemy import Column, Table

from engine.storage.column_types import ID_LENGTH
from engine.storage.sql_types import Instant, Words
from engine.storage.system import METADATA

# a row is written in the transaction of an effect: a second one cannot commit
HANDLED = Table(
    "tessera_handled",
    METADATA,
    Column("event", Words(ID_LENGTH), primary_key=True),
    Column("handler", Words(160), primary_key=True),
    Column("at", Instant, nullable=False),
)
# the last instant for which a scheduled job of the engine was put into the queue
SCHEDULE = Table(
    "tessera_schedule",
    METADATA,
    Column("name", Words(60), primary_key=True),
    Column("ran_for", Instant, nullable=False),
)
