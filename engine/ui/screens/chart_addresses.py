"""The addresses of charts and dashboards: which one, over which period, narrowed by what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from engine.analytics import Ask


@dataclass(frozen=True, slots=True)
class ChartAddress:
    """Which chart, over which period, narrowed by what, and looked into where."""

    name: str
    period: str | None = None
    filters: tuple[tuple[str, str], ...] = ()
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
        return Ask(self.period, "", dict(self.filters), dict(self.opened))


@dataclass(frozen=True, slots=True)
class DashboardAddress:
    """Which dashboard, over which period, narrowed by what."""

    name: str
    period: str | None = None
    filters: tuple[tuple[str, str], ...] = ()

    def url(self, **changes: Any) -> str:
        """Return the address, changed."""
        changed = replace(self, **changes)
        pairs = [] if changed.period is None else [("period", changed.period)]
        pairs += [(f"f.{name}", value) for name, value in changed.filters if value]
        path = f"/dashboards/{changed.name}"
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def narrowed(self, name: str, value: str) -> str:
        """Return the address with one filter set anew."""
        rest = tuple(pair for pair in self.filters if pair[0] != name)
        return self.url(filters=(*rest, (name, value)))
