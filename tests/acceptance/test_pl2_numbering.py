"""PL-2 编码规则: meaningful codes for business objects from declared numbering rules."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Rejected
from tests.conftest import DATABASES
from tests.records.conftest import House, Street, street
from tests.records.numbering_pack import PACK

__all__ = ["street"]

WRITERS = 16


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    return street.house(request.param, PACK, clock)


def number(house: House, object: str, **values: Any) -> str:
    made = house.make(object, **values)
    assert made.after is not None
    return str(made.after["number"])


def test_pl2_literal_text_and_counter_with_width(house: House) -> None:
    assert [number(house, "plain") for _ in range(3)] == ["P-001", "P-002", "P-003"]


def test_pl2_mapped_and_padded_field_values_date_scope_and_check_digit(house: House) -> None:
    north = house.make("branch", name="North", code="N1")
    south = house.make("branch", name="South", code="SOUTH")
    day = "2026-09-21"

    numbers = [
        number(house, "rich", kind="goods", branch=north.id, day=day),
        number(house, "rich", kind="service", branch=north.id, day=day),
        number(house, "rich", kind="goods", branch=south.id, day=day),
        number(house, "rich", kind="goods", branch=north.id, day="2026-09-22"),
    ]

    assert [text[:-1] for text in numbers] == [
        "G0N120260921-0001",
        "S0N120260921-0002",
        "GSOU20260921-0001",
        "G0N120260922-0001",
    ]
    assert all(luhn(text) for text in numbers)


def luhn(text: str) -> bool:
    """Tell by the textbook whether the last digit checks the others."""
    digits = "".join(str(int(sign, 36)) for sign in text if sign.isalnum())
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def test_pl2_check_digits_of_the_other_methods(house: House) -> None:
    for _ in range(12):
        text = number(house, "checked")
        assert int(text) % 97 == 1
    for _ in range(12):
        text = number(house, "eleven")
        weights = [2 + place % 6 for place in range(len(text) - 1)]
        value = 10 if text[-1] == "X" else int(text[-1])
        total = sum(int(d) * w for d, w in zip(reversed(text[:-1]), weights, strict=True)) + value
        assert total % 11 == 0


def test_pl2_a_part_without_a_value_is_told(house: House) -> None:
    with pytest.raises(Rejected) as told:
        house.make("rich", kind="goods", day="2026-09-21")

    assert [(c.path, c.code, c.params["field"]) for c in told.value.complaints] == [
        ("number", "number_incomplete", "branch.code")
    ]


def test_pl2_the_counter_starts_anew_each_period_in_the_tenants_zone(house: House) -> None:
    house.clock.instant = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    last = [number(house, "monthly"), number(house, "monthly"), number(house, "quarterly")]
    house.clock.advance(timedelta(minutes=2))
    first = [number(house, "monthly"), number(house, "quarterly")]

    assert last == ["2612001", "2612002", "2026Q4-01"]
    assert first == ["2701001", "2027Q1-01"]
    years = [number(house, "yearly", day=day) for day in ("2025-01-01", "2026-01-01", "2025-12-31")]
    assert years == ["2025001", "2026001", "2025002"]


def test_pl2_each_scope_value_has_its_own_counter(house: House) -> None:
    kinds = ["goods", "service", "goods", "service"]

    assert [number(house, "scoped", kind=kind) for kind in kinds] == [
        "goods-01",
        "service-01",
        "goods-02",
        "service-02",
    ]


def test_pl2_a_clock_that_goes_back_gives_no_number_twice(house: House) -> None:
    numbers = [number(house, "monthly")]
    for step in (timedelta(days=40), timedelta(days=-40), timedelta(days=-400), timedelta(days=400)):
        house.clock.advance(step)
        numbers += [number(house, "monthly"), number(house, "monthly")]

    assert len(set(numbers)) == len(numbers)
    assert numbers[:5] == ["2611001", "2701001", "2701002", "2611002", "2611003"]


def test_pl2_a_counter_that_outgrows_its_width_is_refused_and_never_wraps(house: House) -> None:
    assert [number(house, "narrow"), number(house, "narrow")] == ["N8", "N9"]

    for _ in range(2):
        with pytest.raises(Rejected) as told:
            house.make("narrow")
        assert told.value.complaints[0].code == "number_overflow"


def test_pl2_formulas_that_mention_the_number_are_filled_after_it(house: House) -> None:
    made = house.make("plain")

    assert made.after is not None
    assert made.after["mark"] == "#P-001"
    assert house.now(made)["mark"] == "#P-001"


def test_pl2_a_preview_shows_the_next_code_and_takes_none(house: House) -> None:
    north = house.make("branch", name="North", code="N1")
    given = {"kind": "goods", "branch": north.id, "day": "2026-09-21"}

    shown = house.records.next_number(house.admin, "rich", "number", given)
    again = house.records.next_number(house.admin, "rich", "number", given)

    assert shown == again == number(house, "rich", **given)
    assert house.records.next_number(house.admin, "rich", "number", {"kind": "goods"}) is None
    assert house.records.next_number(house.admin, "fast", "number", {}) == number(house, "fast")
    assert house.records.next_number(house.admin, "fast", "number", {}) == number(house, "fast")


def test_pl2_a_rejected_record_takes_no_number(house: House) -> None:
    number(house, "gapless")
    with pytest.raises(Rejected):
        house.make("gapless", worth=-1)

    assert number(house, "gapless") == "G000002"


@pytest.mark.parametrize("object", ["plain", "fast", "gapless"])
def test_pl2_sixteen_writers_at_once_get_unique_codes(house: House, object: str) -> None:
    each = 6
    start = threading.Barrier(WRITERS)

    def write(_: int) -> list[str]:
        start.wait()
        return [number(house, object) for _ in range(each)]

    with ThreadPoolExecutor(WRITERS) as pool:
        numbers = [text for several in pool.map(write, range(WRITERS)) for text in several]

    assert len(set(numbers)) == len(numbers) == WRITERS * each
    if object != "fast":
        assert sorted(numbers)[-1].endswith(f"{WRITERS * each:03d}")


class Abandoned(Exception):
    """The transaction ends here, on purpose."""


def test_pl2_gap_free_numbering_has_no_gap_when_a_third_of_the_transactions_roll_back(house: House) -> None:
    each = 9

    def write(writer: int) -> int:
        kept = 0
        for turn in range(each):
            try:
                with house.records.unit(house.admin):
                    house.make("gapless")
                    if (writer + turn) % 3 == 0:
                        raise Abandoned
                kept += 1
            except Abandoned:
                pass
        return kept

    with ThreadPoolExecutor(8) as pool:
        kept = sum(pool.map(write, range(8)))

    expected = [f"G{value:06d}" for value in range(1, kept + 1)]
    assert sorted(row[0] for row in house.rows("SELECT number FROM gapless")) == expected
    assert [row[0] for row in house.rows("SELECT number FROM tessera_number ORDER BY value")] == expected


def test_pl2_a_fast_rule_loses_at_most_the_rest_of_its_block(house: House) -> None:
    def abandon() -> None:
        with house.records.unit(house.admin):
            house.make("fast")
            raise Abandoned

    first = number(house, "fast")
    for _ in range(3):
        with pytest.raises(Abandoned):
            abandon()

    house.records.opener.numbers.forget("acme")  # as if the process had ended
    after = number(house, "fast")

    assert first == "F000001"
    assert int(after[1:]) <= 1 + 20
