"""Assignments (4.15, G) and conversions, through REST."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from tests.workflow.life.house import LifeHouse


def request(home: LifeHouse, kind: str, **values: object) -> str:
    return str(home.amy.make("service_request", name="x", kind=kind, **values))


def engineer(home: LifeHouse, id: str) -> str | None:
    found = home.amy.read("service_request", id)["assignee"]
    return home.login_of(found["id"]) if found else None


def test_w_126_round_robin_passes_over_the_absent_and_goes_on(home: LifeHouse) -> None:
    first = [engineer(home, request(home, "turn")) for _ in range(2)]
    home.duty("tom", on=False)
    third = engineer(home, request(home, "turn"))
    home.duty("tom", on=True)
    by_hand = request(home, "none", assignee=home.users["tom"])
    fourth = engineer(home, request(home, "turn"))

    assert first == ["tao", "tina"]
    assert third == "tao"
    assert engineer(home, by_hand) == "tom"
    assert fourth == "tina"


def test_w_126_each_key_has_a_turn_of_its_own(home: LifeHouse) -> None:
    east = [engineer(home, request(home, "turn", region="east")) for _ in range(2)]
    north = engineer(home, request(home, "turn", region="north"))

    assert (east, north) == (["tao", "tina"], "tao")


def test_w_127_requests_at_once_go_to_different_people(home: LifeHouse) -> None:
    for login in ("tao", "tina", "tom", "tom"):
        request(home, "none", assignee=home.users[login])

    with ThreadPoolExecutor(2) as pool:
        ids = list(pool.map(lambda _: request(home, "load"), range(2)))

    assert sorted(engineer(home, id) or "" for id in ids) == ["tao", "tina"]


def test_w_128_when_all_are_at_the_cap_the_fallback_gets_it(home: LifeHouse) -> None:
    for login in ("tao", "tina", "tom"):
        for _ in range(8):
            request(home, "none", assignee=home.users[login])

    assert engineer(home, request(home, "load")) == "shen"
    assert home.rows("SELECT name FROM tessera_outbox WHERE name = '!emit'") == [("!emit",)]


def test_w_129_work_that_is_not_accepted_goes_to_the_next(home: LifeHouse) -> None:
    id = request(home, "offer")
    first = engineer(home, id)
    home.until("2026-09-21 09:31")
    second = engineer(home, id)
    home.tina.post(f"/records/service_request/{id}/assignment/decline", status=204)
    third = engineer(home, id)
    home.tao.post(f"/records/service_request/{id}/assignment/accept", status=204)
    late = home.tom.post(f"/records/service_request/{id}/assignment/accept", status=409)

    assert (first, second, third) == ("tom", "tina", "tao")
    assert late["code"] == "offer_over"
    assigned = home.amy.life("service_request", id)["assigned"]
    assert [row["state"] for row in assigned] == ["late", "declined", "accepted"]
    assert engineer(home, id) == "tao"


def test_w_130_who_served_last_gets_it_unless_off_duty(home: LifeHouse) -> None:
    sticky = engineer(home, request(home, "load", last_engineer=home.users["tom"]))
    home.duty("tom", on=False)
    normal = engineer(home, request(home, "load", last_engineer=home.users["tom"]))

    assert sticky == "tom"
    assert normal in ("tao", "tina")


def test_w_163_weights_are_spread_evenly(home: LifeHouse) -> None:
    ids = [home.amy.make("lead", name=str(n), region="spread") for n in range(9)]

    got = [home.login_of(home.amy.read("lead", id)["responsible"]["id"]) for id in ids]

    assert (got.count("tom"), got.count("tina")) == (6, 3)
    assert "tom tom tom" not in " ".join(str(login) for login in got)


# -- conversions -------------------------------------------------------------------------------------------------------


def issued(home: LifeHouse) -> str:
    lines = [{"product": "Pump", "quantity": 5}, {"product": "Valve", "quantity": 2}]
    id = home.amy.make("quotation", total=100, lines=lines)
    home.amy.move("quotation", id, "issue")
    return str(id)


def test_a_quotation_becomes_orders_part_by_part_and_no_part_twice(home: LifeHouse) -> None:
    id = issued(home)
    path = f"/records/quotation/{id}/conversions/to_order"
    pump, valve = sorted(home.amy.read("quotation", id)["lines"], key=lambda line: line["product"])

    first = home.amy.post(path, {"quantities": {pump["id"]: 3}, "fields": {"sales_order": {"remark": "soon"}}}, 201)
    left = home.amy.get(path)["sales_order.lines"]
    too_much = home.amy.post(path, {"quantities": {pump["id"]: 3}}, 422)
    second = home.amy.post(path, {}, 201)
    nothing = home.amy.post(path, {}, 409)

    assert (first["complete"], second["complete"]) == (False, True)
    assert {line["id"]: Decimal(line["open"]) for line in left} == {pump["id"]: 2, valve["id"]: 2}
    assert too_much["errors"][0]["code"] == "more_than_open"
    assert nothing["code"] == "nothing_open"
    order = home.amy.read("sales_order", first["made"]["sales_order"]["id"])
    assert (order["remark"], Decimal(order["lines"][0]["quantity"])) == ("soon", 3)
    assert home.amy.life("quotation", id)["conversions"] == []


def test_sixteen_clients_at_once_convert_every_part_once(home: LifeHouse) -> None:
    id = issued(home)
    path = f"/records/quotation/{id}/conversions/to_order"

    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: home.desk("amy").send("POST", path, {}).status_code, range(16)))

    assert codes.count(201) == 1
    assert set(codes) <= {201, 409, 503}
    assert home.count("sales_order") == 1
    assert home.count("order_line") == 2
