"""What each key of life-cycles, effects, assignments, rules and worktimes does, where no scenario shows it."""

from __future__ import annotations

import pytest

from tests.workflow.life.house import LifeHouse


def thing(home: LifeHouse, name: str = "x", **values: object) -> str:
    return str(home.amy.make("thing", name=name, **values))


def part(home: LifeHouse, of: str, name: str, **values: object) -> str:
    return home.engine.records.create(home.system, "part", {"name": name, "thing": of, **values}).id


def parts(home: LifeHouse, of: str) -> list[str]:
    return [
        row[0] for row in home.rows(f"SELECT name FROM part WHERE thing = '{of}' AND deleted_at IS NULL ORDER BY id")
    ]


def kinds(home: LifeHouse) -> list[str]:
    return [row[0] for row in home.rows("SELECT kind FROM activity ORDER BY id")]


def worker(home: LifeHouse, id: str) -> str | None:
    found = home.amy.read("thing", id)["worker"]
    return home.login_of(found["id"]) if found else None


# -- life-cycles -------------------------------------------------------------------------------------------------------


def test_effects_follow_entering_and_leaving_a_state_also_the_first(home: LifeHouse) -> None:
    id = thing(home, note="n")
    born = parts(home, id)
    home.amy.move("thing", id, "begin")

    assert (born, parts(home, id)) == (["born"], ["born", "left"])
    assert home.amy.read("thing", id)["said"] == "open since x"


def test_edit_says_who_may_change_a_record_in_a_state_and_no_longer_in_the_next(home: LifeHouse) -> None:
    id = thing(home, note="n")

    assert home.lin.change("thing", id, 403, name="y")["code"] == "edit_closed"
    home.amy.change("thing", id, name="y")
    home.amy.move("thing", id, "begin")
    home.lin.change("thing", id, name="z")


def test_from_every_state_means_those_in_which_a_life_goes_on(home: LifeHouse) -> None:
    id = thing(home, note="n")
    for step in ("touch", "begin", "touch"):
        home.amy.move("thing", id, step)
    home.amy.move("thing", id, "finish", comment="c")

    assert home.amy.move("thing", id, "touch", 409)["code"] == "wrong_state"
    assert (home.amy.read("thing", id)["size"], home.amy.read("thing", id)["status"]) == (2, "done")
    assert parts(home, id) == ["born", "left"]


def test_how_a_life_ends_gives_the_state_its_phase(home: LifeHouse) -> None:
    told = home.amy.get("/objects/quotation")["lifecycle"]["states"]

    phases = {state["name"]: state["phase"] for state in told if state["final"]}
    assert phases == {"accepted": "done", "declined": "closed", "expired": "closed"}


def test_what_a_transition_requires_must_be_filled_and_the_comment_it_asks_for_be_given(home: LifeHouse) -> None:
    id = thing(home)
    missing = home.amy.move("thing", id, "begin", 422)["errors"][0]
    home.amy.change("thing", id, note="n")
    home.amy.move("thing", id, "begin")
    silent = home.amy.move("thing", id, "finish", 422)["errors"][0]

    assert (missing["path"], missing["code"]) == ("note", "required")
    assert (silent["path"], silent["code"]) == ("comment", "required")


def test_a_clock_goes_by_its_worktime_and_stands_while_its_pause_holds(home: LifeHouse) -> None:
    home.at("2026-09-30 15:00")
    id = thing(home, note="hold")
    home.settle()
    due = {name: home.amy.clock("thing", id, f"new.{name}")["due"] for name in ("plain", "yard")}
    home.until("2026-09-30 18:00")
    home.amy.change("thing", id, note="go on")

    assert due["plain"].startswith("2026-09-30T17:00:00")
    # the yard is in Tokyo and closes at 16:00 here; then the public holidays, one closed day, and a day of one hour
    assert due["yard"].startswith("2026-10-10T08:00:00")
    assert home.amy.clock("thing", id, "new.holding")["due"].startswith("2026-09-30T20:00:00")


# -- effects -----------------------------------------------------------------------------------------------------------


def test_what_is_found_is_called_by_a_name_the_first_by_its_order_or_all_of_them(home: LifeHouse) -> None:
    id = thing(home)
    for name, size in (("b", 2), ("c", 3), ("a", 1)):
        part(home, id, name, size=size)

    home.amy.move("thing", id, "find")

    assert home.amy.read("thing", id)["note"] == "c"
    assert parts(home, id)[4:] == ["copy of b", "copy of c"]


def test_a_decision_gives_a_field_its_result(home: LifeHouse) -> None:
    ids = [thing(home, size=size) for size in (11, 3)]
    for id in ids:
        home.amy.move("thing", id, "judge")

    assert [home.amy.read("thing", id)["verdict"] for id in ids] == ["big", "small"]


def test_an_approval_is_started_with_values_and_withdrawn_for_a_reason(home: LifeHouse) -> None:
    id = thing(home)
    home.amy.move("thing", id, "ask")
    waiting = home.lin.get("/tasks")["items"]
    home.amy.move("thing", id, "unask")

    assert home.amy.read("thing", id)["said"] == "asked"
    assert len(waiting) == 1
    assert home.lin.get("/tasks")["items"] == []
    assert home.rows("SELECT comment FROM tessera_process_event WHERE type = 'withdrawn'") == [("not needed",)]


def test_a_rule_is_run_at_an_instant_and_another_over_all_its_records(home: LifeHouse) -> None:
    later, *many = [thing(home), *(thing(home, note="many") for _ in range(2))]
    other = thing(home, name="everywhere")
    home.amy.move("thing", later, "later")
    home.amy.move("thing", other, "all")
    home.settle()
    said = [home.amy.read("thing", id)["said"] for id in (later, *many, other)]
    home.until("2026-09-21 11:01")

    assert said == [None, "everywhere", "everywhere", None]
    assert home.amy.read("thing", later)["said"] == "remembered"


def test_a_record_is_converted_and_what_is_made_has_a_name(home: LifeHouse) -> None:
    id = thing(home)

    home.amy.move("thing", id, "convert")

    assert parts(home, id) == ["born", "of x"]
    assert home.amy.read("thing", id)["note"] == "of x"


# -- assignments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "said", "expected"),
    [
        ("", "tina", "tina"),
        ("tina", "tina", "tom"),
        ("tom", "nobody", "tao"),
    ],
    ids=["first-wish", "condition-before-wishes", "no-wish-holds"],
)
def test_a_condition_narrows_the_candidates_and_wishes_choose_among_them(
    home: LifeHouse, note: str, said: str, expected: str
) -> None:
    id = thing(home, note=note, said=said)

    home.amy.move("thing", id, "pick")

    assert worker(home, id) == expected


def test_a_record_may_be_left_with_nobody(home: LifeHouse) -> None:
    for login in ("tao", "tina", "tom"):
        home.duty(login, on=False)
    id = thing(home)

    home.amy.move("thing", id, "pick")

    assert worker(home, id) is None
    assert home.rows("SELECT name FROM tessera_outbox WHERE name = '!emit'") == [("!emit",)]


def test_load_counts_what_its_condition_says_by_the_field_it_names(home: LifeHouse) -> None:
    for login, note in (("tao", "heavy"), ("tina", "light"), ("tina", "light")):
        thing(home, note=note, helper=home.users[login])
    first, third = thing(home), thing(home, note="tom too", worker=home.users["tao"])

    home.amy.move("thing", first, "lighten")
    home.amy.move("thing", third, "lighten")

    assert (worker(home, first), worker(home, third)) == ("tina", "tom")


# -- rules -------------------------------------------------------------------------------------------------------------


def test_rules_hear_of_a_state_entered_and_left_and_of_a_deletion(home: LifeHouse) -> None:
    id = thing(home, note="n")
    home.amy.move("thing", id, "begin")
    home.settle()
    moved = kinds(home)
    lost = part(home, id, "lost")
    answer = home.amy.send("DELETE", f"/records/part/{lost}", If_Match=home.tag("part", lost))
    home.settle()

    assert sorted(moved) == ["no longer new", "opened"]
    assert answer.status_code == 204
    assert kinds(home)[2:] == ["gone lost"]


def test_a_rule_acts_once_for_a_record_or_once_for_a_value(home: LifeHouse) -> None:
    id = thing(home)
    for size in (1, 2, 1):
        home.amy.change("thing", id, size=size)
        home.settle()

    assert sorted(kinds(home)) == ["first size", "size 1", "size 2"]


def test_a_rule_that_is_switched_off_sleeps_and_one_that_runs_as_somebody_has_his_name(home: LifeHouse) -> None:
    id = thing(home)
    home.amy.change("thing", id, verdict="v")
    home.settle()

    assert kinds(home) == []
    made = home.rows("SELECT created_by FROM beta WHERE name = 'by shen'")
    assert [home.login_of(row[0]) for row in made] == ["shen"]
