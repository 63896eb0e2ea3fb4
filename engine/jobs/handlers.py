"""Who hears of what has happened: a fixed table, given by wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.kernel.clock import Clock
from engine.kernel.events import Event
from engine.metamodel.model import TenantModel
from engine.storage import Session, outbox


@dataclass(frozen=True, slots=True)
class Occasion:
    """One event in the hands of one handler. ``at``: when it happened; ``attempt`` counts from 1."""

    tenant: str
    event: Event
    at: datetime
    attempt: int
    handler: str
    clock: Clock

    def once(self, session: Session, part: str = "") -> bool:
        """Tell whether the effect that ``session`` is about to commit is the first one.

        To be asked inside the effect's own transaction: the row that remembers it commits with it. ``part`` tells
        several effects of one handler apart, e.g. the name of a rule.
        """
        return outbox.note_handled(session, self.event.id, self._name(part), self.clock.now())

    def was_done(self, session: Session, part: str = "") -> bool:
        """Tell whether an effect was done by an earlier attempt."""
        return outbox.was_handled(session, self.event.id, self._name(part))

    def _name(self, part: str) -> str:
        return f"{self.handler}/{part}" if part else self.handler


@dataclass(frozen=True, slots=True)
class Handler:
    """A subscriber. ``wants`` is asked once for a model and a name of events; ``act`` may be called twice.

    An exception means: later again. After ten failures the event is dead until somebody replays it.
    """

    name: str
    wants: Callable[[TenantModel, str], bool]
    act: Callable[[Occasion], None]
    # for effects that are a few rows and nothing else: many events in one transaction of the relay's, which asks once
    write: Callable[[Session, Occasion], None] | None = None
    # asked besides ``wants``, in a transaction of the tenant: for subscribers that most tenants do not have
    here: Callable[[Session], bool] | None = None
