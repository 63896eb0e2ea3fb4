"""Three-valued logic: a value that is not a boolean counts as null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.rules.closures.site import Closure
from engine.rules.evaluation import Run


def conjunction(operands: Sequence[Closure]) -> Closure:
    """False if any is false, else null if any is not true."""
    if len(operands) == 2:
        left, right = operands

        def both(n: Mapping[str, Any], r: Run) -> bool | None:
            one = left(n, r)
            if one is False:
                return False
            other = right(n, r)
            if other is False:
                return False
            return True if one is True and other is True else None

        return both

    def every(n: Mapping[str, Any], r: Run) -> bool | None:
        answer: bool | None = True
        for operand in operands:
            value = operand(n, r)
            if value is False:
                return False
            if value is not True:
                answer = None
        return answer

    return every


def disjunction(operands: Sequence[Closure]) -> Closure:
    """True if any is true, else null if any is not false."""
    if len(operands) == 2:
        left, right = operands

        def either(n: Mapping[str, Any], r: Run) -> bool | None:
            one = left(n, r)
            if one is True:
                return True
            other = right(n, r)
            if other is True:
                return True
            return False if one is False and other is False else None

        return either

    def some(n: Mapping[str, Any], r: Run) -> bool | None:
        answer: bool | None = False
        for operand in operands:
            value = operand(n, r)
            if value is True:
                return True
            if value is not False:
                answer = None
        return answer

    return some


def negation(operand: Closure) -> Closure:
    """True of false and false of true, else null."""

    def run(n: Mapping[str, Any], r: Run) -> bool | None:
        value = operand(n, r)
        return not value if type(value) is bool else None

    return run
