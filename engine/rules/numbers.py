"""The one arithmetic: decimals of 34 digits, as IEEE 754-2008 decimal128."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_WIDE = Context(prec=12_400, Emin=-12_400, Emax=12_400, traps=[InvalidOperation])

HALF_EVEN, HALF_UP, HALF_DOWN = ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_HALF_DOWN
UP, DOWN, FLOOR, CEILING = ROUND_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING

SMALL = {number: Decimal(number) for number in range(-256, 1025)}


def from_int(value: int) -> Decimal:
    """Return a whole number as a decimal. Above 34 digits it is rounded."""
    small = SMALL.get(value)
    return small if small is not None else CONTEXT.create_decimal(value)


def parse_number(text: str) -> Decimal | None:
    """Return the number that ``text`` holds, or None; only digits, one point, a sign and an exponent count."""
    if len(text) > 7_000 or not text.isascii() or "_" in text or text != text.strip():
        return None
    try:
        value = CONTEXT.create_decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None


def number_text(value: Decimal) -> str:
    """Return the shortest plain form: no exponent, no trailing zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def round_to(value: Decimal, scale: int, rounding: str) -> Decimal | None:
    """Return ``value`` with ``scale`` digits behind the point (before it when negative), or None when out of bounds."""
    if scale < -6111 or scale > 6176:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-scale, _WIDE), rounding, _WIDE)
    try:
        return CONTEXT.plus(rounded)
    except ArithmeticError:
        return None


def whole(value: Decimal) -> int | None:
    """Return ``value`` as an int when it is a whole number of reasonable size."""
    if value == value.to_integral_value() and abs(value.adjusted()) < 40:
        return int(value)
    return None


def exact_modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the remainder with the divisor's sign, however long the quotient is."""
    rest = _WIDE.remainder(dividend, divisor)
    return _WIDE.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest
