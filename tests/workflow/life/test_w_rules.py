"""Automations (4.15, A) through REST and the background work that a server does."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from engine.kernel.errors import LimitExceeded
from engine.workflow.automations import Message
from tests.workflow.life.house import TENANT, LifeHouse
from tests.workflow.test_w_robust import Killed, counting


def test_w_118_rules_that_set_each_other_off_act_once_each(home: LifeHouse) -> None:
    id = home.gao.make("alpha", name="x", a=1)
    home.settle()

    home.amy.change("alpha", id, a=5)
    home.settle()

    read = home.amy.read("alpha", id)
    assert (read["a"], read["b"]) == (6, 1)
    assert home.count("tessera_incident") == 0


def test_w_119_a_rule_that_breeds_ends_with_an_incident(home: LifeHouse) -> None:
    home.amy.make("beta", name="breed", depth=0)
    home.settle()

    assert home.rows("SELECT max(depth), count(*) FROM beta") == [(8, 9)]
    assert home.rows("SELECT code FROM tessera_incident") == [("chain_too_deep",)]


def test_w_120_a_write_of_the_same_value_raises_nothing(home: LifeHouse) -> None:
    id = home.amy.make("alpha", name="x", a=1)
    home.amy.change("alpha", id, a=1)
    home.settle()

    assert home.amy.read("alpha", id)["b"] is None


def test_w_121_several_nodes_run_a_daily_rule_once(home: LifeHouse) -> None:
    home.at("2026-09-22 09:00")
    for _ in range(3):
        home.engine.processes.automations.run_due(TENANT)
        home.engine.processes.automations.forget(TENANT)

    assert home.count("activity", "kind = 'last'") == 1


@pytest.mark.parametrize("point", [6, 12, 20])
def test_w_121_a_node_that_dies_between_marking_and_acting_leaves_it_to_another(home: LifeHouse, point: int) -> None:
    home.at("2026-09-22 09:00")
    with suppress(Killed), counting(point):
        home.engine.processes.automations.run_due(TENANT)
    home.engine.processes.automations.forget(TENANT)

    for _ in range(2):
        home.engine.processes.automations.run_due(TENANT)

    assert home.count("activity", "kind = 'last'") == 1
    assert home.count("activity", "kind = 'all'") == 1


def test_a_daily_rule_that_fails_as_a_whole_is_an_incident_and_holds_no_other_up(
    home: LifeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.amy.make("beta", name="sweep", depth=0)
    home.settle()
    with monkeypatch.context() as broken:
        broken.setattr("engine.workflow.automations.many.portion_behind", too_many)
        home.until("2026-09-22 09:00")

    assert home.rows("SELECT DISTINCT code FROM tessera_incident WHERE name = 'swept_at_night'") == [
        ("limit_exceeded",)
    ]
    assert home.count("activity", "kind = 'last'") == 1
    assert home.rows("SELECT depth FROM beta ORDER BY depth") == [(0,)]

    home.until("2026-09-23 09:00")

    assert home.rows("SELECT depth FROM beta ORDER BY depth") == [(1,), (100,)]


def too_many(*_args: object) -> None:
    """Fail as a search does that would look at too many records."""
    raise LimitExceeded("records looked at", 20_001, 20_000)


def test_a_run_over_many_records_reaches_each_of_them_once_and_none_that_it_made(
    home: LifeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.workflow.automations.many.Many.chunk", 4)
    for number in range(10):
        home.amy.make("beta", name="sweep" if number % 5 else "other", depth=0)
    home.settle()

    home.until("2026-09-22 03:00")
    first = home.rows("SELECT depth, count(*) FROM beta WHERE name = 'sweep' GROUP BY depth ORDER BY depth")
    home.until("2026-09-23 03:00")

    second = home.rows("SELECT depth, count(*) FROM beta WHERE name = 'sweep' GROUP BY depth ORDER BY depth")
    assert first == [(1, 8), (100, 8)]
    assert second == [(2, 8), (100, 16), (101, 8)]
    assert home.count("tessera_rule_clock", "substr(rule, 1, 4) = '#at/'") == 0


def test_w_122_after_a_pause_the_rule_says_what_is_made_up_for(home: LifeHouse) -> None:
    home.until("2026-09-24 10:00")

    assert home.count("activity", "kind = 'last'") == 1
    assert home.count("activity", "kind = 'all'") == 3
    assert home.count("activity", "kind = 'skip'") == 0
    home.until("2026-09-25 09:01")
    assert home.count("activity", "kind = 'skip'") == 1
    assert home.count("activity", "kind = 'all'") == 4


def test_w_123_anniversaries_of_leap_days_and_across_years(home: LifeHouse) -> None:
    home.at("2026-12-26 12:00")
    home.settle()
    home.amy.make("contact", name="Leap", birthday="2000-02-29")
    home.amy.make("contact", name="January", birthday="1990-01-03")

    home.until("2026-12-27 09:00")
    first = home.rows("SELECT due FROM activity WHERE kind = 'birthday'")
    for moment in ("2027-02-20 12:00", "2027-02-21 09:00"):
        home.until(moment)

    assert [str(row[0])[:10] for row in first] == ["2027-01-03"]
    both = sorted(str(row[0])[:10] for row in home.rows("SELECT due FROM activity WHERE kind = 'birthday'"))
    assert both == ["2027-01-03", "2027-02-28"]
    assert home.rows("SELECT DISTINCT occurrence FROM tessera_occurrence WHERE rule = 'birthday_care'") == [("2027",)]


def test_w_124_a_corrected_birthday_is_not_cared_for_twice(home: LifeHouse) -> None:
    id = home.amy.make("contact", name="x", birthday="1990-10-05")
    home.until("2026-09-28 09:00")
    home.amy.change("contact", id, birthday="1990-10-06")
    home.until("2026-09-29 09:00")

    assert home.count("activity", "kind = 'birthday'") == 1


def test_w_125_a_rule_has_the_rights_of_whoever_raised_it(home: LifeHouse) -> None:
    id = home.amy.make("alpha", name="secret")
    home.settle()

    assert home.amy.read("alpha", id)["name"] == "secret"
    assert home.count("secret_deal") == 0
    # what one may not know of is not there
    assert home.rows("SELECT name, code FROM tessera_incident") == [("make_secret", "no_such_object")]


def test_w_149_rules_run_in_order_on_the_states_around_the_command(home: LifeHouse) -> None:
    id = home.amy.make("alpha", name="old")
    home.amy.change("alpha", id, name="new")
    home.settle()

    read = home.amy.read("alpha", id)
    assert (read["note"], read["seen"]) == ("ab", "old>new|old>new")


def test_w_150_a_rule_inside_the_save_may_refuse_it(home: LifeHouse) -> None:
    id = home.amy.make("quotation", number="Q1", discount=10)
    home.settle()
    told = home.amy.change("quotation", id, 422, discount=45)
    operations = [{"op": "create", "input": {"number": str(n), "discount": n}} for n in (5, 45)]
    home.amy.send("POST", "/records/quotation/bulk", {"operations": operations})
    home.settle()

    assert told["errors"][0]["message"] == "A discount of 45.00 is too much"
    assert home.amy.read("quotation", id)["discount"] == "10.00"
    assert home.count("beta", "name = '45'") == 0


def test_w_151_a_time_that_the_clock_skips_or_repeats_runs_once() -> None:
    from zoneinfo import ZoneInfo

    from engine.workflow.automations.cron import parse_cron

    berlin = ZoneInfo("Europe/Berlin")
    cron = parse_cron("30 2 * * *")

    def three(start: datetime) -> list[str]:
        found = cron.after(start, berlin)
        return [next(found).astimezone(berlin).isoformat() for _ in range(3)]

    assert three(datetime(2026, 3, 28, 0, tzinfo=UTC))[1] == "2026-03-29T03:00:00+02:00"
    assert [text[:10] for text in three(datetime(2026, 10, 24, 0, tzinfo=UTC))] == [
        "2026-10-24",
        "2026-10-25",
        "2026-10-26",
    ]


def test_w_152_a_message_is_taken_by_the_first_pattern_that_fits(home: LifeHouse) -> None:
    id = home.amy.make("service_request", name="13800001111")
    for step in ("dispatch", "resolve"):
        home.amy.move("service_request", id, step)
    messages = home.engine.processes.automations.messages

    score = messages.take(home.system, Message("13800001111", "４"))
    invoice = messages.take(home.system, Message("1", "开票 SO-1 1200"))
    nothing = messages.take(home.system, Message("1", "hello"))

    assert (score, invoice, nothing) == ("feedback_by_sms", "invoice_by_sms", None)
    assert home.amy.read("service_request", id)["satisfaction"] == 4
    assert home.rows("SELECT name, a FROM alpha") == [("SO-1", 1200)]
