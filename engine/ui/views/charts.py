"""Charts and dashboards: figures that lead to their records."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from engine.analytics import may_see_chart
from engine.kernel.errors import Missing
from engine.metamodel.model.analysis import DashboardModel, TileModel
from engine.metamodel.periods import ALL_TIMES
from engine.records import Listing
from engine.ui.door import Call, Route
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.chart_addresses import ChartAddress, DashboardAddress
from engine.ui.screens.charts import ChartScreen, build_chart
from engine.ui.screens.columns import column_specs, draw_rows
from engine.ui.screens.dashboards import (
    Filter,
    Tile,
    build_dashboard,
    period_filter,
    value_filter,
)
from engine.ui.screens.lists import Head
from engine.ui.widgets import widget_of

_ROWS = 6
_COLUMNS = 5
_MOST = 200


def show_chart(call: Call) -> Response:
    """Draw a chart with its table."""
    desk = call.desk
    name = call.place["chart"]
    model = desk.model.charts.get(name)
    if model is None:
        raise Missing("no_such_page")
    address = ChartAddress(name, _period(call), _pairs(call, "f."), _pairs(call, "open."))
    sheet = call.services.analytics.chart(call.context, name, address.ask())
    has_period = desk.model.datasets[model.dataset].period is not None and model.period != ALL_TIMES
    filters = (period_filter(desk, address, model.period),) if has_period else ()
    return call.page("chart", build_chart(desk, sheet, address), filters=filters)


def show_dashboard(call: Call) -> Response:
    """Draw a dashboard; charts that are not for the reader are left out."""
    desk, name = call.desk, call.place["dashboard"]
    board = call.services.analytics.dashboard(call.context, name)
    address = DashboardAddress(name, _period(call), _pairs(call, "f."))
    figures: list[ChartScreen] = []
    tiles: list[Tile] = []
    for tile in board.tiles:
        if tile.list is not None:
            tiles += _list_tile(call, tile)
            continue
        chart = desk.model.charts[tile.chart or ""]
        if not may_see_chart(desk.policy, desk.model, chart):
            continue
        period = address.period if address.period is not None or "period" not in board.filters else board.period
        if chart.period == ALL_TIMES:
            period = None
        screen = _chart(call, ChartAddress(chart.name, period, address.filters))
        if screen.shape == "figure":
            figures.append(screen)
        else:
            title = desk.title(tile.title) or screen.title
            note = "" if "period" in board.filters else screen.note
            tiles.append(Tile(title, screen.address.url(), tile.width, note, screen))
    return call.page("dashboard", build_dashboard(desk, board, tuple(_filters(call, board, address)), figures, tiles))


# ----------------------------------------------------------------------------------------------------------------------


def _chart(call: Call, address: ChartAddress) -> ChartScreen:
    sheet = call.services.analytics.chart(call.context, address.name, address.ask())
    return build_chart(call.desk, sheet, address)


def _list_tile(call: Call, tile: TileModel) -> Iterator[Tile]:
    desk = call.desk
    model = desk.model.lists[tile.list or ""]
    found = desk.model.objects[model.object]
    if not desk.may(found.name, "read"):
        return
    specs = column_specs(desk, model)[:_COLUMNS]
    fields = dict.fromkeys([*(spec.path for spec in specs), found.display, "id", "version"])
    listing = Listing(found.name, fields=tuple(fields), limit=_ROWS, view=tile.view)
    page = call.services.records.list(call.context, listing)
    view = next((view for view in model.views if view.name == tile.view), None)
    title = desk.title(tile.title) or desk.title(view.title if view is not None else found.plural)
    heads = tuple(Head(spec.title, widget_of(spec.field).numeric) for spec in specs)
    href = ListAddress(found.name, view=tile.view or "").url()
    yield Tile(title, href, tile.width, heads=heads, rows=draw_rows(desk, found, specs, page.records))


def _filters(call: Call, board: DashboardModel, address: DashboardAddress) -> Iterator[Filter]:
    desk = call.desk
    for name in board.filters:
        if name == "period":
            yield period_filter(desk, address, board.period)
            continue
        spots = call.services.analytics.choices(call.context, board, name)
        if spots:
            yield value_filter(desk, address, name, _title(call, board, name), spots)


def _title(call: Call, board: DashboardModel, name: str) -> str:
    for tile in board.tiles:
        chart = call.desk.model.charts.get(tile.chart or "")
        dimension = call.desk.model.datasets[chart.dataset].dimensions.get(name) if chart is not None else None
        if dimension is not None:
            return call.desk.title(dimension.title)
    return name


def _period(call: Call) -> str | None:
    return call.request.args.get("period")


def _pairs(call: Call, prefix: str) -> tuple[tuple[str, str], ...]:
    found = [
        (name.removeprefix(prefix), value[:_MOST])
        for name, value in call.request.args.items()
        if name.startswith(prefix) and value
    ]
    return tuple(found)


ROUTES = (
    Route("GET", "/charts/<chart>", show_chart),
    Route("GET", "/dashboards/<dashboard>", show_dashboard),
)
