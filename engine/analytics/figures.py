"""Figures that come of figures: totals of parts, formulas, and what is seen only over all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Literal

from engine.metamodel.model.analysis import Comparison, Function, MeasureModel
from engine.records.measuring import FigureAsked
from engine.rules import Run

When = Literal["now", "previous_period", "previous_year"]
_WIDE = Context(prec=40, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
_PLACES = Decimal("0.000001")
Raw = tuple[Any, ...]


@dataclass(slots=True)
class Figures:
    """The measures of one group while they come together: now, and at the times that they are compared with."""

    now: dict[str, Any]
    earlier: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A figure that the database is asked for: a part of a measure, at a time."""

    measure: str
    when: When
    function: Literal["count", "count_distinct", "sum", "min", "max"]


def parts_of(measures: Sequence[MeasureModel], whens: Sequence[When]) -> tuple[Part, ...]:
    """Return what the database must tell; an average is a sum and a count, which can be put together."""
    found = []
    for measure in measures:
        for when in whens if measure.function is not None else ():
            functions = _functions(measure.function)
            found += [Part(measure.name, when, function) for function in functions]
    return tuple(found)


def asked_of(part: Part, measure: MeasureModel, where: str) -> FigureAsked:
    """Return the question for a part, under a condition."""
    return FigureAsked(part.function, measure.path, where or None)


def merged(parts: Sequence[Part], rows: Sequence[Raw]) -> Raw:
    """Return the parts of several groups together; of different values there is no telling how many are the same."""
    if len(rows) == 1:
        return tuple(rows[0])
    return tuple(_merged(part, [row[place] for row in rows]) for place, part in enumerate(parts))


def without(parts: Sequence[Part], whole: Raw, rows: Sequence[Raw]) -> Raw:
    """Return the parts of a whole less those of some of its groups; None where that cannot be told from them."""
    return tuple(_rest(part, whole[place], [row[place] for row in rows]) for place, part in enumerate(parts))


def based(parts: Sequence[Part], measures: Mapping[str, MeasureModel], row: Raw, when: When) -> dict[str, Any]:
    """Return the measures that come from the database, at a time."""
    told = {(part.measure, part.function): row[place] for place, part in enumerate(parts) if part.when == when}
    found: dict[str, Any] = {}
    for (name, function), value in told.items():
        if measures[name].function == "average":
            count = told[name, "count"]
            total = told[name, "sum"]
            found[name] = _divided(total, count) if count and total is not None else None
        elif function == "sum":
            found[name] = Decimal(0) if value is None else value
        else:
            found[name] = value
    return found


def complete(measures: Sequence[MeasureModel], tracks: Sequence[Sequence[Figures]], total: Figures, run: Run) -> None:
    """Add what follows from other figures, measure by measure. A track is a run of rows: one for each column."""
    every = [*(figures for track in tracks for figures in track), total]
    for measure in measures:
        if measure.formula is not None:
            for figures in every:
                for values in (figures.now, *figures.earlier.values()):
                    values[measure.name] = _calculated(measure, values, run)
        elif measure.share is not None:
            whole = total.now.get(measure.share)
            for figures in every:
                figures.now[measure.name] = _percent(figures.now.get(measure.share), whole)
        elif measure.cumulate is not None:
            total.now[measure.name] = total.now.get(measure.cumulate)
            for track in tracks:
                _cumulate(measure, track)
        elif measure.comparison is not None:
            _compare(measure, measure.comparison, tracks, total)


def compared(how: Comparison, now: Any, before: Any) -> Any:
    """Return what a comparison gives; None where there is nothing to compare with."""
    if how.gives == "value" or before is None:
        return before
    if now is None:
        return None
    if how.gives == "difference":
        return now - before
    if how.gives == "ratio":
        return _percent(now, before)
    return _percent(now - before, abs(before))


# ---------------------------------------------------------------------------------------------------------------------


def _functions(function: Function | None) -> tuple[Literal["count", "count_distinct", "sum", "min", "max"], ...]:
    if function == "average":
        return ("sum", "count")
    return () if function is None else (function,)


def _rest(part: Part, whole: Any, values: Sequence[Any]) -> Any:
    if part.function not in ("sum", "count") or whole is None:
        return None
    return whole - sum(value for value in values if value is not None)


def _merged(part: Part, values: Sequence[Any]) -> Any:
    there = [value for value in values if value is not None]
    if part.function == "count_distinct":
        return None if there else 0
    if part.function == "count":
        return sum(there)
    if not there:
        return None
    if part.function == "sum":
        return sum(there[1:], there[0])
    return min(there) if part.function == "min" else max(there)


def _calculated(measure: MeasureModel, values: Mapping[str, Any], run: Run) -> Any:
    assert measure.formula is not None
    names = {path[0]: values.get(path[0]) for path in measure.formula.reads}
    run.restart()
    found = measure.formula.evaluate(names, run)
    return None if found is None else Decimal(str(found)).quantize(_PLACES, context=_WIDE)


def _cumulate(measure: MeasureModel, track: Sequence[Figures]) -> None:
    running: Any = 0
    for figures in reversed(track) if measure.backwards else track:
        running += figures.now.get(measure.cumulate or "") or 0
        figures.now[measure.name] = running


def _compare(measure: MeasureModel, how: Comparison, tracks: Sequence[Sequence[Figures]], total: Figures) -> None:
    if how.to != "previous_row":
        for figures in (*(figures for track in tracks for figures in track), total):
            before = figures.earlier.get(how.to, {}).get(how.of)
            figures.now[measure.name] = compared(how, figures.now.get(how.of), before)
        return
    total.now[measure.name] = None
    for track in tracks:
        before = None
        for figures in track:
            here = figures.now.get(how.of)
            figures.now[measure.name] = compared(how, here, before)
            before = here


def _percent(part: Any, whole: Any) -> Decimal | None:
    if part is None or whole is None or not whole:
        return None
    return _divided(_WIDE.multiply(Decimal(part), _HUNDRED), whole)


def _divided(part: Any, whole: Any) -> Decimal:
    return _WIDE.divide(Decimal(part), Decimal(whole)).quantize(_PLACES, context=_WIDE)
