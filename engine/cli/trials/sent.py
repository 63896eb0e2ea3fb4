"""What people were told: the messages in their bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.trials.stage import TENANT
from engine.storage.message_rows import read_bell

if TYPE_CHECKING:
    from engine.wiring import Engine

_MOST = 200


def sent_to(engine: Engine, user: str) -> list[str]:
    """Return what a user was told, the newest first: subject and text of each message."""
    with engine.shelf.database(TENANT).reading() as session:
        return [f"{one.subject} {one.body}" for one in read_bell(session, user, limit=_MOST)]
