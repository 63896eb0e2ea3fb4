"""What a channel is: it hands one message over, or says why not and whether to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way. ``key`` is the same at every attempt, so that the other side can drop repeats."""

    tenant: str
    key: str
    address: str
    subject: str = ""
    body: str = ""
    html: str = ""
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """It was handed over. ``state``: sent, when a receipt may follow; delivered, when none does.

    ``parts`` are the gateway's numbers, by which its receipts speak; ``answer`` is what the other side said at once.
    """

    state: str = "sent"
    gateway: str = ""
    parts: tuple[str, ...] = ()
    answer: bytes | None = None


class Temporary(Exception):
    """It may work later."""


class Permanent(Exception):
    """It will never work as it is."""


class PutOff(Exception):
    """Later, without counting a failure: the way is not open now."""

    def __init__(self, why: str, wait: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(why)
        self.wait = wait


class Channel(Protocol):
    """A way out. Several threads use it at once."""

    @property
    def name(self) -> str: ...

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand a message over; raises Temporary, Permanent or PutOff."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...
