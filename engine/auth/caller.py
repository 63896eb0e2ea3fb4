"""The one who is at the door, known by a session or a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from engine.kernel.clock import Clock
from engine.kernel.context import Actor, Context, Witness
from engine.kernel.errors import Refused

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = ("read", "write")


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor of a tenant, and how he was known. ``key`` is the id of the session or token as it is stored;
    ``session`` is what the browser holds, empty for a token. ``access`` is the version of the facts that the actor was
    made of."""

    tenant: str
    actor: Actor
    language: str
    scopes: frozenset[str]
    via: Literal["session", "token"]
    key: str
    session: str = field(default="", repr=False)
    access: int = -1

    def require(self, scope: Scope) -> None:
        """Raise Refused unless the session or token may do this."""
        if scope not in self.scopes:
            raise Refused("token_read_only")

    def context(
        self, clock: Clock, zone: ZoneInfo, language: str, request_id: str, witness: Witness | None = None
    ) -> Context:
        """Return the context for a request of this caller."""
        spoken = language or self.language
        return Context(self.tenant, self.actor, spoken, zone, clock, request_id, witness=witness)
