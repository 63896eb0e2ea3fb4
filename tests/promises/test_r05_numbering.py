"""R5: numbers are unique always and gapless where promised, through rolled-back requests on several processes."""

from __future__ import annotations

import random

import pytest

from tests.promises.checkers import wrong_numbers
from tests.promises.conftest import TIER
from tests.promises.load import LINES, at_once
from tests.promises.product import Product

CLIENTS = 16
EACH = {1: 25, 2: 190, 3: 1_900}[TIER]
BAD_LINES = [{"text": "too much", "quantity": 1, "price": "2000000"}]


@pytest.mark.campaign
def test_r05_gapless_numbers_have_no_gap_when_a_third_of_the_requests_fail_after_taking_one(shared: Product) -> None:
    account = shared.client().make("account", name="numbered")["id"]

    def write(number: int) -> list[str]:
        client, chance = shared.client(number), random.Random(number)
        wrong = []
        for _ in range(EACH):
            given = {"account": account, "lines": LINES}
            if chance.random() < 0.3:
                # the first takes a number, the second is refused, so both are rolled back
                operations = [{"kind": "create", "input": {**given, "lines": lines}} for lines in (LINES, BAD_LINES)]
                told = client.send("POST", "records/entry/bulk", {"operations": operations})
                expected = 422
            else:
                told = client.send("POST", "records/entry", given)
                expected = 201
            if told.status != expected:
                wrong.append(f"{told.status} {told.value}")
        return wrong

    assert [line for lines in at_once(write, CLIENTS) for line in lines] == []
    numbers = [row[0] for row in shared.rows("SELECT number FROM entry")]
    assert len(numbers) > CLIENTS * EACH / 2
    assert wrong_numbers(numbers, "E") == []
    issued = shared.rows("SELECT value, number FROM tessera_number ORDER BY value")
    assert [row[1] for row in issued] == [f"E{value:06d}" for value in range(1, len(numbers) + 1)]
