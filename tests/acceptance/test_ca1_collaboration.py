"""CA-1 协作申请: a request to another department is approved, reaches whoever does it, and its result comes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.office import Office


@pytest.fixture
def heads(office: Office) -> None:
    """The product department has a head: Pia."""
    head = office["ada"].find("employee", 'name = "Pia"')[0]["id"]
    office["ada"].change("department", office.ids["unit_P"], head=head)


def asked(office: Office, **more: Any) -> dict[str, Any]:
    given = {"target": office.ids["unit_P"], "needed_by": "2026-12-11", "description": "比对竞品参数", **more}
    request = office["amy"].make("collaboration", subject="方案支持", **given)
    return office["amy"].done("collaboration", request["id"], "submit")


@pytest.mark.usefixtures("heads")
def test_ca1_a_request_goes_its_way_and_its_result_comes_back(office: Office) -> None:
    request = asked(office)
    id = request["id"]

    assert (request["status"], request["number"][:2]) == ("in_approval", "XZ")
    assert office["lin"].decide(id).status_code == 200
    assert office["pia"].decide(id).status_code == 422  # who does it must be said
    assert office["pia"].decide(id, values={"executor": office["zoe"].id}).status_code == 200

    arrived = office["zoe"].read("collaboration", id)
    assert (arrived["status"], arrived["arrived_on"]) == ("assigned", "2026-11-23")
    assert [one["id"] for one in office["zoe"].find("collaboration", view="for_me")] == [id]
    assert any("方案支持" in text for text in office["zoe"].told())
    office["zoe"].done("collaboration", id, "start")
    assert office["amy"].do("collaboration", id, "hand_in", result="x").status_code == 403
    office["zoe"].done("collaboration", id, "hand_in", result="差异见附件")
    assert any("方案支持" in text for text in office["amy"].told())
    closed = office["amy"].done("collaboration", id, "accept")
    assert (closed["status"], closed["result"], closed["progress"]) == ("closed", "差异见附件", "100.00")


@pytest.mark.usefixtures("heads")
def test_ca1_what_does_not_satisfy_goes_back_with_a_word(office: Office) -> None:
    id = asked(office)["id"]
    office["lin"].decide(id)
    office["pia"].decide(id, values={"executor": office["zoe"].id})
    office["zoe"].done("collaboration", id, "hand_in", result="简单比对")

    without = office["amy"].do("collaboration", id, "return")
    back = office["amy"].done("collaboration", id, "return", comment="请补充价格")

    assert (without.status_code, back["status"]) == (422, "working")
    assert office["bob"].send("GET", f"/records/collaboration/{id}").status_code == 404
    assert office["lin"].read("collaboration", id)["status"] == "working"
