"""The state of one evaluation: its instant and zone, its budget, and the reasons why something became null."""

from __future__ import annotations

import time as timer
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.kernel.catalogue import code_of
from engine.kernel.source import NOWHERE, Span
from engine.rules.limits import DEFAULT, Limits
from engine.rules.wording import worded


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the name that the interface promises
    """Why a result is null, or what was passed over. ``span`` is the place of the node."""

    code: str
    span: Span
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return the sentence in ``language``."""
        return code_of(self.code).sentence(worded(self.params)).in_language(language)


class LimitReached(Exception):
    """A limit stops the evaluation; it never leaves an expression, whose result is null then."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


LIMITS_REACHED = frozenset({"FEEL240", "FEEL241", "FEEL242", "FEEL243", "FEEL244"})
Records = Callable[[str, Any, frozenset[tuple[str, ...]]], Mapping[str, Any]]
"""Completes what is known of a record: its object, what is known of it (or its id), the paths that are wanted."""


class Run:
    """Everything an evaluation may know besides its names. One run may serve many expressions, one after another.

    ``records`` is asked for what a stored rule reads of a record; without it a rule sees what it is handed.
    ``language`` is the reader's, where records are told by their titles; no rule depends on it.
    """

    __slots__ = (
        "_seen",
        "_today",
        "_warnings",
        "calls",
        "deadline",
        "language",
        "limits",
        "now",
        "records",
        "slots",
        "steps",
        "tracer",
        "zone",
    )

    def __init__(self, now: datetime, zone: ZoneInfo | None = None, limits: Limits = DEFAULT) -> None:
        self.now = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
        self.zone = zone or ZoneInfo("UTC")
        self.limits = limits
        self.steps = limits.steps
        self.deadline = 0.0
        self.calls = 0
        self.language = ""
        self.slots: list[Any] = []
        self.tracer: Any = None
        self.records: Records | None = None
        self._warnings: list[Warning] = []
        self._seen = 0
        self._today: date | None = None

    @classmethod
    def idle(cls) -> Run:
        """Return a run for what does not depend on time, such as a table's own constants."""
        return cls(datetime(1970, 1, 1, tzinfo=UTC))

    @property
    def today(self) -> date:
        """The calendar date in the run's zone."""
        if self._today is None:
            self._today = self.now.astimezone(self.zone).date()
        return self._today

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """The first warnings, as many as the limits say."""
        return tuple(self._warnings)

    def limited_since(self, count: int) -> bool:
        """Tell whether a limit made a null since there were ``count`` warnings."""
        return any(warning.code in LIMITS_REACHED for warning in self._warnings[count:])

    def warn(self, code: str, span: Span = NOWHERE, /, **params: Any) -> Any:
        """Keep the reason for a null. Returns None, so that it can be returned in the null's place."""
        self._seen += 1
        if len(self._warnings) < self.limits.warnings:
            self._warnings.append(Warning(code, span, params))
        return None

    def charge(self, steps: int) -> None:
        """Take ``steps`` from the budget; when it is used up, or time is, the evaluation ends."""
        before = self.steps
        self.steps = after = before - steps
        if after < 0:
            raise LimitReached("FEEL240", max=self.limits.steps)
        if before >> 10 != after >> 10:
            self._look_at_the_clock()

    def restart(self) -> None:
        """Refill the budget, for the next independent evaluation with the same run."""
        self.steps = self.limits.steps
        self.deadline = 0.0

    def _look_at_the_clock(self) -> None:
        present = timer.monotonic()
        if not self.deadline:
            self.deadline = present + self.limits.seconds
        elif present > self.deadline:
            raise LimitReached("FEEL241", max=self.limits.seconds)


class Condition(Protocol):
    """What can be asked of a record, in whatever syntax it was written."""

    @property
    def text(self) -> str:
        """What was written."""

    @property
    def reads(self) -> frozenset[tuple[str, ...]]:
        """The paths that it looks at."""

    def evaluate(self, names: Mapping[str, Any], run: Run) -> Any:
        """Return true, false or null; never raises for bad data."""
