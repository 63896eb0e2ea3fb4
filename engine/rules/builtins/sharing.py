"""Sharing out: parts that add up to the whole, to the last decimal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.evaluation import Run
from engine.rules.feel_types import NUMBER, list_of
from engine.rules.functions import NoValue
from engine.rules.numbers import CONTEXT, FLOOR, HALF_UP, round_to

_FINEST = 18


@builtin("apportion", "whole: number, weights: list, scale: number", list_of(NUMBER), with_run=True)
def apportion(run: Run, whole: Decimal, weights: list[Any], scale: Decimal) -> list[Decimal]:
    """Share a number out by weights, each part rounded to a number of decimals, all adding up to the whole rounded.

    Who lost most by rounding down gets the next unit; among equals, who stands first. Null weighs nothing; where
    nobody weighs anything, all weigh the same.
    """
    run.charge(len(weights))
    places = int(scale)
    if not 0 <= places <= _FINEST:
        raise NoValue("FEEL224", function="apportion", name="scale", value=scale)
    heavy = [Decimal(0) if weight is None else _weight(weight) for weight in weights]
    if not heavy:
        return []
    if not any(heavy):
        heavy = [Decimal(1)] * len(heavy)
    rounded = round_to(abs(whole), places, HALF_UP)
    if rounded is None:
        raise NoValue("FEEL224", function="apportion", name="scale", value=scale)
    return [part.copy_sign(whole) if part else part for part in _parts(rounded, heavy, places)]


def _weight(weight: Any) -> Decimal:
    if isinstance(weight, bool) or not isinstance(weight, Decimal | int) or weight < 0:
        raise NoValue("FEEL224", function="apportion", name="weights", value=weight)
    return Decimal(weight)


def _parts(whole: Decimal, weights: list[Decimal], places: int) -> list[Decimal]:
    total, unit = sum(weights, Decimal(0)), Decimal(1).scaleb(-places)
    exact = [CONTEXT.divide(CONTEXT.multiply(whole, weight), total) for weight in weights]
    parts = [round_to(part, places, FLOOR) or Decimal(0) for part in exact]
    left = int((whole - sum(parts, Decimal(0))) / unit)
    neediest = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in neediest[:left]:
        parts[place] += unit
    return parts
