"""What stands out on a card or an entry: the first alert of its view whose condition is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import AlertModel
from engine.records.reading import facts_of
from engine.rules import Run
from engine.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class Alert:
    """What stands out, in words and a tone."""

    text: str
    tone: str


def first_alert(desk: Desk, alerts: Sequence[AlertModel], values: Mapping[str, Any]) -> Alert | None:
    """Return the first alert that is true of a record."""
    if not alerts:
        return None
    facts = {**facts_of(dict(values)), "actor": desk.policy.facts}
    run = Run(desk.context.now(), desk.context.zone)
    for alert in alerts:
        run.restart()
        if alert.when.evaluate(facts, run) is True:
            return Alert(desk.title(alert.say), alert.tone)
    return None
