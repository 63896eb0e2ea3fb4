"""CU-1: customers and contacts in one place, in a hierarchy, without duplicates, with a public pool."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import Firm


@pytest.fixture(scope="module")
def pool(firm: Firm) -> str:
    found = firm.found("lin", "customer_pool", 'name = "Open"')
    if found:
        return str(found[0]["id"])
    return firm.make("lin", "customer_pool", name="Open", standard=True, idle_days=30, hold_days=10)


def warnings(firm: Firm, **values: Any) -> set[str]:
    answer = firm.ask("amy", "POST", "records/customer", values).get_json()
    return {one["path"] for one in answer.get("warnings", answer.get("errors", ()))}


def test_cu1_a_head_office_has_branches_and_sums_them_up(firm: Firm, pool: str) -> None:
    head = firm.make("amy", "customer", name="Kite Group")
    for name in ("Kite North", "Kite South"):
        firm.make("amy", "customer", name=name, parent=head)

    assert firm.read("amy", "customer", head)["branch_count"] == 2
    assert "Kite North" in firm.page("amy", f"/o/customer/{head}")


def test_cu1_contacts_report_to_and_relate_to_each_other(firm: Firm, pool: str) -> None:
    customer = firm.make("amy", "customer", name="Heron")
    boss = firm.make("amy", "contact", name="Boss", customer=customer, mobile="13900000001")
    rival = firm.make("amy", "contact", name="Rival", customer=customer, mobile="13900000002")
    relation = {"kind": "rival", "other": rival}

    made = firm.make(
        "amy",
        "contact",
        name="Buyer",
        customer=customer,
        mobile="13900000003",
        reports_to=boss,
        relations=[relation],
    )

    shown = firm.read("amy", "contact", made)
    assert shown["reports_to"]["title"] == "Boss"
    assert [(line["kind"], line["other"]["title"]) for line in shown["relations"]] == [("rival", "Rival")]


def test_cu1_a_likely_duplicate_is_told_and_a_certain_one_refused(firm: Firm, pool: str) -> None:
    firm.make("amy", "customer", name="Lark", phone="021-55550000", unified_code="91310000MAE0948R4U")

    assert warnings(firm, name="Lark", phone="021-55550000") == {"name", "phone"}
    # a number is the same however it is written, and whoever answers behind its switchboard
    others = ("+86 (21) 5555 0000", "0086-21-55550000", "021 5555 0000 转 12", "021-55550000 ext. 7")
    for number, written in enumerate(others):
        assert warnings(firm, name=f"Skylark {number}", phone=written) == {"phone"}, written
    assert warnings(firm, name="Woodlark", phone="021-55550001") == set()
    found = firm.ask("amy", "GET", "records/customer?q=02155550000&fields=name").get_json()
    assert "Lark" in str(found)
    assert warnings(firm, name="Lark Two", unified_code="91310000MAE0948R4U") == {"unified_code"}


def test_cu1_a_customer_of_the_pool_is_seen_by_all_and_claimed_by_one(firm: Firm, pool: str) -> None:
    customer = firm.make("amy", "customer", name="Merlin")
    assert firm.ask("sue", "GET", f"records/customer/{customer}").status_code == 404

    firm.move("amy", "customer", customer, "release", pool=pool, pool_reason="workload")

    assert "Merlin" in {one["name"] for one in firm.found("sue", "customer", "pooled = true")}
    assert firm.try_move("amy", "customer", customer, "claim").status_code == 422  # not yet again
    assert firm.ask("sue", "PATCH", f"records/customer/{customer}", {"name": "X"}, 2).status_code == 403
    firm.move("sue", "customer", customer, "claim")
    assert firm.read("sue", "customer", customer)["owner"]["id"] == firm.users["sue"]
    assert firm.try_move("bob", "customer", customer, "claim").status_code in (403, 404, 422)
    assert firm.ask("amy", "GET", f"records/customer/{customer}").status_code == 404


def test_cu1_an_idle_customer_goes_back_to_the_pool_and_a_busy_one_stays(firm: Firm, pool: str) -> None:
    idle = firm.make("amy", "customer", name="Idle")
    busy = firm.make("amy", "customer", name="Busy")
    firm.pass_time(days=20)
    done = firm.make("amy", "activity", subject="Visit", kind="visit", customer=busy)
    firm.move("amy", "activity", done, "complete", result="Well")

    firm.pass_time(days=4)
    assert "Idle goes back to the pool" in firm.told("amy")
    firm.pass_time(days=8)

    assert firm.read("bob", "customer", idle)["pool_reason"] == "idle"
    assert firm.read("amy", "customer", busy)["owner"]["id"] == firm.users["amy"]


def test_cu1_a_customer_is_handed_over_by_those_who_may(firm: Firm, pool: str) -> None:
    customer = firm.make("amy", "customer", name="Nightjar")
    contact = firm.make("amy", "contact", name="Ms Nightjar", customer=customer, mobile="13900000078")
    version = firm.read("amy", "customer", customer)["version"]

    refused = firm.ask("amy", "POST", f"records/customer/{customer}/transfer", {"owner": firm.users["bob"]}, version)
    handed = firm.ask("lin", "POST", f"records/customer/{customer}/transfer", {"owner": firm.users["bob"]}, version)

    assert (refused.status_code, handed.status_code) == (403, 200)
    # the people there go along with it
    for object, id in (("customer", customer), ("contact", contact)):
        assert firm.read("bob", object, id)["owner"]["id"] == firm.users["bob"]


def test_cu1_duplicates_are_merged_and_everything_moves_to_the_one_that_stays(firm: Firm, pool: str) -> None:
    stays = firm.make("amy", "customer", name="Plover")
    goes = firm.make("amy", "customer", name="Plover Ltd", phone="021-55551111")
    branch = firm.make("amy", "customer", name="Plover North", parent=goes)
    contact = firm.make("amy", "contact", name="Mr Plover", customer=goes, mobile="13900000077")
    talk = firm.make("amy", "activity", subject="Talk", kind="call", customer=goes)
    body = {
        "records": {goes: firm.read("amy", "customer", goes)["version"]},
        "take": {"phone": goes},
    }
    version = firm.read("amy", "customer", stays)["version"]

    refused = firm.ask("amy", "POST", f"records/customer/{stays}/merge", body, version)
    merged = firm.ask("lin", "POST", f"records/customer/{stays}/merge", body, version)

    assert refused.status_code == 403
    assert merged.status_code == 200, merged.get_data(as_text=True)
    found = firm.read("amy", "customer", stays)
    assert (found["phone"], found["contact_count"], found["branch_count"]) == ("021-55551111", 1, 1)
    for object, id, field in (("customer", branch, "parent"), ("contact", contact, "customer")):
        assert firm.read("amy", object, id)[field]["id"] == stays
    assert firm.read("amy", "activity", talk)["customer"]["id"] == stays
    assert firm.ask("amy", "GET", f"records/customer/{goes}").status_code == 404
