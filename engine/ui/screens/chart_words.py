"""Figures and groups of a chart in words: long in tables, short in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from engine.analytics import Spot
from engine.metamodel.model.analysis import Axis, MeasureModel
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal, currency_sign, grouped, locale_of

NOTHING = "–"
_LARGE = {
    "zh": (("亿", Decimal(10**8)), ("万", Decimal(10**4))),
    "en": (("B", Decimal(10**9)), ("M", Decimal(10**6)), ("K", Decimal(10**3))),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure in words. ``href`` leads to its records; ``tone`` is pos or neg where it is good or bad news."""

    text: str
    href: str = ""
    tone: str = ""


def tone_of(measure: MeasureModel, value: Any) -> str:
    """Return whether a change is good or bad news; empty for other figures and for none."""
    how = measure.comparison
    number = as_decimal(value) if not isinstance(value, date) else None
    if how is None or how.gives not in ("growth", "difference") or not number:
        return ""
    return "pos" if (number > 0) == (measure.better == "higher") else "neg"


def figure(desk: Desk, measure: MeasureModel, value: Any) -> str:
    """Return a figure as it stands in a table."""
    if isinstance(value, date):
        return desk.dates.day(value)
    number = as_decimal(value)
    if number is None:
        return NOTHING
    return _arrow(measure, number) + _signed(desk, measure, grouped(abs(number), _places(measure, number)), number)


def short_figure(desk: Desk, measure: MeasureModel, value: Any) -> str:
    """Return a figure in few characters: 万 and 亿 in Chinese, K and M in English."""
    number = as_decimal(value) if not isinstance(value, date) else None
    language = desk.words.language if desk.words.language in _LARGE else "en"
    if number is None or measure.format == "percent":
        return figure(desk, measure, value)
    for unit, size in _LARGE[language]:
        if abs(number) >= size:
            scaled = abs(number) / size
            places = 0 if scaled >= 1000 or scaled == scaled.to_integral_value() else 1
            text = f"{grouped(scaled, places)}{' ' if language == 'zh' else ''}{unit}"
            return _arrow(measure, number) + _signed(desk, measure, text, number)
    places = 0 if number == number.to_integral_value() else min(_places(measure, number), 2)
    return _arrow(measure, number) + _signed(desk, measure, grouped(abs(number), places), number)


def spot_title(desk: Desk, axis: Axis, spot: Spot) -> str:
    """Return what a group is called."""
    if spot.others:
        return desk.say("chart.others")
    if spot.value is None:
        return desk.say("chart.none")
    if isinstance(spot.value, date):
        return day_title(spot.value, axis)
    return desk.title(spot.title) or str(spot.value)


def day_title(day: date, axis: Axis) -> str:
    """Return what a span of days is called in a table."""
    match axis.grain:
        case "year":
            return f"{day:%Y}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "month":
            return f"{day:%Y-%m}"
        case _:
            return day.isoformat()


def tick_titles(desk: Desk, axis: Axis, spots: Sequence[Spot]) -> list[str]:
    """Return short titles for a row of groups; the year is told where it begins."""
    titles = []
    for place, spot in enumerate(spots):
        day = spot.value
        if not isinstance(day, date) or axis.grain not in ("month", "day", "week"):
            titles.append(spot_title(desk, axis, spot))
        elif axis.grain == "month":
            newly = place == 0 or day.month == 1
            pattern = {"zh": "M月", "en": "MMM"}[desk.words.language]
            titles.append(f"{day:%Y-%m}" if newly else format_date(day, pattern, locale=locale_of(desk.words.language)))
        else:
            titles.append(f"{day:%m-%d}")
    return titles


# ----------------------------------------------------------------------------------------------------------------------


def _places(measure: MeasureModel, number: Decimal) -> int:
    if measure.format == "money":
        return max(measure.scale, 2) if number else 0
    return 0 if measure.format == "number" and number == number.to_integral_value() else measure.scale


def _arrow(measure: MeasureModel, number: Decimal) -> str:
    if measure.comparison is None or measure.comparison.gives not in ("growth", "difference") or not number:
        return ""
    return "▲ " if number > 0 else "▼ "


def _signed(desk: Desk, measure: MeasureModel, text: str, number: Decimal) -> str:
    arrow = bool(_arrow(measure, number))
    minus = "−" if number < 0 and not arrow else ""
    if measure.format == "percent":
        return f"{minus}{text}%"
    sign = (
        currency_sign(measure.currency, desk.words.language) if measure.format == "money" and measure.currency else ""
    )
    return f"{minus}{sign}{text}"
