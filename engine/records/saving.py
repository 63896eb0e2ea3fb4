"""The way of every save, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.records.batch import Batch
from engine.records.change import Change
from engine.records.ripple import ripple
from engine.records.steps.admit import admit
from engine.records.steps.allow import allow
from engine.records.steps.announce import announce
from engine.records.steps.audit import audit
from engine.records.steps.check import check
from engine.records.steps.fill import fill
from engine.records.steps.number import number
from engine.records.steps.shape import shape
from engine.records.steps.write import write
from engine.records.unit import Unit

SaveStep = Callable[[Batch, Unit], None]

SAVE_STEPS: tuple[SaveStep, ...] = (
    admit,
    shape,
    fill,
    check,
    allow,
    number,  # the counter is locked from here on
    write,
    audit,
    announce,
)
# after these the drafts are judged: one that cannot be saved goes no further
VERDICTS: frozenset[SaveStep] = frozenset({admit, check, allow, number})


def save(batch: Batch, unit: Unit) -> list[Change]:
    """Take drafts through all rooms; then make true what elsewhere depends on them. Return what came of each draft."""
    for step in SAVE_STEPS:
        step(batch, unit)
        if step in VERDICTS:
            batch.settle()
    changes = [change for change, _ in batch.told]
    later = {(change.object, change.id): change for change in ripple(changes, unit)}
    return [_newest(change, later.get((change.object, change.id))) for change in changes]


def _newest(change: Change, recalculated: Change | None) -> Change:
    """Return a change with what the ripple made of the same record."""
    if recalculated is None:
        return change
    return replace(change, version=recalculated.version, after=recalculated.after)


def judge(batch: Batch, unit: Unit) -> None:
    """Take drafts through the rooms that write nothing; what is wrong stays with each draft."""
    for step in (admit, shape, fill, check, allow):
        step(batch, unit)
