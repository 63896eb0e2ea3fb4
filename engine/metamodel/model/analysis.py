"""What is counted and how it is shown: datasets, charts and dashboards, compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.field import FieldModel
from engine.rules import Expression

Grain = Literal["day", "week", "month", "quarter", "year"]
Function = Literal["count", "count_distinct", "sum", "average", "min", "max"]
Format = Literal["number", "money", "percent", "date"]
With = Literal["previous_period", "previous_year", "previous_row"]
Gives = Literal["growth", "difference", "ratio", "value"]
ChartKind = Literal["bar", "line", "pie", "funnel", "pyramid", "table", "number"]

GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
CHART_KINDS: tuple[ChartKind, ...] = ("bar", "line", "pie", "funnel", "pyramid", "table", "number")


@dataclass(frozen=True, slots=True)
class DimensionModel:
    """What records are put into groups by: the field at the end of ``path``, which belongs to ``object``.

    ``grains`` are the spans that days may be counted in, the usual one first. ``tree``: the field's values stand in
    a tree, and a group holds all that lies below it;
    ``parent`` is the reference that makes it, None for a dictionary.
    """

    name: str
    title: LocalText
    path: tuple[str, ...]
    object: str
    field: FieldModel
    grains: tuple[Grain, ...] = ()
    tree: bool = False
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure beside itself at another time, or in the row before."""

    of: str
    to: With
    gives: Gives = "growth"


@dataclass(frozen=True, slots=True)
class MeasureModel:
    """A figure of each group. Exactly one of these says where it comes from:

    ``function`` (over the field at the end of ``path``, of the records that meet ``where``), ``formula`` over other
    measures, ``comparison``, ``share`` (of the whole, in percent), ``cumulate`` (summed up over the rows; from the
    last one when ``backwards``) or ``taken``: dataset and measure, of the groups of another dataset with the same
    values. ``better`` tells whether more is good news.
    """

    name: str
    title: LocalText
    function: Function | None = None
    path: tuple[str, ...] = ()
    field: FieldModel | None = None
    where: Expression | None = None
    formula: Expression | None = None
    comparison: Comparison | None = None
    share: str | None = None
    cumulate: str | None = None
    backwards: bool = False
    taken: tuple[str, str] | None = None
    format: Format = "number"
    scale: int = 0
    currency: str | None = None
    better: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True, slots=True)
class DatasetModel:
    """Records of an object, what they are grouped by and what is measured.

    ``period`` is the dimension that periods go by. Measures stand behind those that they are made of.
    """

    name: str
    object: str
    title: LocalText
    dimensions: Mapping[str, DimensionModel]
    measures: Mapping[str, MeasureModel]
    where: Expression | None = None
    period: str | None = None
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension as a chart uses it."""

    dimension: str
    grain: Grain | None = None


@dataclass(frozen=True, slots=True)
class ChartModel:
    """Figures of a dataset, drawn. ``columns`` splits each row; ``top`` keeps the first rows and sums up the others.

    ``sort`` is a measure, behind a minus sign the largest first, or empty for the order of the rows' own values.
    """

    name: str
    title: LocalText
    dataset: str
    kind: ChartKind
    rows: tuple[Axis, ...]
    values: tuple[str, ...]
    columns: Axis | None = None
    where: Expression | None = None
    period: str | None = None
    sort: str = ""
    top: int | None = None
    help: LocalText = EMPTY
    icon: str = "chart-bar"
    layer: str = ""


@dataclass(frozen=True, slots=True)
class TileModel:
    """A part of a dashboard: a chart, or the first records of a list's view. ``width`` is in twelfths."""

    name: str
    title: LocalText
    width: int
    chart: str | None = None
    list: str | None = None
    view: str | None = None


@dataclass(frozen=True, slots=True)
class DashboardModel:
    """Charts side by side, with filters that all of them follow. ``period`` is the one it opens with."""

    name: str
    title: LocalText
    tiles: tuple[TileModel, ...]
    filters: tuple[str, ...] = ()
    period: str | None = None
    roles: frozenset[str] = frozenset()
    icon: str = "chart-bar"
    layer: str = ""


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
