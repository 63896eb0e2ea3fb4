"""Who asks, for which tenant, in which language, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.kernel.clock import Clock, SystemClock, today


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a user stands in the organisation today, besides his unit; ids of records, ``superior`` of a user.

    ``nodes`` are, for each tree, those he is a member of with all below them. ``receivers`` are the names under which
    records are shared with him.
    """

    departments: frozenset[str] = frozenset()
    company: str | None = None
    companies: frozenset[str] = frozenset()
    companies_below: frozenset[str] = frozenset()
    group_companies: frozenset[str] = frozenset()
    company_units: frozenset[str] = frozenset()
    companies_below_units: frozenset[str] = frozenset()
    group_units: frozenset[str] = frozenset()
    position: str | None = None
    positions: frozenset[str] = frozenset()
    superior: str | None = None
    teams: frozenset[str] = frozenset()
    team_users: frozenset[str] = frozenset()
    nodes: tuple[tuple[str, frozenset[str]], ...] = ()
    receivers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stead:
    """Somebody in whose place the actor may act now: with which roles of his; None stands for all objects, actions."""

    principal: Actor
    roles: frozenset[str]
    objects: frozenset[str] | None = None
    actions: frozenset[str] | None = None
    privileges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf something is done, with the facts that permission needs.

    ``unit`` is the organisation unit of the actor's post; ``units_below`` holds his units and every unit below them.
    ``steads`` are those in whose place he may act besides. ``system`` marks the engine itself (seeds, installation): it
    holds every grant.
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
    standing: Standing = Standing()
    steads: tuple[Stead, ...] = ()


SYSTEM = Actor(user="system", login="system", name="system", administrator=True, system=True)


@dataclass(slots=True)
class Witness:
    """A caller who was let in by what the process remembers, and whether that was found to be still so.

    ``access`` is the version of the facts by which he is known, ``model`` that of the definitions. The first statement
    of his request that reads or writes records tells what ``access`` is now; nothing is answered before (R23).
    """

    access: int
    model: int
    confirmed: bool = False

    def agrees(self, access: int) -> bool:
        """Take the version as the database has it; tell whether the caller is known by it. The first word counts: what
        a request itself changes later is no news of its caller."""
        self.confirmed = self.confirmed or access == self.access
        return self.confirmed


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a verb needs to know about its caller; passed by hand, never taken from the air.

    ``read_only``: whoever sees with another's eyes changes nothing. ``witness``: the caller was let in by memory.
    """

    tenant: str
    actor: Actor
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    clock: Clock = field(default_factory=SystemClock)
    request_id: str = ""
    read_only: bool = False
    witness: Witness | None = field(default=None, compare=False)

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Return the tenant's calendar date."""
        return today(self.clock, self.zone)
