"""Reactions: subscribers see what a command changed before it is committed, and act inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from engine.kernel.errors import Conflict, Rejected
from engine.metamodel.model import TenantModel
from engine.records import Change, Operation, RecordService, Unit
from tests.records.conftest import House

Act = Callable[[Unit, Sequence[Change]], None]


@dataclass
class Heard:
    """A subscriber of one object that keeps what it heard and does what a test tells it."""

    object: str = "client"
    act: Act | None = None
    waves: list[list[Change]] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)

    def concerns(self, model: TenantModel, object: str) -> bool:
        return object == self.object

    def react(self, unit: Unit, changes: Sequence[Change]) -> None:
        self.waves.append(list(changes))
        self.depths.append(unit.chain.depth)
        if self.act is not None:
            self.act(unit, changes)


@pytest.fixture(name="house")
def house_of_its_own(house: House) -> House:
    """The tenant that all tests share, behind a counter whose subscribers are this test's."""
    return replace(house, records=RecordService(house.shelf))


@pytest.fixture
def heard(house: House) -> Heard:
    subscriber = Heard()
    house.records.subscribe(subscriber)
    return subscriber


def test_a_subscriber_sees_each_change_and_only_of_objects_that_concern_it(house: House, heard: Heard) -> None:
    made = house.make("client", name="Acme")
    house.make("product", name="Saw", price=1)
    house.change(made, name="Acme Ltd")
    house.records.delete(house.admin, "client", made.id, 2)

    assert [wave[0].action for wave in heard.waves] == ["create", "update", "delete"]
    updated = heard.waves[1][0]
    assert updated.before is not None
    assert updated.after is not None
    assert (updated.before["name"], updated.after["name"]) == ("Acme", "Acme Ltd")


def test_a_command_of_several_changes_is_seen_as_one(house: House, heard: Heard) -> None:
    made = house.make("client", name="One")
    with house.records.unit(house.admin):
        changed = house.change(made, name="Two")
        house.change(changed, name="Three")

    (change,) = heard.waves[-1]
    assert change.before is not None
    assert change.after is not None
    assert (change.before["name"], change.after["name"]) == ("One", "Three")


def test_what_a_subscriber_changes_is_part_of_the_answer_and_of_the_commit(house: House, heard: Heard) -> None:
    def enlarge(unit: Unit, changes: Sequence[Change]) -> None:
        change = changes[0]
        if change.action == "create":
            house.records.update(unit.ctx, change.object, change.id, change.version, {"limit": 7})

    heard.act = enlarge

    made = house.make("client", name="Acme")

    assert made.after is not None
    assert (made.version, made.after["limit"], made.action) == (2, 7, "create")
    assert heard.depths == [0, 1]
    assert house.now(made)["limit"] == 7


def test_a_refusal_undoes_the_change_and_what_followed_from_it(house: House, heard: Heard) -> None:
    def refuse(unit: Unit, changes: Sequence[Change]) -> None:
        house.make("product", name="Made on the way", price=1)
        raise Rejected("invalid")

    heard.act = refuse

    with pytest.raises(Rejected):
        house.make("client", name="Acme")
    assert house.rows("SELECT count(*) FROM client") == [(0,)]
    assert house.rows("SELECT count(*) FROM product") == [(0,)]
    assert house.rows("SELECT count(*) FROM tessera_outbox") == [(0,)]


def test_one_refused_operation_of_many_leaves_the_others(house: House, heard: Heard) -> None:
    def refuse(unit: Unit, changes: Sequence[Change]) -> None:
        if any(change.after and change.after["name"] == "Bad" for change in changes):
            raise Rejected("invalid")

    heard.act = refuse
    operations = [Operation("create", input={"name": name}) for name in ("Good", "Bad", "Fine")]

    done = house.records.bulk(house.admin, "client", operations, atomic=False)

    assert [outcome.error is None for outcome in done.outcomes] == [True, False, True]
    assert house.rows("SELECT name FROM client ORDER BY id") == [("Good",), ("Fine",)]


def test_changes_that_set_each_other_off_for_ever_are_not_saved(house: House, heard: Heard) -> None:
    def again(unit: Unit, changes: Sequence[Change]) -> None:
        change = changes[0]
        house.records.update(unit.ctx, change.object, change.id, change.version, {"limit": change.version})

    heard.act = again

    with pytest.raises(Conflict) as told:
        house.make("client", name="Acme")

    assert told.value.code == "runaway"
    assert house.rows("SELECT count(*) FROM client") == [(0,)]


def test_subscribers_act_in_their_order(house: House) -> None:
    order: list[str] = []
    for name in ("first", "second"):
        house.records.subscribe(Heard(act=lambda unit, changes, name=name: order.append(name)))  # type: ignore[misc]

    house.make("client", name="Acme")

    assert order == ["first", "second"]


def test_an_object_without_subscribers_pays_no_statement(house: House) -> None:
    def statements() -> int:
        with house.records.opener.writing(house.admin) as unit:
            start = unit.session.meter.statements
            house.change(house.make("client", name="Acme"), name="Other")
            return unit.session.meter.statements - start

    statements()
    without = statements()
    house.records.subscribe(Heard("product"))

    assert statements() == without
