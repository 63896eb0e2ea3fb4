"""The relay: every handler hears every event, its effect happens once, of one record in order, nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.jobs import Handler, JobBook, Occasion, Relay
from engine.kernel.names import RecordRef
from engine.storage import append_outward
from tests.support.branch import TENANT, Branch


def everything(_model: object, name: str) -> bool:
    return not name.startswith("!")


def test_each_handler_hears_each_event_of_a_record_in_order(branch: Branch) -> None:
    heard: list[tuple[str, str, int]] = []

    def note(occasion: Occasion) -> None:
        heard.append((occasion.handler, occasion.event.name, occasion.event.version))

    relay = Relay(branch.shelf, [Handler("a", everything, note), Handler("b", everything, note)], branch.clock)
    relay.drain(TENANT)
    heard.clear()
    made = branch.records.create(branch.system, "company", {"code": "AA", "name": "One"})
    changed = branch.records.update(branch.system, "company", made.id, made.version, {"name": "Two"})

    relay.drain(TENANT)

    versions = [version for handler, _, version in heard if handler == "a"]
    assert versions == [made.version, changed.version]
    assert [version for handler, _, version in heard if handler == "b"] == versions


def test_an_effect_happens_once_although_the_relay_dies_before_it_can_say_so(branch: Branch) -> None:
    effects: list[str] = []
    deaths = [True]

    def act(occasion: Occasion) -> None:
        with branch.shelf.database(TENANT).writing() as session:
            if occasion.once(session):
                effects.append(occasion.event.id)
        if deaths:
            deaths.clear()
            raise KeyboardInterrupt

    relay = Relay(branch.shelf, [Handler("a", everything, act)], branch.clock)
    branch.records.create(branch.system, "company", {"code": "AA", "name": "One"})
    with pytest.raises(KeyboardInterrupt):
        relay.drain(TENANT)
    branch.clock.advance(timedelta(seconds=31))
    relay.drain(TENANT)

    assert len(effects) == len(set(effects)) > 0


def test_what_fails_comes_again_later_and_later_and_is_dead_after_ten_times(branch: Branch) -> None:
    buried: list[str] = []
    tries: list[int] = []

    def act(occasion: Occasion) -> None:
        tries.append(occasion.attempt)
        raise RuntimeError("no answer")

    def only_companies(_model: object, name: str) -> bool:
        return name == "company.created"

    relay = Relay(
        branch.shelf,
        [Handler("a", only_companies, act)],
        branch.clock,
        lambda _tenant, event, why: buried.append(why),
    )
    branch.records.create(branch.system, "company", {"code": "AA", "name": "One"})
    waits = []
    while not buried:
        relay.drain(TENANT)
        due = JobBook(branch.shelf).events(branch.system, "failing")
        if due and due[0].next_at is not None:
            waits.append(due[0].next_at - branch.clock.now())
            relay.drain(TENANT)
            branch.clock.instant = due[0].next_at

    assert tries == list(range(1, 11))
    assert waits[5] > waits[1]
    assert buried == ["a: RuntimeError: no answer"]
    book = JobBook(branch.shelf)
    (dead,) = book.events(branch.system, "dead")
    assert dead.error == "a: RuntimeError: no answer"

    book.retry(branch.system, dead.id)
    relay.drain(TENANT)

    assert tries[-1] == 1


def test_two_rows_of_one_key_that_leave_the_house_are_one_row(branch: Branch) -> None:
    with branch.shelf.database(TENANT).writing() as session:
        first, second = (
            append_outward(session, "notify", "instance/1/a", RecordRef("company", "x"), {}, branch.clock.now())
            for _ in range(2)
        )

    assert first == second
    found = [entry for entry in JobBook(branch.shelf).events(branch.system, "waiting") if entry.name == "!notify"]
    assert len(found) == 1
