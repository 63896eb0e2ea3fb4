"""The bodies of the routes about rights, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.kernel.errors import Malformed

MOST = 300


class Body:
    """What was sent. Keys that nobody asked for are refused when the reading ends."""

    def __init__(self, sent: Mapping[str, Any], *known: str) -> None:
        unknown = sorted(set(sent) - set(known))
        if unknown:
            raise Malformed("unknown_parameter", name=unknown[0][:60], known=", ".join(known))
        self._sent = sent

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        value = self._sent.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value or len(value) > MOST:
            raise self._wrong(name, value, "a text")
        return value

    def truth(self, name: str) -> bool | None:
        """Return true or false, or None when it is not sent."""
        value = self._sent.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, value, "true, false")
        return value

    def names(self, name: str) -> frozenset[str] | None:
        """Return a list of names, or None when it is not sent."""
        value = self._sent.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, str) for one in value):
            raise self._wrong(name, value, "a list of names")
        return frozenset(value)

    def moment(self, name: str, *, required: bool = False) -> datetime | None:
        """Return an instant with its zone."""
        value = self._sent.get(name)
        if value is None and not required:
            return None
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise self._wrong(name, value, "2026-12-31T18:00:00+08:00")
        return found.astimezone(UTC)

    def _wrong(self, name: str, value: Any, allowed: str) -> Malformed:
        return Malformed("bad_parameter", name=name, value=str(value)[:40], allowed=allowed)
