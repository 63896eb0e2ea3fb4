"""Audit: who changed what from what to what, beside the change itself."""

from __future__ import annotations

from engine.records.batch import Batch
from engine.records.trail import keep_trail
from engine.records.unit import Unit


def audit(batch: Batch, unit: Unit) -> None:
    """Write one entry per changed record and line."""
    batch.told = keep_trail([change for draft in batch.standing() for change in draft.changes()], unit)
