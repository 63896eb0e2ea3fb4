"""Conversions that happened: one row per source and turn, whose key keeps two from being the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from engine.storage.sessions import Session
from engine.storage.timer_tables import CONVERTED


def converted(session: Session, conversion: str, record: str) -> list[Mapping[str, Any]]:
    """Return what the conversions of a record made, oldest first."""
    chosen = select(CONVERTED.c.made).where(CONVERTED.c.conversion == conversion, CONVERTED.c.record == record)
    return list(session.execute(chosen.order_by(CONVERTED.c.turn)).scalars())


def note_converted(
    session: Session, conversion: str, record: str, turn: int, made: Mapping[str, Any], who: tuple[str, datetime]
) -> None:
    """Note a conversion; a twin of the same turn violates its key."""
    values = {"conversion": conversion, "record": record, "turn": turn, "made": dict(made)}
    session.execute(insert(CONVERTED).values(**values, actor=who[0], at=who[1]))
