"""Which charts and dashboards are for a reader: those whose every field he may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.access import Policy
from engine.kernel.errors import Malformed
from engine.metamodel.model import TenantModel
from engine.metamodel.model.analysis import Axis, ChartModel, DashboardModel, DatasetModel, TileModel, needed
from engine.metamodel.periods import ALL_TIMES
from engine.records.conditions import open_views, usable_path


def may_see_chart(policy: Policy, model: TenantModel, chart: ChartModel) -> bool:
    """Tell whether a chart is for a reader."""
    dataset = model.datasets[chart.dataset]
    taken = [measure.taken for measure in needed(dataset, chart.values) if measure.taken is not None]
    parts = [(dataset, chart), *((model.datasets[other], alike(chart, other, (name,))) for other, name in taken)]
    return all(_may_read(policy, model, one, shown) for one, shown in parts)


def may_see_dashboard(policy: Policy, model: TenantModel, board: DashboardModel) -> bool:
    """Tell whether a dashboard is for a reader: by his roles, and because some tile is."""
    actor = policy.actor
    if board.roles and not actor.administrator and not board.roles & actor.roles:
        return False
    return any(
        may_see_chart(policy, model, model.charts[tile.chart]) if tile.chart else _may_see_list(policy, model, tile)
        for tile in board.tiles
    )


def _may_see_list(policy: Policy, model: TenantModel, tile: TileModel) -> bool:
    found = model.lists[tile.list or ""]
    views = {view.name for view in open_views(policy, found)}
    return policy.may(found.object, "read") and (tile.view is None or tile.view in views)


def alike(chart: ChartModel, dataset: str, values: tuple[str, ...]) -> ChartModel:
    """Return a chart of other measures with the same rows and columns."""
    return replace(chart, dataset=dataset, values=values, where=None, sort="", top=None)


def axes_of(chart: ChartModel) -> tuple[Axis, ...]:
    """Return the rows and columns of a chart."""
    return chart.rows if chart.columns is None else (*chart.rows, chart.columns)


def _may_read(policy: Policy, model: TenantModel, dataset: DatasetModel, chart: ChartModel) -> bool:
    if not policy.may(dataset.object, "read"):
        return False
    try:
        for path in _paths(dataset, chart):
            usable_path(policy, model, dataset.object, ".".join(path))
    except Malformed:
        return False
    return True


def _paths(dataset: DatasetModel, chart: ChartModel) -> Iterator[tuple[str, ...]]:
    for axis in axes_of(chart):
        yield dataset.dimensions[axis.dimension].path
    conditions = [dataset.where, chart.where]
    for measure in needed(dataset, chart.values):
        conditions.append(measure.where)
        if measure.path:
            yield measure.path
    if chart.period not in (None, ALL_TIMES) and dataset.period is not None:
        yield dataset.dimensions[dataset.period].path
    for condition in conditions:
        for path in condition.reads if condition is not None else ():
            if path[0] != "actor":
                yield path
