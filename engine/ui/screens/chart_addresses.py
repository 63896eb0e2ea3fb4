"""The addresses of charts and dashboards: which one, over which period, narrowed by what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from engine.analytics import Ask

Filters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChartAddress:
    """Which chart, over which period, narrowed by what, and looked into where."""

    name: str
    period: str | None = None
    filters: Filters = ()
    opened: tuple[tuple[str, str], ...] = ()

    def url(self, **changes: Any) -> str:
        """Return the address, changed."""
        changed = replace(self, **changes)
        pairs = [] if changed.period is None else [("period", changed.period)]
        pairs += [(f"f.{name}", value) for name, value in changed.filters if value]
        pairs += [(f"open.{name}", value) for name, value in changed.opened if value]
        path = f"/charts/{changed.name}"
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def ask(self) -> Ask:
        """Return what is asked of the chart."""
        return Ask(self.period, "", values_by_name(self.filters), dict(self.opened))

    def narrowed(self, name: str, value: str) -> str:
        """Return the address with a value of a filter chosen, or not any more; with all values where it is empty."""
        return self.url(filters=_toggled(self.filters, name, value))


@dataclass(frozen=True, slots=True)
class DashboardAddress:
    """Which dashboard, over which period, narrowed by what."""

    name: str
    period: str | None = None
    filters: Filters = ()

    def url(self, **changes: Any) -> str:
        """Return the address, changed."""
        changed = replace(self, **changes)
        pairs = [] if changed.period is None else [("period", changed.period)]
        pairs += [(f"f.{name}", value) for name, value in changed.filters if value]
        path = f"/dashboards/{changed.name}"
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def narrowed(self, name: str, value: str) -> str:
        """Return the address with a value of a filter chosen, or not any more; with all values where it is empty."""
        return self.url(filters=_toggled(self.filters, name, value))


def values_by_name(filters: Filters) -> dict[str, list[str]]:
    """Return the values of each filter."""
    found: dict[str, list[str]] = {}
    for name, value in filters:
        if value:
            found.setdefault(name, []).append(value)
    return found


def _toggled(filters: Filters, name: str, value: str) -> Filters:
    if not value:
        return tuple(pair for pair in filters if pair[0] != name)
    if (name, value) in filters:
        return tuple(pair for pair in filters if pair != (name, value))
    return (*filters, (name, value))
