"""Announce: what has happened goes into the outbox, in the same transaction."""

from __future__ import annotations

from engine.records.batch import Batch
from engine.records.trail import keep_trail
from engine.records.unit import Unit


def announce(batch: Batch, unit: Unit) -> None:
    """Write one entry and one event per changed record and line; the unit remembers what was done."""
    keep_trail(batch.told, unit)
    unit.changes.extend(change for change, _ in batch.told)
