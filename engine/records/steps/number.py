"""Number: taken as late as possible; then the formulas that mention it."""

from __future__ import annotations

from engine.records.batch import Batch
from engine.records.calculating import calculate
from engine.records.numbering import give_numbers
from engine.records.unit import Unit


def number(batch: Batch, unit: Unit) -> None:
    """Give every new record that lacks them its numbers, and others those that an effect wishes for them."""
    standing = [draft for draft in batch.families() if draft.standing and (draft.action == "create" or draft.wished)]
    give_numbers(standing, unit)
    for draft in batch.standing():
        if draft.plan.numbered:
            calculate(draft, unit, numbered=True)
