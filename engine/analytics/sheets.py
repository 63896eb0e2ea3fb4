"""The figures of a chart as they come out: lines, cells, what each stands for, and the condition of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.analysis import Axis, ChartModel, DatasetModel, MeasureModel
from engine.metamodel.periods import Span


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a dimension. ``term`` is the condition of its records, None where it stands for many others.

    ``opens``: a place in a tree with others below it.
    """

    value: Any
    title: LocalText = EMPTY
    tone: str = ""
    term: str | None = None
    opens: bool = False
    others: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one group by measure. ``where`` is the condition of its records, None where there is none."""

    values: Mapping[str, Any]
    where: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: what it stands for, its figures as a whole, and one cell for each column where there are columns."""

    spots: tuple[Spot, ...]
    whole: Cell
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A chart with its figures. ``foot`` are the totals of its columns, ``trail`` the opened nodes."""

    chart: ChartModel
    dataset: DatasetModel
    rows: tuple[Axis, ...]
    columns: tuple[Spot, ...]
    lines: tuple[Line, ...]
    total: Cell
    foot: tuple[Cell, ...] = ()
    span: Span | None = None
    trail: tuple[tuple[str, Spot], ...] = ()

    @property
    def measures(self) -> Sequence[MeasureModel]:
        """Return the measures that are shown."""
        return [self.dataset.measures[name] for name in self.chart.values]

    def drill(self, cell: Cell, measure: MeasureModel) -> str | None:
        """Return the condition of the records behind a figure; None where it does not come from records of its own."""
        base = self.dataset.measures[base_of(self.dataset, measure)]
        if cell.where is None or base.function is None:
            return None
        return both(cell.where, base.where.text if base.where is not None else "")


def base_of(dataset: DatasetModel, measure: MeasureModel) -> str:
    """Return the measure whose records a figure is about."""
    below = measure.share or (measure.comparison.of if measure.comparison is not None else None)
    return measure.name if below is None else base_of(dataset, dataset.measures[below])


def both(*conditions: str | None) -> str:
    """Return the condition that all of some hold; an empty one always does."""
    parts = [condition for condition in conditions if condition]
    return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)
