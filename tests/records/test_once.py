"""Idempotency keys: one effect, the same answer again, and no answer for what never happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.kernel.errors import Rejected
from engine.records import Change, Once, StoredAnswer
from tests.records.conftest import House


def create(house: House, name: str, key: str = "k1", digest: str = "d1", route: str = "POST product") -> StoredAnswer:
    def act() -> Change:
        return house.make("product", name=name, price=1)

    def answer(change: Change) -> StoredAnswer:
        return StoredAnswer(201, f'{{"id": "{change.id}"}}', {"ETag": f'"{change.version}"'})

    return house.records.run_once(house.admin, Once(key, route, digest), act, answer)


def test_a_repetition_gets_the_first_answer_and_no_second_effect(house: House) -> None:
    first = create(house, "Saw")

    again = create(house, "Saw")

    assert not first.replayed
    assert again.replayed
    assert (again.status, again.body, again.headers) == (first.status, first.body, first.headers)
    assert house.rows("SELECT count(*) FROM product") == [(1,)]


def test_a_key_is_good_for_one_request_of_one_actor_on_one_route(house: House) -> None:
    create(house, "Saw")

    with pytest.raises(Rejected) as told:
        create(house, "Axe", digest="d2")
    create(house, "Axe", route="POST other")

    assert told.value.code == "idempotency_key_reused"
    assert house.rows("SELECT count(*) FROM product") == [(2,)]


def test_what_was_rejected_is_not_kept(house: House) -> None:
    with pytest.raises(Rejected):
        create(house, "")

    assert not create(house, "Saw").replayed


def test_an_answer_is_kept_for_three_days(house: House) -> None:
    create(house, "Saw")
    house.clock.advance(timedelta(hours=71))
    assert create(house, "Saw").replayed
    house.clock.advance(timedelta(hours=2))

    with pytest.raises(Rejected) as told:
        create(house, "Saw")
    assert told.value.complaints[0].code == "not_unique"
    assert not create(house, "Axe").replayed


def test_many_verbs_in_one_unit_are_one_transaction(house: House) -> None:
    def work() -> None:
        with house.records.unit(house.admin):
            made = house.make("product", name="Saw", price=1)
            house.change(made, price=2)
            assert house.now(made)["price"] == 2
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        work()

    assert house.rows("SELECT count(*) FROM product") == [(0,)]
    assert house.rows("SELECT count(*) FROM tessera_audit") == [(0,)]
