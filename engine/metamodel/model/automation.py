"""Automations: what is done when something happens, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.effects import Effects
from engine.metamodel.model.phrase import Duration
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A record was created, updated (one of ``fields``; empty: any) or deleted, or it entered or left ``state``."""

    what: Literal["created", "updated", "deleted", "entered", "left"]
    fields: frozenset[str] = frozenset()
    state: str | None = None


@dataclass(frozen=True, slots=True)
class OnDecision:
    """An approval of a record closed, whatever the outcome (``event.data.outcome``)."""

    approval: str


@dataclass(frozen=True, slots=True)
class OnEvent:
    """An event that a pack emits."""

    event: str


@dataclass(frozen=True, slots=True)
class PatternPart:
    """A plain word of a message pattern (``name`` empty), or a place for a value.

    ``range`` takes a whole number from ``low`` to ``high``; ``text`` takes the rest up to the next place.
    """

    text: str = ""
    name: str = ""
    type: Literal["number", "text", "word", "date", "range", ""] = ""
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class OnMessage:
    """A short message that fits a pattern; width and case of letters do not matter. Values in ``event.data.args``."""

    pattern: str
    parts: tuple[PatternPart, ...]


@dataclass(frozen=True, slots=True)
class OnWebhook:
    """A call from outside under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class OnCron:
    """Five fields of a cron expression, in the tenant's zone; or each day at a time."""

    expression: str


@dataclass(frozen=True, slots=True)
class OnDay:
    """Each day at this time, in the tenant's zone."""

    at: time


@dataclass(frozen=True, slots=True)
class OnRelative:
    """For each record, at a distance from a date in it. ``window``: how late it may still be done (plain time)."""

    object: str
    field: str
    offset: Duration
    window: Duration
    yearly: bool = False
    at: time = time(9, 0)


@dataclass(frozen=True, slots=True)
class OnSchedule:
    """Nothing but the effect ``schedule`` runs it."""


Trigger = OnRecord | OnDecision | OnEvent | OnMessage | OnWebhook | OnCron | OnDay | OnRelative | OnSchedule


@dataclass(frozen=True, slots=True)
class AutomationModel:
    """A rule. ``where`` chooses records for rules that no record raised; ``when`` null counts as false.

    ``once``: at most once per record, or per record and value of the watched fields. ``user``: the login that the rule
    runs as when ``run_as`` is user.
    """

    name: str
    object: str
    on: Trigger
    do: Effects
    title: LocalText = EMPTY
    order: int = 100
    enabled: bool = True
    where: Expression | None = None
    when: Expression | None = None
    phase: Literal["in_tx", "after"] = "after"
    run_as: Literal["actor", "system", "user"] = "actor"
    user: str | None = None
    once: Literal["record", "value", "none"] = "none"
    catch_up: Literal["last", "all", "skip"] = "last"
    layer: str = ""
