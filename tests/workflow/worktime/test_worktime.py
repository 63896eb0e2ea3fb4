"""Working time by the calendar of Org-1: the worked examples of the design, and what holds for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.errors import Rejected
from engine.records.worktime import PLAIN, Budget, WorkCalendar, WorkClock, hours_of, parse_budget
from engine.records.worktime.calendar import instant_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE_HOURS = (hours_of("09:00-12:00"), hours_of("13:00-18:00"))
HOLIDAYS = {date(2026, 10, day): () for day in range(1, 8)}
OFFICE = WorkCalendar(SHANGHAI, dict.fromkeys(range(5), OFFICE_HOURS), {**HOLIDAYS, date(2026, 10, 10): OFFICE_HOURS})


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, budget: str, calendar: WorkCalendar = OFFICE) -> str:
    return calendar.shift(local(start), parse_budget(budget)).astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-18 17:00", "2026-09-21 17:00"),
        ("2026-09-30 16:00", "2026-10-08 16:00"),
        ("2026-10-09 17:00", "2026-10-10 17:00"),
    ],
)
def test_w_83_eight_hours_run_over_weekends_holidays_and_make_up_days(start: str, end: str) -> None:
    assert due(start, "PT8H") == end


@pytest.mark.parametrize(
    ("budget", "start", "end"),
    [
        ("P1D", "2026-09-18 17:00", "2026-09-21 17:00"),
        ("P2D", "2026-09-30 16:00", "2026-10-09 16:00"),
        ("P1D", "2026-09-19 11:00", "2026-09-22 09:00"),
        ("P1DT4H", "2026-09-18 17:00", "2026-09-22 12:00"),
    ],
)
def test_w_85_days_are_working_days_at_the_same_time(budget: str, start: str, end: str) -> None:
    assert due(start, budget) == end


def test_w_86_a_budget_that_ends_with_the_day_stays_there() -> None:
    assert due("2026-09-21 17:00", "PT1H") == "2026-09-21 18:00"


def test_w_84_a_pause_keeps_the_rest_of_the_budget() -> None:
    clock = WorkClock.start(OFFICE, local("2026-09-21 10:00"), parse_budget("PT8H"))

    paused = clock.pause(OFFICE, local("2026-09-21 11:00"))
    resumed = paused.resume(local("2026-09-21 15:00"))

    assert clock.due(OFFICE) == local("2026-09-22 10:00")
    assert paused.due(OFFICE) is None
    assert resumed.budget - resumed.consumed == timedelta(hours=7)
    assert resumed.due(OFFICE) == local("2026-09-22 14:00")


def test_a_budget_of_days_becomes_hours_at_the_start() -> None:
    clock = WorkClock.start(OFFICE, local("2026-09-18 17:00"), parse_budget("P1D"))

    assert clock.budget == timedelta(hours=8)


def test_rungs_count_working_time_before_and_after_the_due_time() -> None:
    clock = WorkClock.start(OFFICE, local("2026-09-21 10:00"), parse_budget("PT8H"))

    assert clock.rung(OFFICE, parse_budget("-PT2H")) == local("2026-09-21 17:00")
    assert clock.rung(OFFICE, Budget()) == local("2026-09-22 10:00")
    assert clock.rung(OFFICE, parse_budget("PT8H")) == local("2026-09-23 10:00")


def test_a_day_with_shorter_hours_ends_the_budget_at_its_end() -> None:
    short = WorkCalendar(
        SHANGHAI, dict.fromkeys(range(5), OFFICE_HOURS), {date(2026, 9, 22): (hours_of("09:00-12:00"),)}
    )

    assert due("2026-09-21 17:00", "P1D", short) == "2026-09-22 12:00"


def test_night_shifts_reach_into_the_next_day() -> None:
    nights = WorkCalendar(SHANGHAI, {day: (hours_of("22:00-06:00"),) for day in range(5)}, {})

    assert due("2026-09-18 23:00", "PT7H", nights) == "2026-09-19 06:00"
    assert due("2026-09-19 01:00", "PT6H", nights) == "2026-09-21 23:00"
    assert nights.measure(local("2026-09-19 00:00"), local("2026-09-19 12:00")) == timedelta(hours=6)


def test_a_night_in_which_the_clock_jumps_has_the_hours_that_pass() -> None:
    nights = WorkCalendar(BERLIN, {day: (hours_of("00:00-06:00"),) for day in range(7)}, {})

    spring = nights.measure(local("2026-03-29 00:00", BERLIN), local("2026-03-29 06:00", BERLIN))
    autumn = nights.measure(local("2026-10-25 00:00", BERLIN), local("2026-10-25 06:00", BERLIN))

    assert (spring, autumn) == (timedelta(hours=5), timedelta(hours=7))


def test_a_time_that_a_zone_skips_is_the_next_one_that_exists() -> None:
    assert instant_of(BERLIN, date(2026, 3, 29), 150) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert instant_of(BERLIN, date(2026, 10, 25), 150) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_of(ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4), 135) == datetime(
        2026, 10, 3, 15, 30, tzinfo=UTC
    )


def test_a_calendar_without_hours_is_refused_and_does_not_search_for_ever() -> None:
    with pytest.raises(Rejected, match="no working time"):
        WorkCalendar(SHANGHAI, {}, {}).shift(local("2026-09-21 10:00"), parse_budget("PT1H"))


@pytest.mark.parametrize("text", ["", "P", "PT", "8h", "P1M", "PT1H2", "P-1D"])
def test_what_is_not_a_duration_is_said(text: str) -> None:
    with pytest.raises(Rejected):
        parse_budget(text)


@pytest.mark.parametrize("text", ["PT8H", "-PT2H", "P1D", "P1DT4H30M", "PT0H", "-P2D", "PT15M30S"])
def test_a_budget_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_budget(text)) == text


def test_plain_time_counts_every_minute() -> None:
    assert PLAIN.shift(local("2026-09-18 17:00"), parse_budget("P1DT1H")) == local("2026-09-19 18:00")


# -- what holds for every calendar -------------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    week = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        ends = sorted(draw(st.sets(st.integers(0, 48).map(lambda n: 30 * n), min_size=2, max_size=4)))
        week[day] = tuple(zip(ends[::2], ends[1::2], strict=False))
    offsets = draw(st.sets(st.integers(0, 40), max_size=6))
    return WorkCalendar(
        draw(st.sampled_from([SHANGHAI, BERLIN])), week, {date(2026, 3, 20) + timedelta(days=n): () for n in offsets}
    )


moments = st.integers(0, 44_640).map(lambda m: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=m))
amounts = st.integers(0, 900).map(lambda minutes: timedelta(minutes=minutes))


@settings(deadline=None, max_examples=25)
@given(calendars(), moments, amounts)
def test_what_a_budget_takes_is_the_budget(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    assert calendar.measure(start, calendar.shift(start, Budget(0, amount))) == amount


@settings(deadline=None, max_examples=25)
@given(calendars(), moments, amounts, amounts)
def test_two_budgets_in_a_row_are_their_sum(
    calendar: WorkCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    between = calendar.shift(start, Budget(0, one))

    assert calendar.shift(between, Budget(0, other)) == calendar.shift(start, Budget(0, one + other))


@settings(deadline=None, max_examples=25)
@given(calendars(), moments, moments, amounts, st.integers(0, 5))
def test_who_starts_later_is_not_due_earlier(
    calendar: WorkCalendar, one: datetime, other: datetime, amount: timedelta, days: int
) -> None:
    early, late = sorted([one, other])

    assert calendar.shift(early, Budget(days, amount)) <= calendar.shift(late, Budget(days, amount))


@settings(deadline=None, max_examples=25)
@given(calendars(), moments, amounts)
def test_going_back_what_was_gone_forward_is_no_working_time(
    calendar: WorkCalendar, start: datetime, amount: timedelta
) -> None:
    back = calendar.shift(calendar.shift(start, Budget(0, amount)), Budget(0, -amount))

    assert calendar.measure(min(start, back), max(start, back)) == timedelta(0)


@settings(deadline=None, max_examples=25)
@given(calendars(), moments, st.lists(st.integers(0, 600), min_size=1, max_size=6))
def test_pauses_do_not_use_up_a_clock(calendar: WorkCalendar, start: datetime, minutes: list[int]) -> None:
    clock = WorkClock.start(calendar, start, Budget(0, timedelta(minutes=900)))
    at, worked = start, timedelta(0)
    for index, step in enumerate(minutes):
        later = at + timedelta(minutes=step)
        if index % 2 == 0:
            worked += calendar.measure(at, later)
            clock = clock.pause(calendar, later)
        else:
            clock = clock.resume(later)
        at = later

    assert clock.used(calendar, at) == worked
