"""What the relay hands to the handlers of the workflow."""

from __future__ import annotations

from typing import Protocol

from engine.kernel.events import Event
from engine.storage import Session


class Heard(Protocol):
    """One event in the hands of a handler."""

    @property
    def tenant(self) -> str: ...

    @property
    def event(self) -> Event: ...

    def once(self, session: Session, part: str = "") -> bool: ...
