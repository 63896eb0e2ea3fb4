"""Many at once: no update is lost, no sum is wrong, nobody waits for each other in a circle."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from engine.kernel.errors import Conflict, Rejected, StaleVersion
from engine.records import Change, Once, StoredAnswer
from tests.records.conftest import House

CLIENTS = 16


def at_once(act: Callable[[int], Any], count: int = CLIENTS) -> list[Any]:
    start = threading.Barrier(count)

    def go(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(go, range(count)))


def test_no_update_is_lost(house: House) -> None:
    made = house.make("client", name="Acme", limit=0)

    def count_up(_: int) -> int:
        done = 0
        for _ in range(8):
            now = house.records.get(house.admin, "client", made.id)
            try:
                house.records.update(house.admin, "client", made.id, now.version, {"limit": now.values["limit"] + 1})
                done += 1
            except StaleVersion as stale:
                told.add(tuple(stale.complaint.params["changed_fields"]))
        return done

    told: set[tuple[str, ...]] = set()
    succeeded = sum(at_once(count_up))

    assert told <= {("limit", "room")}
    assert house.now(made)["limit"] == succeeded
    assert house.now(made)["version"] == succeeded + 1


def test_sums_are_right_while_many_write_to_one_holder(house: House) -> None:
    clients = [house.make("client", name=f"C{n}") for n in range(2)]
    saw = house.make("product", name="Saw", price=1)

    def deal(number: int) -> Decimal:
        total = Decimal(0)
        for turn in range(4):
            client = clients[(number + turn) % 2]
            quantity = number * 10 + turn + 1
            made = house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": quantity}])
            if turn == 3:
                now = house.now(made)
                house.records.update(house.admin, "deal", made.id, now["version"], {"client": clients[0].id})
            total += quantity
        return total

    total = sum(at_once(deal, 8))

    held = [house.now(client) for client in clients]
    assert sum(now["deal_total"] for now in held) == total
    assert sum(now["open_count"] for now in held) == 32
    assert all(now["room"] == 1000 - now["deal_total"] for now in held)


def test_changes_that_reach_for_each_others_records_end(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price=1)
    deals = [house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": 1}]) for _ in range(4)]

    def change(number: int) -> None:
        for turn in range(5):
            if number % 2:
                now = house.now(client)
                act: tuple[Any, ...] = ("client", client.id, now["version"], {"name": f"Acme {number}.{turn}"})
            else:
                deal = deals[number // 2]
                act = ("deal", deal.id, house.now(deal)["version"], {"discount": turn})
            with contextlib.suppress(StaleVersion):
                house.records.update(house.admin, *act)

    at_once(change, 8)

    name = house.now(client)["name"]
    assert {house.now(deal)["client_name"] for deal in deals} == {name}
    assert house.now(client)["deal_total"] == sum(house.now(deal)["total"] for deal in deals)


def test_of_many_with_the_same_unique_value_one_is_saved(house: House) -> None:
    def make(number: int) -> str:
        try:
            house.make("product", name="Saw", price=number)
            return "saved"
        except Rejected as error:
            return error.complaints[0].path + " " + error.complaints[0].code

    told = at_once(make)

    assert sorted(set(told)) == ["name not_unique", "saved"]
    assert told.count("saved") == 1


def test_of_many_with_the_same_key_one_acts(house: House) -> None:
    def act() -> Change:
        return house.make("deal", client=client.id)

    def answer(change: Change) -> StoredAnswer:
        return StoredAnswer(201, change.id)

    def send(_: int) -> str:
        try:
            return house.records.run_once(house.admin, Once("k", "POST deal", "d"), act, answer).body
        except Conflict as busy:
            return busy.code

    client = house.make("client", name="Acme")
    told = at_once(send)

    assert len(set(told) - {"idempotency_in_progress"}) == 1
    assert house.rows("SELECT count(*) FROM deal") == [(1,)]
    assert house.now(client)["open_count"] == 1
    assert house.rows("SELECT number FROM tessera_number") == [("D202611-001",)]


def test_a_reader_never_sees_half_of_a_change(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price=1)
    made = house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": 1}])
    stop = threading.Event()
    wrong: list[Any] = []

    def watch() -> None:
        while not stop.is_set():
            rows = house.rows(
                "SELECT d.net, (SELECT sum(amount) FROM deal_line WHERE deal = d.id), c.deal_total, c.room"
                " FROM deal d JOIN client c ON c.id = d.client"
            )
            net, lines, total, room = rows[0]
            scale = 100 if house.database.dialect == "sqlite" else 1
            if not net == lines == total or room != 1000 * scale - total:
                wrong.append(rows)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(25):
        now = house.records.get(house.admin, "deal", made.id)
        lines = [{"id": line.id, "quantity": turn + 1} for line in now.lines["lines"]]
        house.records.update(
            house.admin, "deal", made.id, now.version, {"lines": [*lines, {"product": saw.id, "quantity": 1}]}
        )
    stop.set()
    watcher.join()

    assert wrong == []


def test_what_must_always_hold_holds_while_many_write(house: House) -> None:
    client = house.make("client", name="Capped", cap=10)
    saw = house.make("product", name="Saw", price=1)

    def deal(_: int) -> bool:
        with contextlib.suppress(Rejected, Conflict):
            house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": "3"}])
            return True
        return False

    assert at_once(deal).count(True) == 3
    assert house.now(client)["deal_total"] == 9
