"""Finds the rules that may hit without trying each: one set of rules per stretch of each column's values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.rules.decisions.cells import CellShape, Interval
from engine.rules.evaluation import Run
from engine.rules.expression import Expression

LEAST_RULES = 16
Mask = int  # bit n stands for rule n


@dataclass(frozen=True, slots=True)
class Column:
    """The stretches of one column. Between and at its points the same rules are let through.

    ``masks[2 * n]`` belongs to what lies before point n, ``masks[2 * n + 1]`` to the point itself.
    """

    kind: type
    points: tuple[Any, ...]
    masks: tuple[Mask, ...]
    null_mask: Mask
    exact: Mapping[Any, Mask] | None  # when only the points differ from the rest
    rest: Mask

    def rules(self, value: Any) -> Mask | None:
        """Return the rules that may let ``value`` through; None when it is of another kind than the column."""
        if value is None:
            return self.null_mask
        if type(value) is not self.kind:
            return None
        if self.exact is not None:
            return self.exact.get(value, self.rest)
        at = bisect_left(self.points, value)
        if at < len(self.points) and self.points[at] == value:
            return self.masks[2 * at + 1]
        return self.masks[2 * at]


def column_of(shapes: Sequence[CellShape | None], cells: Sequence[Expression], all_rules: Mask) -> Column | None:
    """Return the column of an index, or None when its cells cannot be told apart by values."""
    kinds: list[type] = list({shape.kind for shape in shapes if shape is not None and shape.kind is not None})
    if len(kinds) != 1:
        return None
    kind = kinds[0]
    points = sorted({end for shape in shapes if shape for one in shape.intervals for end in (one.low, one.high)
                     if end is not None})  # fmt: skip
    place = {point: at for at, point in enumerate(points)}
    size = 2 * len(points) + 1
    changes = [0] * (size + 1)  # which rules begin or end to be let through
    for rule, shape in enumerate(shapes):
        bit = 1 << rule
        for first, last in spans(shape, place, size):
            changes[first] ^= bit
            changes[last + 1] ^= bit
    masks, running = [], 0
    for change in changes[:-1]:
        running ^= change
        masks.append(running)
    rest = masks[0]
    exact = None
    if all(mask == rest for mask in masks[::2]):
        exact = {point: masks[2 * at + 1] for point, at in place.items()}
    return Column(kind, tuple(points), tuple(masks), _null_mask(shapes, cells, all_rules), exact, rest)


def spans(shape: CellShape | None, place: Mapping[Any, int], size: int) -> list[tuple[int, int]]:
    """Return the stretches of a column that a cell lets through, as first and last number."""
    if shape is None or shape.always:
        return [(0, size - 1)]
    inside = merged([_span(one, place, size) for one in shape.intervals])
    if not shape.negated:
        return inside
    outside, at = [], 0
    for first, last in inside:
        if first > at:
            outside.append((at, first - 1))
        at = last + 1
    if at < size:
        outside.append((at, size - 1))
    return outside


def _span(one: Interval, place: Mapping[Any, int], size: int) -> tuple[int, int]:
    first = 0 if one.low is None else 2 * place[one.low] + (1 if one.low_closed else 2)
    last = size - 1 if one.high is None else 2 * place[one.high] + (1 if one.high_closed else 0)
    return first, last


def merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches in order, those that touch made one, empty ones left out."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(span for span in found if span[0] <= span[1]):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _null_mask(shapes: Sequence[CellShape | None], cells: Sequence[Expression], all_rules: Mask) -> Mask:
    run, mask = Run.idle(), all_rules
    seen: dict[str, bool] = {}
    for rule, (shape, cell) in enumerate(zip(shapes, cells, strict=True)):
        if shape is None or shape.always:
            continue
        if cell.text not in seen:
            seen[cell.text] = cell.value({"?": None}, run) is True
        if not seen[cell.text]:
            mask &= ~(1 << rule)
    return mask


@dataclass(frozen=True, slots=True)
class TableIndex:
    """The columns that can be indexed, by number, and per rule the cells that must still be tried."""

    columns: tuple[tuple[int, Column], ...]
    left: Mapping[int, tuple[tuple[int, Callable[..., Any]], ...]]
    all_rules: Mask

    def candidates(self, values: Sequence[Any]) -> Mask | None:
        """Return the rules whose indexed cells let the values through; None when the index cannot tell."""
        mask = self.all_rules
        for number, column in self.columns:
            found = column.rules(values[number])
            if found is None:
                return None
            mask &= found
            if not mask:
                return 0
        return mask


def index_of(cells: Sequence[Sequence[Expression]], shapes: Sequence[Sequence[CellShape | None]]) -> TableIndex | None:
    """Return the index of a table given row by row, or None when it would not help."""
    if len(cells) < LEAST_RULES or not cells[0]:
        return None
    all_rules = (1 << len(cells)) - 1
    columns = []
    for number in range(len(cells[0])):
        column = column_of([row[number] for row in shapes], [row[number] for row in cells], all_rules)
        if column is not None:
            columns.append((number, column))
    if not columns:
        return None
    indexed = {number for number, _ in columns}
    left = {}
    for rule, row in enumerate(shapes):
        tried = tuple(
            (number, cells[rule][number].python())
            for number, shape in enumerate(row)
            if shape is None or (number not in indexed and not shape.always)
        )
        if tried:
            left[rule] = tried
    return TableIndex(tuple(columns), left, all_rules)
