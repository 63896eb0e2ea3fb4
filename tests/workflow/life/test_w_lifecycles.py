"""Life-cycles (4.14) and their clocks (4.10) through REST."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from tests.workflow.life.house import LifeHouse

LINES = [{"product": "Pump", "quantity": "5"}, {"product": "Valve", "quantity": "2"}]


def quotation(home: LifeHouse, **values: object) -> str:
    return str(home.amy.make("quotation", **{"total": 100, "valid_until": "2026-09-21", "lines": LINES, **values}))


def issued(home: LifeHouse, **values: object) -> str:
    id = quotation(home, **values)
    home.amy.move("quotation", id, "issue")
    return id


def test_w_11_a_guard_that_is_null_does_not_let_pass(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")
    for step in ("dispatch", "resolve"):
        home.amy.move("service_request", id, step)

    told = home.amy.move("service_request", id, "feedback", 422)
    done = home.amy.move("service_request", id, "feedback", satisfaction=4)

    assert told["code"] == "guard_failed"
    assert done["id"] == id
    assert home.amy.read("service_request", id)["status"] == "closed"


def test_a_transition_runs_its_effects_in_order_and_gives_its_number_last(home: LifeHouse) -> None:
    id = issued(home)

    read = home.amy.read("quotation", id)
    assert (read["status"], read["number"], read["note"]) == ("issued", "Q0001", "total 100")
    assert home.count("tessera_outbox", "name = '!notify'") == 1


def test_w_112_of_two_windows_one_gets_wrong_state(home: LifeHouse) -> None:
    id = issued(home)
    tag = home.tag("quotation", id)
    path = f"/records/quotation/{id}/transitions/"

    home.amy.post(path + "accept", {"accepted_date": "2026-09-21"}, If_Match=tag)
    told = home.amy.post(path + "decline", {"lost_reason": "x"}, 409, If_Match=tag)

    assert told["code"] == "wrong_state"
    assert home.count("sales_order") == 1
    read = home.amy.read("quotation", id)
    assert read["status"] == "accepted"
    order = home.amy.read("sales_order", read["order"]["id"])
    assert sorted((line["product"], Decimal(line["quantity"])) for line in order["lines"]) == [
        ("Pump", 5),
        ("Valve", 2),
    ]


def test_w_112_two_at_the_same_moment_make_one_order(home: LifeHouse) -> None:
    id = issued(home)
    tag = home.tag("quotation", id)

    def act(transition: str) -> int:
        path = f"/records/quotation/{id}/transitions/{transition}"
        return home.desk("amy").send("POST", path, {}, If_Match=tag).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(act, ["accept", "decline", "accept", "decline"]))

    assert codes == [200, 409, 409, 409]
    assert home.count("sales_order") <= 1


def test_w_113_auto_transitions_run_to_a_fixed_point_in_one_commit(home: LifeHouse) -> None:
    id = home.amy.make("customer", name="Acme")

    home.amy.change("customer", id, order_count=3)
    home.amy.change("customer", id, order_count=3, name="Acme Ltd")

    steps = home.amy.life("customer", id)["steps"]
    assert [(step["transition"], step["from"], step["to"]) for step in steps] == [
        ("first_order", "potential", "first_deal"),
        ("become_regular", "first_deal", "regular"),
    ]
    assert home.amy.read("customer", id)["stage"] == "regular"


def test_an_answer_tells_the_state_that_auto_transitions_led_to(home: LifeHouse) -> None:
    told = home.amy.post("/records/customer", {"name": "Acme", "order_count": 1}, 201)

    read = home.amy.read("customer", told["id"])
    assert (read["version"], read["stage"]) == (told["version"], "first_deal")


def test_w_114_a_timed_transition_moves_with_its_date(home: LifeHouse) -> None:
    id = issued(home, valid_until="2026-09-21")
    home.at("2026-09-20 12:00")
    home.amy.change("quotation", id, valid_until="2026-09-30")

    home.until("2026-09-22 08:00")
    still = home.amy.read("quotation", id)["status"]
    home.until("2026-09-30 23:59:58")
    before = home.amy.read("quotation", id)["status"]
    home.until("2026-09-30 23:59:59")

    assert (still, before) == ("issued", "issued")
    assert home.amy.read("quotation", id)["status"] == "expired"


def test_a_timed_transition_without_its_date_waits_for_one(home: LifeHouse) -> None:
    id = issued(home, valid_until=None)

    home.until("2027-01-01 00:00")
    home.amy.change("quotation", id, valid_until="2027-01-02")
    home.until("2027-01-03 00:00")

    assert home.amy.read("quotation", id)["status"] == "expired"


def test_w_115_a_state_written_directly_is_refused(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")

    told = home.amy.change("service_request", id, 422, status="closed")

    assert [error["code"] for error in told["errors"]] == ["use_transition"]


def test_w_116_a_clock_across_states_pauses_and_goes_on(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")
    home.amy.move("service_request", id, "dispatch")
    home.at("2026-09-21 10:00")
    home.amy.move("service_request", id, "ask_customer")
    waiting = home.amy.clock("service_request", id, "resolution")
    home.at("2026-09-21 15:00")
    home.amy.move("service_request", id, "answered")
    going = home.amy.clock("service_request", id, "resolution")
    response = home.amy.clock("service_request", id, "response")

    assert (waiting["state"], waiting["consumed"], waiting["due"]) == ("paused", 3600, None)
    assert going["due"] == "2026-09-22T06:00:00Z"  # Tuesday 14:00 in Shanghai
    assert (response["state"], response["due"]) == ("running", "2026-09-21T06:00:00Z")


def test_a_breached_clock_acts_once_and_is_recorded(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")
    home.until("2026-09-21 14:00")
    home.until("2026-09-21 16:00")
    home.amy.move("service_request", id, "dispatch")
    home.amy.move("service_request", id, "start")

    clock = home.amy.clock("service_request", id, "response")
    assert home.amy.read("service_request", id)["breached"] is True
    assert (clock["outcome"], clock["consumed"]) == ("breached", 6 * 3600)
    assert home.count("tessera_timer_fire") == 1


def test_w_166_leaving_a_state_ends_its_clock_as_met(home: LifeHouse) -> None:
    id = home.amy.make("lead", name="x")
    home.at("2026-09-21 10:00")
    home.amy.move("lead", id, "contact")
    home.until("2026-09-22 18:00")

    clock = home.amy.clock("lead", id, "new.sla")
    assert (clock["state"], clock["outcome"], clock["consumed"]) == ("ended", "met", 3600)
    assert home.amy.read("lead", id)["region"] is None


def test_w_167_a_step_tells_how_long_the_state_lasted(home: LifeHouse) -> None:
    home.at("2026-09-18 16:00")
    id = home.amy.make("service_request", name="x")
    home.at("2026-09-18 17:00")
    home.amy.move("service_request", id, "dispatch")
    home.at("2026-09-21 10:00")
    home.amy.move("service_request", id, "start")

    first, second = home.amy.life("service_request", id)["steps"]
    assert (first["plain"], first["working"]) == (3600, 3600)
    assert (second["from"], second["plain"], second["working"]) == ("assigned", 65 * 3600, 2 * 3600)


def test_w_168_a_failing_effect_undoes_all(home: LifeHouse) -> None:
    id = home.amy.make("lead", name="x", amount=-5)
    home.amy.move("lead", id, "qualify")

    told = home.amy.move("lead", id, "convert", 422)

    assert [error["code"] for error in told["errors"]] == ["out_of_range"]
    assert (home.count("customer"), home.count("contact"), home.count("opportunity")) == (0, 0, 0)
    assert home.amy.read("lead", id)["status"] == "qualified"
    home.amy.change("lead", id, amount=5)
    home.amy.move("lead", id, "convert")
    read = home.amy.read("lead", id)
    assert read["status"] == "converted"
    assert home.amy.read("opportunity", read["opportunity"]["id"])["customer"]["id"] == read["customer"]["id"]


def test_after_a_time_a_state_is_left_by_itself(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")
    for step in ("dispatch", "resolve"):
        home.amy.move("service_request", id, step)

    home.until("2026-09-26 08:59")
    before = home.amy.read("service_request", id)["status"]
    home.until("2026-09-26 09:00")

    assert (before, home.amy.read("service_request", id)["status"]) == ("resolved", "closed")


def test_w_164_a_command_has_one_instant(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="x")
    home.amy.move("service_request", id, "dispatch")
    home.amy.move("service_request", id, "start")

    read = home.amy.read("service_request", id)
    step = home.amy.life("service_request", id)["steps"][-1]
    assert read["first_response_at"] == read["updated_at"] == step["at"]


def test_w_88_two_workers_fire_a_rung_once(home: LifeHouse) -> None:
    ids = [home.amy.make("service_request", name=str(n)) for n in range(6)]
    home.at("2026-09-21 14:00")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: home.engine.processes.timers.fire_due("t1"), range(2)))

    assert home.count("tessera_timer_fire") == len(ids)
    changed = home.rows("SELECT count(*) FROM tessera_audit WHERE object = 'service_request' AND action = 'update'")
    assert changed == [(len(ids),)]
