"""Charts and dashboards, checked against their datasets and lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model.analysis import (
    Axis,
    ChartKind,
    ChartModel,
    DashboardModel,
    DatasetModel,
    MeasureModel,
    TileModel,
    needed,
)
from engine.metamodel.periods import ALL_TIMES, RELATIVE, span_of

# kind -> how many rows and columns it can have; those with rows need one
_SHAPES: dict[ChartKind, tuple[int, int]] = {
    "number": (0, 0),
    "bar": (1, 1),
    "line": (1, 1),
    "pie": (1, 0),
    "funnel": (1, 0),
    "pyramid": (1, 0),
    "table": (3, 1),
}
_ANY_DAY = date(2026, 1, 1)
_WIDTH = 6


def compile_charts(bench: Bench, expressions: Expressions) -> None:
    """Build every chart."""
    for merged in bench.documents("chart"):
        part = merged.node.get("dataset")
        dataset = bench.datasets.get(str(part.value))
        if dataset is None:
            bench.unknown("dataset", part, str(part.value), bench.datasets)
            continue
        bench.charts[merged.document.id] = _chart(merged, dataset, bench, expressions)


def compile_dashboards(bench: Bench, expressions: Expressions) -> None:
    """Build every dashboard."""
    del expressions
    for merged in bench.documents("dashboard"):
        node = merged.node
        tiles = tuple(filter(None, (_tile(name, part, bench) for name, part in node.get("tiles").items())))
        shown = [bench.charts[tile.chart] for tile in tiles if tile.chart]
        datasets = [bench.datasets[chart.dataset] for chart in shown]
        known = {name for dataset in datasets for name in dataset.dimensions}
        for part in node.get("filters").elements():
            if datasets and part.value not in known and part.value != "period":
                bench.unknown("dimension", part, str(part.value), {*known, "period"}, dataset=datasets[0].name)
        roles = bench.names("role")
        for part in node.get("roles").elements():
            if part.value not in roles:
                bench.unknown("role", part, str(part.value), roles)
        bench.dashboards[merged.document.id] = DashboardModel(
            name=merged.document.id,
            title=node.label("title"),
            tiles=tiles,
            filters=node.texts("filters"),
            period=_period(node.get("period"), bench),
            roles=frozenset(node.texts("roles")),
            icon=node.text("icon", "chart-bar"),
            layer=merged.layer,
        )


def _chart(merged: MergedDocument, dataset: DatasetModel, bench: Bench, expressions: Expressions) -> ChartModel:
    node = merged.node
    kind: ChartKind = node.text("kind")  # type: ignore[assignment] # the schema's words
    rows = tuple(filter(None, (_axis(part, dataset, bench) for part in node.get("rows").elements())))
    columns = _axis(node.get("columns"), dataset, bench) if node.has("columns") else None
    most_rows, most_columns = _SHAPES[kind]
    if len(rows) > most_rows or (columns is not None and not most_columns):
        bench.complain("chart_shape", node.get("kind"), kind=kind, rows=most_rows, columns=most_columns)
    if most_rows and kind != "table" and not node.has("rows"):
        bench.complain("chart_needs_rows", node.get("kind"), kind=kind)
    values = [part for part in node.get("values").elements() if _known(part, str(part.value), dataset, bench)]
    axes = rows if columns is None else (*rows, columns)
    for measure in needed(dataset, [str(part.value) for part in values]):
        if measure.taken is not None:
            _check_shared(axes, bench.datasets[measure.taken[0]], measure, node.get("values"), bench)
    sort = node.text("sort")
    if sort:
        _known(node.get("sort"), sort.removeprefix("-"), dataset, bench)
    return ChartModel(
        name=merged.document.id,
        title=node.label("title") or dataset.title,
        dataset=dataset.name,
        kind=kind,
        rows=rows,
        values=tuple(str(part.value) for part in values),
        columns=columns,
        where=expressions.row_condition(node.get("where"), expressions.inside(dataset.object)),
        period=_period(node.get("period"), bench),
        sort=sort,
        top=node.get("top").value,
        help=node.label("help"),
        icon=node.text("icon", "chart-bar"),
        layer=merged.layer,
    )


def _known(node: Node, name: str, dataset: DatasetModel, bench: Bench) -> bool:
    if name not in dataset.measures:
        bench.unknown("measure", node, name, dataset.measures, dataset=dataset.name)
    return name in dataset.measures


def _check_shared(axes: Iterable[Axis], other: DatasetModel, measure: MeasureModel, node: Node, bench: Bench) -> None:
    for axis in axes:
        found = other.dimensions.get(axis.dimension)
        if found is None or (axis.grain is not None and axis.grain not in found.grains):
            dimension = axis.dimension if axis.grain is None else f"{axis.dimension} ({axis.grain})"
            bench.complain("not_in_both", node, measure=measure.name, dataset=other.name, dimension=dimension)


def _axis(node: Node, dataset: DatasetModel, bench: Bench) -> Axis | None:
    long = isinstance(node.value, dict)
    part = node.get("by") if long else node
    found = dataset.dimensions.get(str(part.value))
    if found is None:
        bench.unknown("dimension", part, str(part.value), dataset.dimensions, dataset=dataset.name)
        return None
    grain = node.maybe("grain") if long else None
    if grain is not None and grain not in found.grains:
        bench.complain("unknown_grain", node.get("grain"), dimension=found.name, grain=grain)
        return None
    default = found.grains[0] if found.grains else None
    return Axis(found.name, grain or default)


def _period(node: Node, bench: Bench) -> str | None:
    if node.value is None:
        return None
    period = str(node.value)
    if period == ALL_TIMES:
        return period
    if span_of(period, _ANY_DAY) is None:
        known = ", ".join(RELATIVE)
        bench.complain("unknown_span", node, period=period, known=known, guess=guess(period, RELATIVE))
        return None
    return period


def _tile(name: str, node: Node, bench: Bench) -> TileModel | None:
    if node.has("chart") == node.has("list"):
        bench.complain("one_tile", node.key_span, tile=name)
        return None
    if node.has("chart"):
        chart = node.text("chart")
        if chart not in bench.charts:
            bench.unknown("chart", node.get("chart"), chart, bench.charts)
            return None
        width = 3 if bench.charts[chart].kind == "number" else _WIDTH
        return TileModel(name, node.label("title"), node.number("width", width), chart=chart)
    found = bench.lists.get(node.text("list"))
    if found is None or found.name not in bench.objects:
        bench.unknown("list", node.get("list"), node.text("list"), bench.objects)
        return None
    views = [view.name for view in found.views]
    if node.has("view") and node.text("view") not in views:
        bench.unknown("view", node.get("view"), node.text("view"), views)
        return None
    width = node.number("width", _WIDTH)
    return TileModel(name, node.label("title"), width, list=found.name, view=node.maybe("view"))
