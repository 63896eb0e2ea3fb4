"""A task as it can be decided from afar, and what messaging needs of the approvals for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Card:
    """A task as it can be decided from afar. ``why_not``: empty, or web (beyond the limit), sign, no_sms.

    ``material`` is a digest of the data that an approval stands for; ``closed`` says who decided and when.
    """

    task: str
    number: str
    title: str
    summary: str
    material: str
    why_not: str = ""
    comment: frozenset[str] = frozenset()
    closed: str = ""


class Desk(Protocol):
    """What messaging needs of the approvals."""

    def card(self, tenant: str, task: str, user: str) -> Card | None:
        """Return a task that is or was this person's; None for others."""
        ...

    def decide(self, tenant: str, user: str, task: str, decision: str, told: Mapping[str, Any]) -> None:
        """Decide; ``told`` holds comment, channel, key and material. Raises what the approvals raise."""
        ...

    def about(self, tenant: str, user: str, verb: str, number: str, key: str) -> str:
        """Urge, withdraw or look up by the record's number; return what to answer."""
        ...
