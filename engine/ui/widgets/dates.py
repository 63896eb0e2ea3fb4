"""Days, times of day, instants and spans of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.metamodel.model import FieldModel
from engine.ui.formatting import clock_text, duration_text
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, Draw, Input, Look, Posted, Spot, text_of

_SPAN = re.compile(
    r"^(?:(\d{1,6})\s*[dD天]\s*)?(?:(\d{1,6})(?:[:：hH时]|小时))?\s*(?:(\d{1,6})\s*(?:m|min|分|分钟)?)?$"
)
_ISO_SPAN = re.compile(r"^-?P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$")


@dataclass(frozen=True, slots=True)
class DateWidget:
    """A day."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        # 2026/11/6 and 2026.11.6 come from spreadsheets
        if isinstance(value, str) and (found := re.match(r"^(\d{4})[./年](\d{1,2})[./月](\d{1,2})日?$", value)):
            return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
        return value

    def show(self, field: FieldModel, look: Look) -> Draw:
        day = look.dates.near_day if look.near else look.dates.day

        def draw(value: Any) -> Cell:
            return Cell("code", day(value)) if isinstance(value, date) else _as_it_is(value)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        text = value.isoformat() if isinstance(value, date) else str(value or "")
        return Input("text", spot, value=text, mode="date")

    def width(self, field: FieldModel) -> int:
        return 4


@dataclass(frozen=True, slots=True)
class DateTimeWidget:
    """An instant, entered and shown in the reader's zone; what the input sends gets that zone's offset."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        instant = _instant(value) if isinstance(value, str) else None
        if instant is None:
            return value
        return (instant if instant.tzinfo else instant.replace(tzinfo=look.dates.zone)).isoformat()

    def show(self, field: FieldModel, look: Look) -> Draw:
        instant = look.dates.instant_or_word if field.system else look.dates.instant

        def draw(value: Any) -> Cell:
            return Cell("code", instant(value)) if isinstance(value, datetime) else _as_it_is(value)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        if isinstance(value, str):
            value = _instant(value) or value
        text = f"{look.dates.local(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value or "")
        return Input("text", spot, value=text, mode="datetime-local")

    def width(self, field: FieldModel) -> int:
        return 4


@dataclass(frozen=True, slots=True)
class TimeWidget:
    """A time of day."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        return f"{value}:00" if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value) else value

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("code", clock_text(value)) if isinstance(value, time) else _as_it_is(value)

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input(
            "text", spot, value=clock_text(value) if isinstance(value, time) else str(value or ""), mode="time"
        )

    def width(self, field: FieldModel) -> int:
        return 3


@dataclass(frozen=True, slots=True)
class DurationWidget:
    """A span of time, entered as hours:minutes or as 2d 3h 20m."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        if not isinstance(value, str) or _ISO_SPAN.match(value):
            return value
        found = _SPAN.match(value.replace(" ", ""))
        if found is None or not any(found.groups()):
            return value
        days, hours, minutes = (int(part or 0) for part in found.groups())
        return f"P{days}DT{hours}H{minutes}M"

    def show(self, field: FieldModel, look: Look) -> Draw:
        def draw(value: Any) -> Cell:
            return Cell("text", duration_text(value, look.words)) if isinstance(value, timedelta) else _as_it_is(value)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        if isinstance(value, str):
            value = _span(value) or value
        if isinstance(value, timedelta):
            minutes = int(value.total_seconds()) // 60
            value = f"{minutes // 60}:{minutes % 60:02}"
        return Input("text", spot, value=str(value or ""), placeholder="h:mm", numeric=bool(spot.label))

    def width(self, field: FieldModel) -> int:
        return 3


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _span(text: str) -> timedelta | None:
    found = _ISO_SPAN.match(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _as_it_is(value: Any) -> Cell:
    return NOTHING if value is None or value is ABSENT else Cell("text", str(value))
