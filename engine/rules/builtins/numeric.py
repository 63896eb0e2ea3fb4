"""Number functions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.rules import numbers
from engine.rules.builtins.declare import builtin
from engine.rules.feel_types import BOOLEAN, NUMBER, FeelType
from engine.rules.functions import NoValue, is_whole
from engine.rules.numbers import CONTEXT, round_to
from engine.rules.temporal.durations import MonthsDuration, TimeDuration

_MAX_SCALE = 6176


def _rounded(function: str, value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    # a scale with a fraction is cut, as the other numbers that count things are
    result = round_to(value, int(scale), rounding) if abs(scale) <= _MAX_SCALE else None
    if result is None:
        raise NoValue("FEEL224", function=function, name="scale", value=scale)
    return result


@builtin("decimal", "n: number, scale: number", NUMBER)
def decimal(value: Decimal, scale: Decimal) -> Decimal:
    """Round to a number of decimals; a half goes to the even neighbour."""
    return _rounded("decimal", value, scale, numbers.HALF_EVEN)


@builtin("floor", "n: number, scale?: number", NUMBER)
def floor(value: Decimal, scale: Decimal | None = None) -> Decimal:
    """Round down, to a number of decimals if given."""
    return _rounded("floor", value, scale or Decimal(0), numbers.FLOOR)


@builtin("ceiling", "n: number, scale?: number", NUMBER)
def ceiling(value: Decimal, scale: Decimal | None = None) -> Decimal:
    """Round up, to a number of decimals if given."""
    return _rounded("ceiling", value, scale or Decimal(0), numbers.CEILING)


def _rounding(name: str, rounding: str, says: str) -> Callable[[Decimal, Decimal], Decimal]:
    def body(value: Decimal, scale: Decimal) -> Decimal:
        return _rounded(name, value, scale, rounding)

    return builtin(name, "n: number, scale: number", NUMBER, says=says)(body)


round_up = _rounding("round up", numbers.UP, "Round away from zero, to a number of decimals.")
round_down = _rounding("round down", numbers.DOWN, "Round towards zero, to a number of decimals.")
round_half_up = _rounding("round half up", numbers.HALF_UP, "Round to the nearest; a half goes away from zero.")
round_half_down = _rounding("round half down", numbers.HALF_DOWN, "Round to the nearest; a half goes towards zero.")


def _same_type(argument: FeelType) -> FeelType:
    return argument


@builtin("abs", "n: magnitude", _same_type)
def absolute(value: Decimal | MonthsDuration | TimeDuration) -> Decimal | MonthsDuration | TimeDuration:
    """Return the size without the sign."""
    if isinstance(value, MonthsDuration):
        return MonthsDuration(abs(value.months))
    if isinstance(value, TimeDuration):
        return TimeDuration(abs(value.nanos))
    return value.copy_abs()


@builtin("modulo", "dividend: number, divisor: number", NUMBER)
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the rest of a division, with the sign of the divisor."""
    if not divisor:
        raise NoValue("FEEL211")
    if dividend.adjusted() - divisor.adjusted() > 6_000:
        raise NoValue("FEEL210")
    # exact: the quotient may have more than 34 digits
    quotient = (dividend / divisor).to_integral_value(numbers.FLOOR)
    if quotient.adjusted() < 30:
        return dividend - divisor * quotient
    return CONTEXT.plus(numbers.exact_modulo(dividend, divisor))


@builtin("sqrt", "number: number", NUMBER)
def sqrt(value: Decimal) -> Decimal:
    """Return the square root."""
    if value < 0:
        raise NoValue("FEEL224", function="sqrt", name="number", value=value)
    return CONTEXT.sqrt(value)


@builtin("log", "number: number", NUMBER)
def log(value: Decimal) -> Decimal:
    """Return the natural logarithm."""
    if value <= 0:
        raise NoValue("FEEL224", function="log", name="number", value=value)
    return CONTEXT.ln(value)


@builtin("exp", "number: number", NUMBER)
def exp(value: Decimal) -> Decimal:
    """Return e to the power of the number."""
    return CONTEXT.exp(value)


@builtin("odd", "number: number", BOOLEAN)
def odd(value: Decimal) -> bool:
    """Tell whether a whole number is odd."""
    return _parity("odd", value) == 1


@builtin("even", "number: number", BOOLEAN)
def even(value: Decimal) -> bool:
    """Tell whether a whole number is even."""
    return _parity("even", value) == 0


def _parity(function: str, value: Decimal) -> int:
    if not is_whole(value):
        raise NoValue("FEEL224", function=function, name="number", value=value)
    return 0 if value.as_tuple().exponent > 0 else int(value) % 2  # type: ignore[operator]
