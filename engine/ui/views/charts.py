"""Charts and dashboards: figures that lead to their records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response

from engine.analytics import may_see_chart
from engine.kernel.errors import Missing
from engine.metamodel.model.analysis import DashboardModel, TileModel
from engine.metamodel.periods import ALL_TIMES
from engine.records import Listing
from engine.records.conditions import open_views
from engine.ui.door import Call, Route
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.chart_addresses import ChartAddress, DashboardAddress, values_by_name
from engine.ui.screens.charts import ChartScreen, build_chart
from engine.ui.screens.columns import column_specs, draw_rows
from engine.ui.screens.dashboards import (
    Filter,
    Tile,
    build_dashboard,
    period_filter,
    value_filter,
)
from engine.ui.screens.lists import ColumnHead
from engine.ui.widgets import widget_of

_ROWS = 6
_COLUMNS = 5
_MOST, _MOST_VALUES = 200, 50


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
    filters = [period_filter(desk, address, model.period)] if has_period else []
    filters += _narrowing(call, address)
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
    view = next((view for view in open_views(desk.policy, model) if view.name == tile.view), None)
    if tile.view and view is None:
        return
    specs = column_specs(desk, model)[:_COLUMNS]
    fields = dict.fromkeys([*(spec.path for spec in specs), *desk.called(found.name), "id", "version"])
    listing = Listing(found.name, fields=tuple(fields), limit=_ROWS, view=tile.view)
    page = call.services.records.list(call.context, listing)
    title = desk.title(tile.title) or desk.title(view.title if view is not None else found.plural)
    heads = tuple(ColumnHead(spec.title, widget_of(spec.field).numeric) for spec in specs)
    href = ListAddress(found.name, view=tile.view or "").url()
    yield Tile(title, href, tile.width, heads=heads, rows=draw_rows(desk, found, specs, page.records))


def _filters(call: Call, board: DashboardModel, address: DashboardAddress) -> Iterator[Filter]:
    desk = call.desk
    for name in board.filters:
        if name == "period":
            yield period_filter(desk, address, board.period)
            continue
        charts = [tile.chart for tile in board.tiles if tile.chart]
        yield from _value_filter(call, charts, address, name)


def _narrowing(call: Call, address: ChartAddress) -> Iterator[Filter]:
    """Yield what narrows a chart, by the dimensions that it has."""
    dimensions = call.desk.model.datasets[call.desk.model.charts[address.name].dataset].dimensions
    for name in dict.fromkeys(name for name, _ in address.filters):
        if name in dimensions:
            yield from _value_filter(call, [address.name], address, name)


def _value_filter(
    call: Call, charts: Sequence[str], address: ChartAddress | DashboardAddress, name: str
) -> Iterator[Filter]:
    analytics = call.services.analytics
    spots = list(analytics.choices(call.context, charts, name))
    offered = {spot.value for spot in spots}
    # a value from elsewhere, deep in a tree for instance, is told too
    others = [value for value in values_by_name(address.filters).get(name, ()) if value not in offered]
    spots += analytics.named(call.context, charts, name, others) if others else ()
    if spots:
        yield value_filter(call.desk, address, name, _title(call, charts, name), spots)


def _title(call: Call, charts: Sequence[str], name: str) -> str:
    for one in charts:
        chart = call.desk.model.charts.get(one)
        dimension = call.desk.model.datasets[chart.dataset].dimensions.get(name) if chart is not None else None
        if dimension is not None:
            return call.desk.title(dimension.title)
    return name


def _period(call: Call) -> str | None:
    """Return the period of the address; two days that were typed make one."""
    arguments = call.request.args
    first, last = (arguments.get(f"period.{end}", "")[:10] for end in ("from", "to"))
    if first or last:
        return f"{first or '0001-01-01'}..{last or '9999-12-31'}"
    return arguments.get("period")


def _pairs(call: Call, prefix: str) -> tuple[tuple[str, str], ...]:
    found = [
        (name.removeprefix(prefix), value[:_MOST])
        for name, value in call.request.args.items(multi=True)
        if name.startswith(prefix) and value
    ]
    return tuple(dict.fromkeys(found))[:_MOST_VALUES]


ROUTES = (
    Route("GET", "/charts/<chart>", show_chart),
    Route("GET", "/dashboards/<dashboard>", show_dashboard),
)
