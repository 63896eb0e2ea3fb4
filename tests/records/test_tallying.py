"""Counts and sums by group: exact on both databases, over the rows and fields that the reader may see."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.kernel.errors import Malformed
from engine.records import Listing
from tests.records.conftest import House
from tests.records.test_reading import Firm


@pytest.fixture
def firm(house: House) -> Firm:
    return Firm(house)


def test_records_are_counted_by_group(firm: Firm) -> None:
    found = firm.house.records.tally(firm.house.admin, Listing("client"), by=("grade",))

    assert {tally.group[0]: tally.count for tally in found} == {"A": 1, "B": 1, None: 1}


def test_a_reader_counts_only_what_he_sees(firm: Firm) -> None:
    found = firm.house.records.tally(firm.bob, Listing("client"), by=("grade",))

    assert [(tally.group, tally.count) for tally in found] == [((None,), 1)]


def test_sums_are_exact_and_empty_where_nothing_is_summed(firm: Firm) -> None:
    records, admin = firm.house.records, firm.house.admin
    for price in ("0.10", "0.20", "123456789.01"):
        firm.house.make("product", name=f"P{price}", price=price)

    (whole,) = records.tally(admin, Listing("product", where='starts with(name, "P")'), sums=("price",))
    (none,) = records.tally(admin, Listing("product", where='name = "?"'), sums=("price",))

    assert (whole.count, whole.sums) == (3, (Decimal("123456789.31"),))
    assert (none.count, none.sums) == (0, (None,))


def test_fields_that_are_masked_on_some_row_cannot_be_grouped_by(firm: Firm) -> None:
    with pytest.raises(Malformed) as refused:
        firm.house.records.tally(firm.ann, Listing("client"), by=("phone",))

    assert refused.value.code == "field_not_available"


def test_what_is_no_figure_cannot_be_summed(firm: Firm) -> None:
    with pytest.raises(Malformed):
        firm.house.records.tally(firm.house.admin, Listing("client"), sums=("name",))
