"""Amounts in capital figures: what is written reads back as the amount, and follows the rules of documents."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messaging.template_child import capitals
from engine.messaging.templates import Templates
from engine.metamodel.model.printout import TEMPLATE_FILTERS

FIGURES = "零壹贰叁肆伍陆柒捌玖"
SMALL = {"拾": 10, "佰": 100, "仟": 1000}
AMOUNTS = st.integers(min_value=0, max_value=10**18 - 1).map(lambda cents: Decimal(cents) / 100)


def number_of(text: str) -> int:
    """Return what figures say: an interpreter of its own, from left to right."""
    for place, size in (("亿", 10**8), ("万", 10**4)):
        if place in text:
            high, _, low = text.rpartition(place)
            return number_of(high) * size + number_of(low)
    total = figure = 0
    for sign in text:
        if sign in SMALL:
            total, figure = total + figure * SMALL[sign], 0
        else:
            figure = FIGURES.index(sign)
    return total + figure


def amount_of(text: str) -> Decimal:
    whole, _, rest = text.rpartition("元")
    found = Decimal(number_of(whole))
    for place, size in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if place in rest:
            found += FIGURES.index(rest[rest.index(place) - 1]) * size
    return found


@given(AMOUNTS)
def test_what_is_written_reads_back(amount: Decimal) -> None:
    assert amount_of(capitals(amount)) == amount


@given(AMOUNTS)
def test_no_gap_is_written_twice_and_none_at_an_end(amount: Decimal) -> None:
    text = capitals(amount)

    assert "零零" not in text
    assert amount < 1 or not any(f"零{sign}" in text for sign in "元万亿拾佰仟角")


@given(AMOUNTS)
def test_only_a_written_hundredth_does_without_the_closing_word(amount: Decimal) -> None:
    text = capitals(amount)

    assert text.endswith("整") != text.endswith("分")
    assert text.endswith("分") == (amount * 100 % 10 != 0)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("100.05", "壹佰元零伍分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000005", "壹亿零伍元整"),
        ("1230000000000", "壹万贰仟叁佰亿元整"),
        ("1.005", "壹元零壹分"),
        ("-3.20", "负叁元贰角整"),
    ],
)
def test_documents_write_it_so(amount: str, text: str) -> None:
    assert capitals(Decimal(amount)) == text


def test_templates_know_the_filters_that_authors_are_told() -> None:
    templates = Templates(5)
    facts = {"day": None, "sum": Decimal("12.50"), "who": {"title": "Li", "phone": "1"}, "language": "en"}
    source = "{{ sum | capitals }} {{ who }} {{ day | long_day }} {{ sum | quantity }}"

    try:
        texts = templates.render({"text": source, "html": "{{ 'A&1' | barcode }}{{ who.photo | picture }}"}, facts)
        for name in TEMPLATE_FILTERS:
            templates.render({"text": f"{{% if false %}}{{{{ 1 | {name} }}}}{{% endif %}}"}, {})
    finally:
        templates.close()

    assert texts["text"] == "壹拾贰元伍角整 Li  12.5"
    assert texts["html"] == '<img alt="A&amp;1" src="tessera-bars:A%261" style="height:10.0mm">'
