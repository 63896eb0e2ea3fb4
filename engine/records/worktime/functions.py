"""What expressions may ask about working time: ``working_hours``, ``working_days``, ``is_working_time``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.metamodel.model import TenantModel
from engine.records.worktime.calendar import WorkCalendar
from engine.records.worktime.of_model import calendar_of
from engine.rules import ANY, BOOLEAN, NUMBER, Run, UserFunction, to_python

_HOUR = Decimal(3600)


def worktime_functions(model: TenantModel, zone: ZoneInfo) -> Mapping[str, UserFunction]:
    """Return the functions by name, on the tenant's own calendar; plain time where it has none."""

    def working_hours(_: Run, given: list[Any]) -> Decimal | None:
        start, end = (_instant(value, zone) for value in given)
        if start is None or end is None:
            return None
        return Decimal(int(calendar_of(model, None).measure(start, end).total_seconds())) / _HOUR

    def working_days(_: Run, given: list[Any]) -> Decimal | None:
        start, end = (_day(value, zone) for value in given)
        if start is None or end is None:
            return None
        calendar = calendar_of(model, None)
        days = calendar.working_days(start, end) if isinstance(calendar, WorkCalendar) else (end - start).days
        return Decimal(days)

    def is_working_time(_: Run, given: list[Any]) -> bool | None:
        at = _instant(given[0], zone)
        calendar = calendar_of(model, None)
        if at is None:
            return None
        return calendar.is_working(at.astimezone(UTC)) if isinstance(calendar, WorkCalendar) else True

    return {
        "working_hours": UserFunction("working_hours", ("from", "to"), (ANY, ANY), working_hours, NUMBER),
        "working_days": UserFunction("working_days", ("from", "to"), (ANY, ANY), working_days, NUMBER),
        "is_working_time": UserFunction("is_working_time", ("at",), (ANY,), is_working_time, BOOLEAN),
    }


def _instant(value: Any, zone: ZoneInfo) -> datetime | None:
    plain = to_python(value)
    if not isinstance(plain, datetime):
        return None
    return plain if plain.tzinfo is not None else plain.replace(tzinfo=zone)


def _day(value: Any, zone: ZoneInfo) -> date | None:
    plain = to_python(value)
    if isinstance(plain, datetime):
        return plain.astimezone(zone).date() if plain.tzinfo is not None else plain.date()
    return plain if isinstance(plain, date) else None
