"""A dashboard ready to be drawn: its filters, the figures at its head, and its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from engine.analytics import Spot
from engine.metamodel.model.analysis import DashboardModel
from engine.metamodel.periods import RELATIVE
from engine.ui.desk import Desk
from engine.ui.screens.chart_addresses import values_by_name
from engine.ui.screens.charts import ChartScreen
from engine.ui.screens.columns import ListRow
from engine.ui.screens.lists import ColumnHead
from engine.ui.screens.ways import Way

PERIODS = tuple(name for name in RELATIVE if name not in ("today", "this_week"))


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what it is set to, and what else it may be set to. ``dates``: days may be typed as well; the address
    that they are sent to, what stands in it already, and the two days."""

    title: str
    current: str
    ways: tuple[Way, ...]
    dates: Dates | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """A form for two days: where it goes, what goes with it, and what stands in it."""

    action: str
    kept: tuple[tuple[str, str], ...]
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A chart, or the first rows of a list."""

    title: str
    href: str
    width: int
    note: str = ""
    chart: ChartScreen | None = None
    heads: tuple[ColumnHead, ...] = ()
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
    action, _, query = address.url(period=None).partition("?")
    first, _, last = now.partition("..") if ".." in now else ("", "", "")
    current = desk.say(f"span.{now}") if now in RELATIVE else now.replace("..", " – ") or desk.say("chart.all_times")
    dates = Dates(action, tuple(parse_qsl(query)), first, last)
    return Filter(desk.say("chart.period"), current, tuple(ways), dates=dates)


def value_filter(desk: Desk, address: Any, name: str, title: str, spots: Sequence[Spot]) -> Filter:
    """Return the choice of values of a dimension, several of which may be chosen; ``address`` is a chart's or a
    dashboard's."""
    now = values_by_name(address.filters).get(name, [])
    ways = [Way(desk.say("chart.every"), "", address.narrowed(name, ""), not now)]
    ways += [Way(desk.title(spot.title), "", address.narrowed(name, spot.value), spot.value in now) for spot in spots]
    chosen = [way.title for way in ways[1:] if way.current]
    current = desk.say("chart.several", n=len(chosen)) if len(chosen) > 2 else desk.say("chart.joined").join(chosen)
    return Filter(title, current or desk.say("chart.every"), tuple(ways))
