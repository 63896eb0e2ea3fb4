"""Which charts and dashboards are for a reader: those whose every field he may use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.access import Policy
from engine.kernel.errors import Malformed
from engine.metamodel.model import TenantModel
from engine.metamodel.model.analysis import Axis, ChartModel, DashboardModel, DatasetModel, MeasureModel
from engine.metamodel.periods import ALL_TIMES
from engine.records.conditions import usable_path


def may_see_chart(policy: Policy, model: TenantModel, chart: ChartModel) -> bool:
    """Tell whether a chart is for a reader."""
    dataset = model.datasets[chart.dataset]
    if not policy.may(dataset.object, "read"):
        return False
    try:
        for path in _paths(dataset, chart):
            usable_path(policy, model, dataset.object, ".".join(path))
    except Malformed:
        return False
    return True


def may_see_dashboard(policy: Policy, model: TenantModel, board: DashboardModel) -> bool:
    """Tell whether a dashboard is for a reader: by his roles, and because some tile is."""
    actor = policy.actor
    if board.roles and not actor.administrator and not board.roles & actor.roles:
        return False
    return any(
        may_see_chart(policy, model, model.charts[tile.chart]) if tile.chart else policy.may(tile.list or "", "read")
        for tile in board.tiles
    )


def needed(dataset: DatasetModel, values: Iterable[str]) -> tuple[MeasureModel, ...]:
    """Return the measures that some are made of, themselves included, in the dataset's order."""
    wanted = set(values)
    for measure in reversed(list(dataset.measures.values())):
        if measure.name in wanted:
            wanted.update(below(measure))
    return tuple(measure for measure in dataset.measures.values() if measure.name in wanted)


def below(measure: MeasureModel) -> tuple[str, ...]:
    """Return the measures that one is made of."""
    if measure.formula is not None:
        return tuple(path[0] for path in measure.formula.reads)
    of = measure.comparison.of if measure.comparison is not None else measure.share or measure.cumulate
    return () if of is None else (of,)


def axes_of(chart: ChartModel) -> tuple[Axis, ...]:
    """Return the rows and columns of a chart."""
    return chart.rows if chart.columns is None else (*chart.rows, chart.columns)


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
