"""What is wrong with a decision table as a whole: gaps, overlaps, rules that never hit; in the words of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.text import LocalText
from engine.rules.decisions import analysis_words as words
from engine.rules.decisions.boxes import TableInput
from engine.rules.decisions.cells import CellShape, shape_of
from engine.rules.decisions.index import Mask, spans
from engine.rules.decisions.table import DecisionTable
from engine.rules.expression import compile_tests
from engine.rules.scope import Names

Where = tuple[LocalText, ...]
MAX_FOUND = 50
MAX_STEPS = 200_000
Kind = Literal["gap", "overlap", "unreachable", "duplicate", "output", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: ``rules`` count from 1; ``where`` says for which inputs, in the words of the table."""

    kind: Kind
    says: LocalText
    rules: tuple[int, ...] = ()
    where: tuple[LocalText, ...] = ()

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return the sentence in ``language``."""
        return self.says.in_language(language)

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the JSON form."""
        where = [one.in_language(language) for one in self.where]
        return {"kind": self.kind, "message": self.in_language(language), "rules": list(self.rules), "where": where}


@dataclass(frozen=True, slots=True)
class _Axis:
    """The stretches of one column, each with its rules, and how it is said. ``masks`` of equal stretches are merged."""

    name: str
    masks: tuple[Mask, ...]
    words: tuple[LocalText, ...]


def analyse(table: DecisionTable) -> tuple[Finding, ...]:
    """Return what is wrong, most important first. Columns with computed cells are left out of the count."""
    axes = _axes(table)
    if axes is None:
        return (Finding("unknown", words.UNKNOWN),)
    found: list[Finding] = []
    everything = (1 << len(table.box.rules)) - 1
    found.extend(_gaps(axes, everything))
    found.extend(_clashes(table, axes, everything))
    found.extend(_never(table, axes))
    return tuple(found[:MAX_FOUND])


def _axes(table: DecisionTable) -> list[_Axis] | None:
    axes = []
    for number, column in enumerate(table.box.inputs):
        shapes = [row[number] for row in table.compiled.shapes]
        if any(shape is None for shape in shapes):
            return None
        axis = _axis(column, [shape for shape in shapes if shape is not None], table, number)
        if axis is None:
            return None
        axes.append(axis)
    return axes


def _axis(column: TableInput, shapes: list[CellShape], table: DecisionTable, number: int) -> _Axis | None:
    name = column.label or str(column.text)
    allowed = _allowed(column, table, number)
    kinds = {shape.kind for shape in (*shapes, *([allowed] if allowed else [])) if shape.kind is not None}
    if len(kinds) > 1:
        return None
    if kinds == {bool} or table.compiled.subjects[number].name == "boolean":
        allowed = None
    ends = {end for shape in (*shapes, *([allowed] if allowed else [])) for one in shape.intervals
            for end in (one.low, one.high) if end is not None}  # fmt: skip
    if kinds == {bool}:
        ends = {False, True}
    points = sorted(ends)
    place = {point: at for at, point in enumerate(points)}
    size = 2 * len(points) + 1
    masks = [0] * size
    for rule, shape in enumerate(shapes):
        for first, last in spans(shape, place, size):
            for stretch in range(first, last + 1):
                masks[stretch] |= 1 << rule
    within = (
        set(range(size)) if allowed is None else {s for a, b in spans(allowed, place, size) for s in range(a, b + 1)}
    )
    if kinds == {bool}:
        within = {1, 3}
    if kinds == {str} and allowed is None and len(set(masks[::2])) == 1:
        return _exact_axis(name, masks, points)
    return _merged_axis(name, masks, within, points)


def _exact_axis(name: str, masks: list[Mask], points: list[Any]) -> _Axis:
    """Return the axis of a column of texts: each one that is named, and all the others."""
    said = (*(words.equals(name, point) for point in points), words.none_of(name, points))
    return _Axis(name, (*masks[1::2], masks[0]), said)


def _allowed(column: TableInput, table: DecisionTable, number: int) -> CellShape | None:
    if not column.allowed:
        return None
    return shape_of(compile_tests(column.allowed, table.compiled.subjects[number], Names(), lenient=True))


def _merged_axis(name: str, masks: list[Mask], within: set[int], points: list[Any]) -> _Axis:
    """Make stretches beside each other with the same rules one."""
    kept: list[Mask] = []
    said: list[LocalText] = []
    start = 0
    while start < len(masks):
        if start not in within:
            start += 1
            continue
        end = start
        while end + 1 < len(masks) and end + 1 in within and masks[end + 1] == masks[start]:
            end += 1
        kept.append(masks[start])
        said.append(_stretch(name, start, end, points, len(masks)))
        start = end + 1
    return _Axis(name, tuple(kept), tuple(said))


def _stretch(name: str, start: int, end: int, points: list[Any], size: int) -> LocalText:
    if start == end and start % 2:
        return words.equals(name, points[start // 2])
    low = None if start == 0 else points[(start - 1) // 2]
    high = None if end == size - 1 else points[end // 2]
    return words.between(name, low, high, closed=(bool(start % 2), bool(end % 2)))


# -- the questions ---------------------------------------------------------------------------------------------


class _Steps:
    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _uncovered(axes: Sequence[_Axis], rules: Mask, steps: _Steps, limit: int) -> list[Where]:
    """Return boxes of inputs that none of ``rules`` lets through."""
    found: list[Where] = []

    def go(depth: int, mask: Mask, where: Where) -> None:
        if len(found) >= limit or not steps.take():
            return
        if not mask:
            found.append(where)
            return
        if depth == len(axes):
            return
        axis = axes[depth]
        joined: dict[Mask, list[LocalText]] = {}
        for stretch, word in zip(axis.masks, axis.words, strict=True):
            joined.setdefault(mask & stretch, []).append(word)
        for left, said in joined.items():
            whole = len(said) == len(axis.masks)
            go(depth + 1, left, where if whole else (*where, words.either(said)))

    go(0, rules, ())
    return found


def _gaps(axes: Sequence[_Axis], everything: Mask) -> list[Finding]:
    boxes = _uncovered(axes, everything, _Steps(), 20)
    return [Finding("gap", words.gap(box), (), box) for box in boxes]


def _overlapping(axes: Sequence[_Axis], rule: int) -> Mask:
    """Return the rules that can hit together with ``rule``."""
    mask = ~0
    for axis in axes:
        mask &= _or(stretch for stretch in axis.masks if stretch >> rule & 1)
    return mask & ~(1 << rule)


def _or(masks: Any) -> Mask:
    joined = 0
    for mask in masks:
        joined |= mask
    return joined


def _clashes(table: DecisionTable, axes: Sequence[_Axis], _everything: Mask) -> list[Finding]:
    if table.box.hit_policy not in ("UNIQUE", "ANY"):
        return []
    found: list[Finding] = []
    outputs = [tuple(map(str, rule.outputs)) for rule in table.box.rules]
    for rule in range(len(table.box.rules)):
        others = _overlapping(axes, rule) >> (rule + 1)
        other = rule + 1
        while others and len(found) < MAX_FOUND:
            if others & 1 and (table.box.hit_policy == "UNIQUE" or outputs[rule] != outputs[other]):
                where = _common(axes, (1 << rule) | (1 << other))
                both = (rule + 1, other + 1)
                found.append(Finding("overlap", words.overlap(*both, where), both, where))
            others >>= 1
            other += 1
    return found


def _common(axes: Sequence[_Axis], pair: Mask) -> Where:
    where = []
    for axis in axes:
        said = [word for mask, word in zip(axis.masks, axis.words, strict=True) if mask & pair == pair]
        if said and len(said) < len(axis.masks):
            where.append(words.either(said))
    return tuple(where)


def _never(table: DecisionTable, axes: Sequence[_Axis]) -> list[Finding]:
    """Return the rules that no input reaches, or that earlier rules take everything from."""
    found = []
    first = table.box.hit_policy == "FIRST"
    for rule in range(len(table.box.rules)):
        bit = 1 << rule
        own = [_only(axis, bit) for axis in axes]
        if any(axis is None for axis in own):
            found.append(Finding("unreachable", words.unfitting(rule + 1), (rule + 1,)))
            continue
        earlier = bit - 1
        if first and rule and not _uncovered([axis for axis in own if axis], earlier, _Steps(), 1):
            found.append(Finding("unreachable", words.shadowed(rule + 1), (rule + 1,)))
    return found


def _only(axis: _Axis, bit: Mask) -> _Axis | None:
    """Return the stretches of an axis that one rule lets through."""
    kept = [(mask, word) for mask, word in zip(axis.masks, axis.words, strict=True) if mask & bit]
    if not kept:
        return None
    return _Axis(axis.name, tuple(mask for mask, _ in kept), tuple(word for _, word in kept))
