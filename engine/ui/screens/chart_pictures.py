"""The geometry of charts: shapes in percent of a width that only the browser knows, and in pixels of height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

TOP, PLOT = 18, 170
_LEFT = 8.0  # percent kept free for the texts of the levels
_TICKS = 4
_LABELS = 12
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Shape:
    """A piece of a picture: ``x`` and ``width`` in percent, ``y`` and ``height`` in pixels; ``tone`` is its class."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of a scale, with its text; ``rare`` ones are told also where there is little room."""

    at: float
    text: str
    rare: bool = True


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over the whole width: points in a box of 1000 by 100, and the places where one can point at it."""

    tone: str
    points: str
    dots: tuple[Shape, ...]
    area: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """Columns or lines over a row of groups."""

    levels: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    bars: tuple[Shape, ...] = ()
    curves: tuple[Curve, ...] = ()
    height: int = TOP + PLOT + 22


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a ring."""

    path: str
    tone: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Point:
    """A figure to be drawn, with its label and where it leads."""

    value: Decimal | None
    label: str
    href: str = ""


Series = tuple[str, Sequence[Point]]  # its tone, and a point for each group


def scale_of(highest: Decimal, lowest: Decimal) -> tuple[Decimal, Decimal, list[Decimal]]:
    """Return where a scale begins and ends, and its round levels; zero is always on it."""
    high, low = max(highest, Decimal(0)), min(lowest, Decimal(0))
    if high == low:
        high = Decimal(1)
    raw = (high - low) / _TICKS
    size = Decimal(10) ** raw.adjusted()
    step = next(factor * size for factor in _STEPS if factor * size >= raw)
    begin = (low / step).to_integral_value(rounding="ROUND_FLOOR") * step
    end = (high / step).to_integral_value(rounding="ROUND_CEILING") * step
    count = int((end - begin) / step)
    return begin, end, [begin + step * n for n in range(count + 1)]


def columns_plot(
    titles: Sequence[str],
    series: Sequence[Series],
    levels: Sequence[str],
    span: tuple[Decimal, Decimal],
) -> Plot:
    """Return columns, those of several series upon each other."""
    band = (100 - _LEFT) / max(len(titles), 1)
    width = min(band * 0.62, 7.0)
    bars = []
    for place in range(len(titles)):
        above, under = Decimal(0), Decimal(0)
        for tone, points in series:
            point = points[place]
            if not point.value:
                continue
            begin = above if point.value > 0 else under
            end = begin + point.value
            above, under = (end, under) if point.value > 0 else (above, end)
            top, bottom = _y(max(begin, end), span), _y(min(begin, end), span)
            x = _LEFT + band * (place + 0.5) - width / 2
            bars.append(Shape(_n(x), _n(top), _n(width), _n(max(bottom - top, 1)), tone, point.label, point.href))
    return Plot(_levels(levels, span), _ticks(titles), bars=tuple(bars))


def lines_plot(
    titles: Sequence[str],
    series: Sequence[Series],
    levels: Sequence[str],
    span: tuple[Decimal, Decimal],
) -> Plot:
    """Return lines over the groups; where there is no figure a line is broken off."""
    band = (100 - _LEFT) / max(len(titles), 1)
    curves = []
    for n, (tone, points) in enumerate(series):
        dots = tuple(
            Shape(_n(_LEFT + band * (place + 0.5)), _n(_y(point.value, span)), 0, 0, tone, point.label, point.href)
            for place, point in enumerate(points)
            if point.value is not None
        )
        line = " ".join(f"{_n(dot.x * 10)},{_n((dot.y - TOP) * 100 / PLOT)}" for dot in dots)
        filled = n == 0 and len(dots) > 1 and span[0] >= 0
        area = f"{_n(dots[0].x * 10)},100 {line} {_n(dots[-1].x * 10)},100" if filled else ""
        curves.append(Curve(tone, line, dots, area))
    return Plot(_levels(levels, span), _ticks(titles), curves=tuple(curves))


def ring(points: Sequence[tuple[str, Point]]) -> tuple[Slice, ...]:
    """Return the parts of a ring in a box of 160 by 160; what is not above zero has none."""
    whole = sum((point.value for _, point in points if point.value and point.value > 0), Decimal(0))
    slices, begun = [], 0.0
    for tone, point in points:
        if not point.value or point.value <= 0:
            continue
        share = float(point.value / whole)
        slices.append(Slice(_arc(begun, min(share, 0.99999)), tone, point.label, point.href))
        begun += share
    return tuple(slices)


def centred(share: float) -> tuple[float, float]:
    """Return where a bar in the middle begins and how wide it is, in percent."""
    width = max(share * 100, 1.5)
    return _n((100 - width) / 2), _n(width)


def storey(place: int, count: int) -> str:
    """Return the corners of one storey of a pyramid in a box of 100 by 100."""
    above, below = 50 * place / count, 50 * (place + 1) / count
    gap = 4 if place < count - 1 else 0
    cut = 50 * gap / 100 / count
    corners = ((50 - above, 0), (50 + above, 0), (50 + below - cut, 100 - gap), (50 - below + cut, 100 - gap))
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)


# ----------------------------------------------------------------------------------------------------------------------


def _y(value: Decimal, span: tuple[Decimal, Decimal]) -> float:
    begin, end = span
    return TOP + PLOT * (1 - float((value - begin) / (end - begin)))


def _levels(texts: Sequence[str], span: tuple[Decimal, Decimal]) -> tuple[Tick, ...]:
    count = max(len(texts) - 1, 1)
    begin, end = span
    return tuple(Tick(_n(_y(begin + (end - begin) * n / count, span)), text) for n, text in enumerate(texts))


def _ticks(titles: Sequence[str]) -> tuple[Tick, ...]:
    band = (100 - _LEFT) / max(len(titles), 1)
    every = -(-len(titles) // _LABELS)
    few = -(-len(titles) // (_LABELS // 2))
    return tuple(
        Tick(_n(_LEFT + band * (place + 0.5)), title, place % (every * (2 if few > every else 1)) == 0)
        for place, title in enumerate(titles)
        if place % every == 0
    )


def _arc(begun: float, share: float) -> str:
    outer, inner = 76, 48
    first, last = 2 * pi * begun - pi / 2, 2 * pi * (begun + share) - pi / 2
    large = 1 if share > 0.5 else 0
    a, b = (80 + outer * cos(first), 80 + outer * sin(first)), (80 + outer * cos(last), 80 + outer * sin(last))
    c, d = (80 + inner * cos(last), 80 + inner * sin(last)), (80 + inner * cos(first), 80 + inner * sin(first))
    return (
        f"M{_n(a[0])},{_n(a[1])}A{outer},{outer} 0 {large} 1 {_n(b[0])},{_n(b[1])}"
        f"L{_n(c[0])},{_n(c[1])}A{inner},{inner} 0 {large} 0 {_n(d[0])},{_n(d[1])}Z"
    )


def _n(value: float) -> float:
    return round(value, 2)
