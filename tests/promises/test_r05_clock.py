"""R5: clocks that disagree or are set back neither use a number twice nor leave a gap in a day's numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.checkers import wrong_numbers
from tests.promises.conftest import TIER
from tests.promises.load import at_once
from tests.promises.pack import write_pack
from tests.promises.product import Answer, Product

DAY = 86_400
SHIFTS = (0, DAY, -DAY)
CLIENTS, EACH, KILLS = {1: (6, 8, 1), 2: (16, 60, 10), 3: (16, 600, 100)}[TIER]
PACK = """
pack: dated
version: 1.0.0
title: {zh: 日期, en: Dated}
engine: ">=0.1"
languages: [zh, en]
---
object: slip
title: {zh: 单据, en: Slip}
display: number
numbering: {field: number, rule: slip_number}
fields:
  number: {type: text, title: {zh: 编号, en: Number}, readonly: true}
  note: {type: text, title: {zh: 备注, en: Note}}
---
numbering: slip_number
segments: [{text: S}, {date: yyyyMMdd}, {text: "-"}, {counter: 5}]
reset: day
mode: gapless
"""


@pytest.fixture
def dated(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Product]:
    """A home with the pack of dated numbers."""
    url = "" if dialect == "sqlite" else request.getfixturevalue("postgres_url")
    own = Product(tmp_path / "home", url)
    own.home.mkdir()
    own.found(write_pack(tmp_path / "pack", PACK))
    yield own
    own.stop()


@pytest.mark.campaign
def test_r05_servers_whose_clocks_are_days_apart_and_set_back_give_each_number_once(dated: Product) -> None:
    wrong: list[Answer] = []

    def write(number: int) -> None:
        client = dated.client(number)
        for _ in range(EACH):
            told = client.send("POST", "records/slip", {"note": "dated"})
            if told.status != 201:
                wrong.append(told)

    for _ in range(KILLS):
        for shift in SHIFTS:
            dated.serve(told={"TESSERA_CLOCK_SHIFT": str(shift)})
        at_once(write, CLIENTS)
        # killed, and the next servers on other ports start with the clocks as they were first: set back, for some
        dated.stop()

    assert wrong == []
    days: dict[str, list[str]] = defaultdict(list)
    for (number,) in dated.rows("SELECT number FROM slip"):
        days[number.partition("-")[0]].append(number)
    assert len(days) >= len(SHIFTS)
    assert sum(map(len, days.values())) == CLIENTS * EACH * KILLS
    for day, numbers in days.items():
        assert wrong_numbers(numbers, f"{day}-") == [], day
