"""Working time: the week, days off and days worked, as one table of spans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.durations import parse_time
from engine.metamodel.compiler.processes.holidays_of import known_calendars, public_days
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import WorktimeModel
from engine.metamodel.model.worktime import Spans

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 366


def compile_worktimes(bench: Bench, expressions: Expressions) -> None:
    """Compile every calendar of working time."""
    default: str | None = None
    for merged in bench.documents("worktime"):
        name, node = merged.document.id, merged.node
        if name == "none":
            bench.complain("reserved_name", merged.document.span, name=name)
        if node.flag("default"):
            if default is not None:
                bench.complain("two_defaults", node.get("default").key_span, first=default)
            default = default or name
        bench.worktimes[name] = _worktime(name, node, merged.layer, bench)


def _worktime(name: str, node: Node, layer: str, bench: Bench) -> WorktimeModel:
    zone = node.text("timezone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        bench.complain("unknown_zone", node.get("timezone"), zone=zone, guess=guess(zone, known))
    week = _week(node.get("week"), bench)
    usual = next((spans for spans in week if spans), ())
    if not usual:
        bench.complain("nobody_works", node.get("week").key_span)
    days = _days(node.get("days"), usual, bench)
    title = node.label("title") or title_of(name)
    return WorktimeModel(name, title, zone, week, days, layer, node.flag("default"))


def _week(node: Node, bench: Bench) -> tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]:
    found: dict[int, Spans] = {}
    for key, part in node.items():
        spans = _spans(part, bench)
        for day in _weekdays(key):
            if day in found:
                bench.complain("repeated_element", part.key_span, where="week")
            found[day] = spans
    return tuple(found.get(day, ()) for day in range(7))  # type: ignore[return-value] # seven of them


def _weekdays(key: str) -> Iterator[int]:
    for part in key.split(","):
        first, _, last = part.partition("-")
        begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        yield from (day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))


def _spans(node: Node, bench: Bench) -> Spans:
    found: list[tuple[time, time]] = []
    for part in node.elements():
        begin, end = (parse_time(text) for text in str(part.value).split("-"))
        last = found[-1][1] if found else time(0)
        if (end != time(0) and end <= begin) or (found and (begin < last or last == time(0))):
            bench.complain("spans_out_of_order", part, value=str(part.value))
        found.append((begin, end))
    return tuple(found)


def _days(node: Node, usual: Spans, bench: Bench) -> dict[date, Spans]:
    found: dict[date, Spans] = {}
    source = node.get("from") if isinstance(node.value, dict) else node
    if isinstance(source.value, str):
        days = public_days(source.value)
        if days is None:
            near = guess(source.value, known_calendars())
            bench.complain("unknown_holidays", source, calendar=source.value, guess=near)
        else:
            found |= dict.fromkeys(days.closed, ()) | dict.fromkeys(days.working, usual)
    if not isinstance(node.value, dict):
        return found
    for part in node.get("closed").elements():
        found |= dict.fromkeys(_dates(str(part.value), part, bench), ())
    working = node.get("working")
    if isinstance(working.value, dict):
        for key, part in working.items():
            found |= dict.fromkeys(_dates(key, part, bench), _spans(part, bench))
        return found
    for part in working.elements():
        found |= dict.fromkeys(_dates(str(part.value), part, bench), usual)
    return found


def _dates(text: str, node: Node, bench: Bench) -> list[date]:
    first, _, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        bench.complain("bad_literal", node, value=text, type="date")
        return []
    if end < begin or (end - begin).days > _LONGEST:
        bench.complain("ends_before_it_begins", node, begin=begin, end=end)
        return []
    return [begin + timedelta(days=day) for day in range((end - begin).days + 1)]
