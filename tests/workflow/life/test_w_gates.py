"""Gates of transitions (L3) with real approvals, through REST."""

from __future__ import annotations

from typing import Any

from tests.workflow.life.house import Desk, LifeHouse


def decide(desk: Desk, verb: str, **given: Any) -> None:
    """Decide the only task of a person."""
    (task,) = desk.get("/tasks?list=todo&limit=50")["items"]
    desk.post(f"/tasks/{task['id']}/{verb}", given)


def quotation(home: LifeHouse, **values: Any) -> str:
    return str(home.amy.make("quotation", **{"total": 100, "discount": 20, "payment_days": 30, **values}))


def test_w_111_a_gate_holds_a_transition_until_its_approval(home: LifeHouse) -> None:
    id = quotation(home)
    home.amy.move("quotation", id, "submit")
    held = home.amy.read("quotation", id)
    decide(home.lin, "approve")

    read = home.amy.read("quotation", id)
    assert (held["status"], held["number"]) == ("in_approval", None)
    assert (read["status"], read["number"]) == ("issued", "Q0001")
    told = home.rows("SELECT count(*) FROM tessera_outbox WHERE name = '!notify' AND record = '" + id + "'")
    assert told[0][0] >= 1


def test_w_111_a_rejected_gate_leads_back(home: LifeHouse) -> None:
    id = quotation(home)
    home.amy.move("quotation", id, "submit")
    decide(home.lin, "reject", comment="too low")

    read = home.amy.read("quotation", id)
    assert (read["status"], read["number"]) == ("draft", None)


def test_a_gate_that_does_not_hold_lets_pass_at_once(home: LifeHouse) -> None:
    id = quotation(home, discount=5)
    home.amy.move("quotation", id, "submit")

    assert home.amy.read("quotation", id)["status"] == "issued"


def test_w_10_an_unknown_value_demands_the_gate(home: LifeHouse) -> None:
    id = quotation(home, discount=None)
    home.amy.move("quotation", id, "submit")

    assert home.amy.read("quotation", id)["status"] == "in_approval"


def test_w_117_a_material_change_asks_a_passed_gate_anew(home: LifeHouse) -> None:
    id = quotation(home, payment_days=90)
    home.amy.move("quotation", id, "submit")
    decide(home.lin, "approve")
    between = home.amy.read("quotation", id)["status"]
    decide(home.gao, "approve", values={"discount": 30})
    again = home.amy.read("quotation", id)["status"]
    decide(home.lin, "approve")

    assert (between, again) == ("in_approval", "in_approval")
    assert home.amy.read("quotation", id)["status"] == "issued"


def test_w_117_a_passed_gate_stands_while_its_data_do(home: LifeHouse) -> None:
    id = quotation(home, payment_days=90)
    home.amy.move("quotation", id, "submit")
    decide(home.lin, "approve")
    decide(home.gao, "approve")

    assert home.amy.read("quotation", id)["status"] == "issued"
