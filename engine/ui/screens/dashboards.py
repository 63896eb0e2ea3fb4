"""A dashboard ready to be drawn: its filters, the figures at its head, and its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.analytics import Spot
from engine.metamodel.model.analysis import DashboardModel
from engine.metamodel.periods import RELATIVE
from engine.ui.desk import Desk
from engine.ui.screens.chart_addresses import DashboardAddress
from engine.ui.screens.charts import ChartScreen
from engine.ui.screens.columns import ListRow
from engine.ui.screens.lists import Head
from engine.ui.screens.ways import Way

PERIODS = tuple(name for name in RELATIVE if name not in ("today", "this_week"))


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what it is set to, and what else it may be set to."""

    title: str
    current: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A chart, or the first rows of a list."""

    title: str
    href: str
    width: int
    note: str = ""
    chart: ChartScreen | None = None
    heads: tuple[Head, ...] = ()
    rows: tuple[ListRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DashboardScreen:
    """A dashboard ready to be drawn; ``figures`` are its charts of a single figure."""

    title: str
    icon: str
    filters: tuple[Filter, ...]
    figures: tuple[ChartScreen, ...]
    tiles: tuple[Tile, ...]


def build_dashboard(
    desk: Desk, board: DashboardModel, filters: Sequence[Filter], figures: Sequence[ChartScreen], tiles: Sequence[Tile]
) -> DashboardScreen:
    """Return the page of a dashboard."""
    return DashboardScreen(desk.title(board.title), board.icon, tuple(filters), tuple(figures), tuple(tiles))


def period_filter(desk: Desk, address: Any, default: str | None) -> Filter:
    """Return the choice of a period; ``address`` is a chart's or a dashboard's."""
    now = address.period if address.period is not None else default or ""
    ways = [Way(desk.say("chart.all_times"), "", address.url(period=""), not now)]
    ways += [Way(desk.say(f"span.{name}"), "", address.url(period=name), now == name) for name in PERIODS]
    current = desk.say(f"span.{now}") if now in RELATIVE else now or desk.say("chart.all_times")
    return Filter(desk.say("chart.period"), current, tuple(ways))


def value_filter(desk: Desk, address: DashboardAddress, name: str, title: str, spots: Sequence[Spot]) -> Filter:
    """Return the choice of a value of a dimension."""
    now = dict(address.filters).get(name, "")
    ways = [Way(desk.say("chart.every"), "", address.narrowed(name, ""), not now)]
    ways += [Way(desk.title(spot.title), "", address.narrowed(name, spot.value), now == spot.value) for spot in spots]
    current = next((way.title for way in ways if way.current), desk.say("chart.every"))
    return Filter(title, current, tuple(ways))
