"""The records of an object over REST: create, read, change, delete, restore, move, look back."""

from __future__ import annotations

import re

import pytest

from tests.api.house import House

MACHINES = "/api/v1/records/machine"


@pytest.fixture
def house(shared_house: House) -> House:
    """The house that all tests of this file share."""
    return shared_house


def test_a_record_is_created_read_changed_and_deleted(house: House):
    me = house.caller()

    made = me.post(MACHINES, {"name": "Lathe", "price": "1200.50", "cost": 900, "bought": "2026-11-23"})

    assert made.status_code == 201
    id = made.json["id"]
    assert made.headers["Location"] == f"{MACHINES}/{id}"
    assert made.headers["ETag"] == '"1"'
    seen = me.get(f"{MACHINES}/{id}")
    assert seen.json["price"] == "1200.50"
    assert seen.json["margin"] == "300.50"
    assert seen.json["grade"] == "B"
    assert seen.json["bought"] == "2026-11-23"
    assert seen.json["owner"]["title"] == "Foreman"
    assert seen.headers["ETag"] == '"1"'
    assert seen.headers["X-Metadata-Version"] == "1"
    changed = me.patch(f"{MACHINES}/{id}", {"price": 1300}, 1)
    assert (changed.status_code, changed.json["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    assert me.read("machine", id)["margin"] == "400.00"
    assert me.delete(f"{MACHINES}/{id}", 2).status_code == 204
    assert me.get(f"{MACHINES}/{id}").status_code == 404


def test_a_record_comes_back_from_the_recycle_bin(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe")
    me.delete(f"{MACHINES}/{made['id']}", 1)

    binned = me.get(f"{MACHINES}?deleted=true").json["records"]
    assert made["id"] in [record["id"] for record in binned]
    assert made["id"] not in [record["id"] for record in me.get(f"{MACHINES}?limit=200").json["records"]]

    restored = me.post(f"{MACHINES}/{made['id']}/restore", If_Match=f'"{made["version"] + 1}"')
    assert restored.status_code == 200
    assert me.read("machine", made["id"])["name"] == "Lathe"


def test_lines_are_saved_with_their_parent_and_figured(house: House):
    me = house.caller()
    machine = me.make("machine", name="Lathe")["id"]

    job = me.make(
        "job",
        title="Turn",
        machine=machine,
        planned="2026-11-23",
        lines=[{"text": "a", "hours": "1.5", "rate": 100}, {"text": "b", "hours": 2, "rate": "80.25"}],
    )

    assert re.fullmatch("JOB202611[0-9]{5}", job["number"])
    assert job["total"] == "310.50"
    assert [line["amount"] for line in job["lines"]] == ["150.00", "160.50"]
    assert job["machine"] == {"id": machine, "title": "Lathe"}
    assert me.read("machine", machine)["jobs"] == 1
    kept = [{"id": job["lines"][1]["id"], "hours": 1}]
    me.patch(f"/api/v1/records/job/{job['id']}", {"lines": kept}, job["version"])
    assert me.read("job", job["id"])["total"] == "80.25"


def test_a_state_changes_by_a_transition_only(house: House):
    me = house.caller()
    machine = me.make("machine", name="Lathe")["id"]
    job = me.make(
        "job", title="Turn", machine=machine, planned="2026-11-23", lines=[{"text": "a", "hours": 1, "rate": 1}]
    )
    at = f"/api/v1/records/job/{job['id']}"
    assert {"update", "cancel"} <= set(job["_allowed"])

    moved = me.post(f"{at}/transitions/release", If_Match=f'"{job["version"]}"')

    assert moved.status_code == 200
    seen = me.read("job", job["id"])
    assert seen["status"] == "released"
    locked = me.patch(at, {"title": "Other"}, seen["version"])
    assert locked.status_code == 422
    asked = me.post(f"{at}/transitions/cancel", {"reason": "rain"}, If_Match=f'"{seen["version"]}"')
    assert asked.status_code == 200
    assert me.read("job", job["id"])["reason"] == "rain"


def test_everything_wrong_is_told_with_its_path(house: House):
    me = house.caller()

    answer = me.post(
        "/api/v1/records/job", {"planned": "2026-02-31", "lines": [{"text": "a", "hours": 500}], "extra": 1}
    )

    assert answer.status_code == 422
    problem = answer.json
    assert problem["status"] == 422
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {error["path"] for error in problem["errors"]} >= {"title", "machine", "planned", "lines[0].hours", "extra"}
    assert all(error["code"] and error["message"] for error in problem["errors"])


def test_errors_speak_the_language_that_is_asked_for(house: House):
    me = house.caller()

    english = me.post(MACHINES, {}, Accept_Language="en-GB,en;q=0.9,zh;q=0.1")
    chinese = me.post(MACHINES, {}, Accept_Language="zh-CN")

    assert english.json["errors"][0]["message"].isascii()
    assert not chinese.json["errors"][0]["message"].isascii()
    assert english.json["errors"][0]["code"] == chinese.json["errors"][0]["code"]


def test_a_change_needs_the_version_it_is_based_on(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe")
    at = f"{MACHINES}/{made['id']}"

    assert me.patch(at, {"notes": "x"}).status_code == 428
    assert me.delete(at).status_code == 428
    assert me.patch(at, {"notes": "first"}, 1).status_code == 200
    late = me.patch(at, {"price": 5}, 1)

    assert late.status_code == 412
    assert late.json["version"] == 2
    assert late.json["changed_fields"] == ["notes"]
    assert me.delete(at, 1).status_code == 412


def test_what_is_unchanged_needs_no_second_answer(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe")
    at = f"{MACHINES}/{made['id']}"

    assert me.get(at, If_None_Match='"1"').status_code == 304
    assert me.get(at, If_None_Match='"7"').status_code == 200


def test_the_history_tells_who_changed_what(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe", cost=5, price=10)
    me.patch(f"{MACHINES}/{made['id']}", {"name": "Mill", "cost": 7}, 1)

    entries = me.get(f"{MACHINES}/{made['id']}/history").json["entries"]

    assert [entry["action"] for entry in entries] == ["update", "create"]
    assert entries[0]["changes"]["name"] == ["Lathe", "Mill"]
    assert entries[0]["changes"]["cost"] == ["5.00", "7.00"]
    assert entries[0]["actor"]["title"] == "Foreman"
    helped = house.caller("helper").get(f"{MACHINES}/{made['id']}/history").json["entries"]
    assert all("cost" not in entry["changes"] for entry in helped)


def test_hidden_fields_are_nowhere(house: House):
    made = house.caller().make("machine", name="Lathe", cost="77.31", price=100)
    helper = house.caller("helper")

    for path in (f"{MACHINES}/{made['id']}", MACHINES, "/api/v1/objects/machine", "/api/v1/openapi.json"):
        text = helper.get(path).text
        assert "77.31" not in text
        assert '"cost"' not in text
        assert '"margin"' not in text
    for query in ("where=cost%20%3E%201", "sort=cost", "fields=cost", "where=margin%20%3E%201"):
        assert helper.get(f"{MACHINES}?{query}").status_code == 400


def test_a_secret_is_written_and_never_read(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe", key="canary-5711")

    for path in (f"{MACHINES}/{made['id']}", MACHINES, f"{MACHINES}/{made['id']}/history"):
        assert "canary-5711" not in me.get(path).text


@pytest.mark.parametrize("login", ["boss", "foreman", "helper"])
def test_everybody_is_told_who_he_is(house: House, login: str):
    seen = house.caller(login).get("/api/v1/me").json

    assert seen["user"]["login"] == login
    assert seen["tenant"] == "acme"
    assert seen["administrator"] == (login == "boss")


def test_who_is_moved_to_another_unit_acts_from_there_at_once(house: House):
    boss, helper = house.caller("boss"), house.caller("helper")
    account = house.engine.auth.accounts.by_login("acme", "helper").id
    mill = boss.make("unit", name="Mill")["id"]
    shop = boss.make("unit", name="Shop", parent=mill)["id"]
    worker = boss.make("worker", name="Helper", account=account, unit=mill)
    assert helper.get("/api/v1/me").json["department"] == mill

    boss.patch(f"/api/v1/records/worker/{worker['id']}", {"unit": shop}, worker["version"])

    assert helper.get("/api/v1/me").json["department"] == shop
    made = helper.make("machine", name="From the shop")
    assert made["department"] is None  # he may not see units
    assert boss.read("machine", made["id"])["department"] == {"id": shop, "title": "Shop"}


def test_duplicates_are_merged_into_one(house: House):
    boss = house.caller("boss")
    kept, double = boss.make("machine", name="Lathe", price="5"), boss.make("machine", name="Lathe 2", code="L-12")
    job = boss.make("job", title="Turn", machine=double["id"], planned="2026-11-23")
    path, body = f"{MACHINES}/{kept['id']}/merge", {"records": {double["id"]: 2}, "take": {"code": double["id"]}}

    merged = boss.post(path, body, If_Match='"1"', Idempotency_Key="merge-1")
    again = boss.post(path, body, If_Match='"1"', Idempotency_Key="merge-1")

    assert (merged.status_code, merged.json["moved"]) == (200, {"job.machine": 1}), merged.json
    assert again.json == merged.json
    now = boss.read("machine", kept["id"])
    assert (now["code"], now["price"], now["jobs"]) == ("L-12", "5.00", 1)
    assert boss.read("job", job["id"])["machine"]["id"] == kept["id"]
    assert boss.get(f"{MACHINES}/{double['id']}").status_code == 404
    assert boss.post(path, {"records": {double["id"]: "1"}}, If_Match='"1"').status_code == 400
    assert boss.post(path, {"rows": {}}, If_Match='"1"').status_code == 400
    assert house.caller("helper").post(path, body, If_Match='"1"').status_code in (403, 404)
