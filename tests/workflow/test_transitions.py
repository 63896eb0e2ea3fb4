"""Transitions: from, who, when, what they ask, require, check and set; and no other way to change a state."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from engine.kernel.errors import Conflict, Malformed, Missing, Refused, Rejected, StaleVersion, TesseraError
from engine.records import Change
from tests.records.conftest import House


class Desk:
    """A seller's deal that is ready to be sent."""

    def __init__(self, house: House) -> None:
        self.house = house
        hq = house.make("unit", name="HQ")
        for login in ("ann", "eve"):
            house.make("person", name=login, user=house.people[login], department=hq.id)
        self.ann, self.eve, self.boss = (
            house.as_user("ann", "seller"),
            house.as_user("eve", "seller"),
            house.as_user("eve", "boss"),
        )
        self.client = house.make("client", self.ann, name="Acme")
        self.saw = house.make("product", name="Saw", price=60)

    def deal(self, quantity: int = 1) -> Change:
        lines = [{"product": self.saw.id, "quantity": quantity}] if quantity else []
        return self.house.make("deal", self.ann, client=self.client.id, lines=lines)

    def do(self, made: Change, name: str, ctx: Any = None, /, **given: Any) -> Change:
        return self.house.workflow.perform(ctx or self.ann, "deal", made.id, made.version, name, given)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_a_transition_moves_the_record_and_sets_what_it_says(desk: Desk) -> None:
    sent = desk.do(desk.deal(), "submit")

    assert sent.after is not None
    assert (sent.action, sent.after["status"], sent.after["note"]) == ("submit", "sent", "sent by ann")
    assert sent.version == 2
    assert desk.house.records.history(desk.ann, "deal", sent.id)[0].action == "submit"
    events = desk.house.rows("SELECT name FROM tessera_outbox WHERE object = 'deal' ORDER BY sequence")
    assert [row[0] for row in events] == ["deal.created", "deal.submit"]


def test_checks_of_the_transition_and_required_fields_hold_it_back(desk: Desk) -> None:
    with pytest.raises(Rejected) as told:
        desk.do(desk.deal(0), "submit")
    assert [(c.path, c.code, c.message("zh")) for c in told.value.complaints] == [("lines", "check_failed", "没有明细")]

    with pytest.raises(Rejected) as told:
        desk.do(desk.deal(), "drop")
    assert [(c.path, c.code) for c in told.value.complaints] == [("why", "required")]


def test_only_what_is_asked_may_be_given(desk: Desk) -> None:
    made = desk.deal()

    with pytest.raises(Rejected) as told:
        desk.do(made, "drop", why="x", note="y", status="done", total=1)

    assert {c.path for c in told.value.complaints} == {"note", "status", "total"}
    assert desk.house.now(made)["status"] == "draft"


def test_a_guard_that_does_not_hold_refuses(desk: Desk) -> None:
    small, large = desk.deal(1), desk.deal(2)

    with pytest.raises(Rejected) as told:
        desk.do(small, "raise")
    raised = desk.do(large, "raise")

    assert told.value.code == "guard_failed"
    assert raised.after is not None
    assert (raised.after["status"], raised.after["grade"]) == ("draft", "A")


def test_a_transition_that_changes_no_field_is_kept_in_the_trail(desk: Desk) -> None:
    raised = desk.do(desk.deal(2), "raise")

    again = desk.do(raised, "raise")

    assert again.version == 3
    actions = [entry.action for entry in desk.house.records.history(desk.ann, "deal", raised.id)]
    assert actions == ["raise", "raise", "create"]


def test_the_right_to_a_transition_is_not_the_right_to_change(desk: Desk) -> None:
    clerk = desk.house.as_user("bob", "clerk")
    made = desk.deal()

    with pytest.raises(Refused):
        desk.house.change(made, clerk, note="x")
    sent = desk.do(made, "submit", clerk)

    assert sent.after is not None
    assert sent.after["status"] == "sent"
    with pytest.raises(Refused):
        desk.do(sent, "drop", clerk, why="x")


def test_a_guard_may_look_at_the_lines(desk: Desk) -> None:
    clerk = desk.house.as_user("bob", "clerk")
    line = {"product": desk.saw.id, "quantity": 1}
    one, two = desk.deal(), desk.house.make("deal", desk.ann, client=desk.client.id, lines=[line, line])

    with pytest.raises(Rejected):
        desk.do(one, "bundle", clerk)
    assert desk.do(two, "bundle", clerk).version == 2
    assert "bundle" in desk.house.records.get(clerk, "deal", two.id).allowed
    assert "bundle" not in desk.house.records.get(clerk, "deal", one.id).allowed


def test_who_performs_it_matters(desk: Desk) -> None:
    sent = desk.do(desk.deal(), "submit")

    with pytest.raises(Refused):
        desk.do(sent, "finish", desk.eve)
    with pytest.raises(Refused):
        desk.do(desk.deal(), "submit", desk.eve)
    done = desk.do(sent, "finish", desk.boss)

    assert done.after is not None
    assert done.after["status"] == "done"


def test_a_transition_from_another_state_is_a_conflict(desk: Desk) -> None:
    made = desk.deal()
    sent = desk.do(made, "submit")

    with pytest.raises(Conflict) as told:
        desk.do(sent, "submit")
    assert told.value.code == "wrong_state"
    with pytest.raises(StaleVersion):
        desk.do(replace(sent, version=1), "drop", why="x")
    with pytest.raises(Malformed):
        desk.do(sent, "nosuch")
    with pytest.raises(Missing):
        desk.do(replace(sent, id="01a207ac-0000-7000-8000-000000000000"), "drop", why="x")


def test_a_locked_state_lets_only_the_excepted_fields_change(desk: Desk) -> None:
    sent = desk.do(desk.deal(), "submit")

    noted = desk.house.change(sent, desk.ann, note="called")
    with pytest.raises(Rejected) as told:
        desk.house.change(noted, desk.ann, discount=5, lines=[])

    assert {(c.path, c.code) for c in told.value.complaints} == {("discount", "locked"), ("lines", "locked")}


def test_the_state_field_is_written_by_transitions_only(desk: Desk) -> None:
    made = desk.deal()

    for act in (
        partial(desk.house.change, made, status="done"),
        partial(desk.house.make, "deal", client=desk.client.id, status="done"),
        partial(desk.house.change, made, status="draft"),
    ):
        with pytest.raises(Rejected) as told:
            act()
        assert told.value.complaints[0].code == "use_transition"


def test_many_are_moved_each_by_itself(desk: Desk) -> None:
    deals = [desk.deal(1), desk.deal(0), desk.deal(1)]

    done = desk.house.workflow.perform_many(desk.ann, "deal", [(d.id, d.version) for d in deals], "submit", {})

    assert [isinstance(one, TesseraError) for one in done] == [False, True, False]
