"""Audit: who changed what from what to what; written with the events, beside the change itself."""

from __future__ import annotations

from engine.records.batch import Batch
from engine.records.trail import tell
from engine.records.unit import Unit


def audit(batch: Batch, unit: Unit) -> None:
    """Say of each changed record and line what became of it."""
    batch.told = tell([change for draft in batch.standing() for change in draft.changes()], unit)
