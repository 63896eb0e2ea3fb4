"""Who asks, for which tenant, in which language, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.kernel.clock import Clock, SystemClock, today


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf something is done, with the facts that permission needs.

    ``unit`` is the organisation unit of the actor's post; ``units_below`` holds it and every unit below it.
    ``system`` marks the engine itself (seeds, installation): it holds every grant.
    """

    user: str
    login: str
    name: str
    roles: frozenset[str] = frozenset()
    person: str | None = None
    unit: str | None = None
    units_below: frozenset[str] = frozenset()
    administrator: bool = False
    system: bool = False


SYSTEM = Actor(user="system", login="system", name="system", administrator=True, system=True)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a verb needs to know about its caller; passed by hand, never taken from the air."""

    tenant: str
    actor: Actor
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    clock: Clock = field(default_factory=SystemClock)
    request_id: str = ""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Return the tenant's calendar date."""
        return today(self.clock, self.zone)
