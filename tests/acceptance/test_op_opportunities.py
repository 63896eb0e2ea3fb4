"""OP-1 to OP-4, SP-1, SP-2: leads find their owner and become opportunities, which go through a method's stages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.acceptance.conftest import Firm


@pytest.fixture(scope="module")
def methods(firm: Firm) -> dict[str, str]:
    ids = {}
    for code, kind, standard in (("STD", None, True), ("BID", "tender", False)):
        ids[code] = firm.make("lin", "sales_method", code=code, name=f"Method {code}", kind=kind, standard=standard)
        for place, name in enumerate(("First", "Second", "Third"), 1):
            ids[f"{code}{place}"] = firm.make(
                "lin",
                "sales_stage",
                code=f"{code}{place}",
                name=name,
                method=ids[code],
                order=place,
                probability=str(20 * place),
                days=10,
            )
    return ids


@pytest.fixture(scope="module")
def customer(firm: Firm) -> str:
    return firm.make("amy", "customer", name="Robin")


def lead(firm: Firm, login: str, company: str, **values: Any) -> str:
    mobile = f"137{abs(hash(company)) % 10**8:08d}"
    return firm.make(login, "lead", company_name=company, contact_name="Mr Wren", mobile=mobile, **values)


def opportunity(firm: Firm, customer: str, **values: Any) -> str:
    return firm.make("amy", "opportunity", customer=customer, close_date="2032-01-01", **values)


# -- OP-1 --------------------------------------------------------------------------------------------------------------


def test_op1_a_lead_from_outside_goes_to_whom_the_rule_names_and_duplicates_are_told(firm: Firm) -> None:
    made = lead(firm, "ada", "Swift", source="website")
    firm.settle()
    again = firm.ask("ada", "POST", "records/lead", {"company_name": "Swift", "mobile": "13711112222"}).get_json()

    found = firm.read("gao", "lead", made)
    assert found["owner"]["id"] in {firm.users[login] for login in ("amy", "bob", "sue", "zoe")}
    assert found["respond_by"] is not None
    assert "Another lead is of this company" in str(again["warnings"])


def test_op1_a_lead_that_nobody_calls_goes_back_to_the_pool_for_another(firm: Firm) -> None:
    idle = lead(firm, "amy", "Thrush", source="referral")
    busy = lead(firm, "amy", "Tern", source="referral")
    firm.move("amy", "lead", busy, "contact", first_contact="Spoke to him")

    firm.pass_time(hours=25)

    found = firm.read("sue", "lead", idle)
    assert (found["owner"], found["recalls"], found["former_owner"]["id"]) == (None, 1, firm.users["amy"])
    assert "Thrush" in firm.told("amy")
    assert firm.ask("sue", "GET", f"records/lead/{busy}").status_code == 404
    firm.move("sue", "lead", idle, "claim")
    assert firm.read("sue", "lead", idle)["owner"]["id"] == firm.users["sue"]
    assert firm.try_move("bob", "lead", idle, "claim").status_code in (404, 403, 422)


# -- OP-2 --------------------------------------------------------------------------------------------------------------


def test_op2_one_action_makes_customer_contact_and_opportunity_and_takes_the_past_along(
    firm: Firm, methods: dict[str, str]
) -> None:
    source = lead(firm, "amy", "Wagtail", source="referral")
    call = firm.make("amy", "activity", subject="First call", kind="call", lead=source)
    firm.move("amy", "lead", source, "contact", first_contact="They need twenty")
    firm.move("amy", "lead", source, "qualify", need="Twenty drills", budget="5000")

    answer = firm.ask("amy", "POST", f"records/lead/{source}/conversions/lead_to_opportunity", {})
    again = firm.ask("amy", "POST", f"records/lead/{source}/conversions/lead_to_opportunity", {})

    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    found = firm.read("amy", "lead", source)
    assert (found["status"], found["customer"]["title"], found["contact"]["title"]) == (
        "converted",
        "Wagtail",
        "Mr Wren",
    )
    made = firm.read("amy", "opportunity", found["opportunity"]["id"])
    assert (made["lead"]["id"], made["amount"], made["method"]["id"]) == (source, "5000.00", methods["STD"])
    assert made["remark"] == "They need twenty"
    assert firm.read("amy", "activity", call)["opportunity"]["id"] == made["id"]
    assert again.status_code in (409, 422)


def test_op2_a_known_customer_is_linked_and_not_made_twice(firm: Firm, methods: dict[str, str], customer: str) -> None:
    source = lead(firm, "amy", "Robin", source="referral")
    assert firm.read("amy", "lead", source)["customer"]["id"] == customer
    firm.move("amy", "lead", source, "qualify", need="More drills")

    firm.ask("amy", "POST", f"records/lead/{source}/conversions/lead_to_opportunity", {})

    assert firm.read("amy", "lead", source)["status"] == "converted"
    assert len(firm.found("amy", "customer", 'name = "Robin"')) == 1


# -- OP-3 and OP-4 -----------------------------------------------------------------------------------------------------


def test_op3_competitors_stand_on_the_opportunity_and_a_loss_counts_for_who_won(
    firm: Firm, methods: dict[str, str], customer: str
) -> None:
    rival = firm.make("amy", "competitor", name="Rook & Sons")
    line = {"competitor": rival, "threat": "high", "strengths": "Cheap", "weaknesses": "Slow"}
    made = opportunity(firm, customer, name="Lost one", amount="9000", competitors=[line])

    refused = firm.try_move("amy", "opportunity", made, "lose", loss_reason="competitor")
    firm.move("amy", "opportunity", made, "lose", loss_reason="competitor", lost_to=rival)

    assert refused.status_code == 422
    found = firm.read("amy", "competitor", rival)
    assert (found["met"], found["lost_count"], found["lost_total"]) == (1, 1, "9000.00")
    assert "Slow" in firm.page("amy", f"/o/opportunity/{made}")


def test_op4_a_map_shows_who_decides_what_they_think_and_how_they_relate(
    firm: Firm, methods: dict[str, str], customer: str
) -> None:
    contacts = {}
    for place, (name, above) in enumerate((("Chief", None), ("Engineer", "Chief"), ("Purchaser", "Chief")), 1):
        contacts[name] = firm.make(
            "amy",
            "contact",
            name=name,
            customer=customer,
            mobile=f"1360000000{place}",
            reports_to=contacts.get(above or ""),
        )
    firm.change("amy", "contact", contacts["Engineer"], relations=[{"kind": "rival", "other": contacts["Purchaser"]}])
    people = [
        {"contact": contacts["Chief"], "role": "decider", "attitude": "opposed", "influence": "high"},
        {"contact": contacts["Engineer"], "role": "coach", "attitude": "supportive", "influence": "medium"},
        {"contact": contacts["Purchaser"], "role": "gatekeeper", "attitude": "neutral", "influence": "low"},
    ]
    made = opportunity(firm, customer, name="Mapped", people=people)

    drawn = firm.page("amy", f"/o/opportunity/{made}").partition('class="ts-net"')[2].partition("</figure>")[0]

    assert 'aria-label="Chief, Decider, Opposed, High"' in drawn
    assert f'href="/o/contact/{contacts["Engineer"]}"' in drawn
    assert (drawn.count('class="rank"'), drawn.count('class="tie"')) == (2, 1)
    assert "Rival of" in drawn


# -- SP-1 and SP-2 -----------------------------------------------------------------------------------------------------


def head_of(firm: Firm, opportunity: str) -> str:
    """Return the steps at the head of an opportunity's page."""
    page = firm.page("amy", f"/o/opportunity/{opportunity}")
    found = re.search(r'<ol class="ts-steps".*?</ol>', page, re.DOTALL)
    assert found
    return found.group()


def test_sp1_a_stage_is_left_only_when_all_that_it_asks_for_is_there(
    firm: Firm, methods: dict[str, str], customer: str
) -> None:
    task = {"subject": "Show the drill", "days": 3, "must": True}
    firm.change(
        "lin",
        "sales_stage",
        methods["BID1"],
        exit_condition="amount >= 1000",
        exit_hint="At least 1000",
        required_fields=["need"],
        tasks=[task],
    )
    made = opportunity(firm, customer, name="By the book", kind="tender", amount="500")
    second = methods["BID2"]

    def refused() -> str:
        version = firm.read("amy", "opportunity", made)["version"]
        answer = firm.ask("amy", "PATCH", f"records/opportunity/{made}", {"stage": second}, version)
        assert answer.status_code == 422
        return answer.get_data(as_text=True)

    assert "At least 1000" in refused()
    firm.change("amy", "opportunity", made, amount="5000")
    assert "asks for the need" in refused()
    firm.change("amy", "opportunity", made, need="Twenty")
    assert "must be done first" in refused()
    (todo,) = firm.found("amy", "task", f'opportunity = "{made}"', "subject,assignee")
    assert (todo["subject"], todo["assignee"]["id"]) == ("Show the drill", firm.users["amy"])
    firm.move("amy", "task", todo["id"], "hand_in", feedback="Shown")
    firm.move("amy", "task", todo["id"], "accept")
    firm.pass_time(days=4)

    firm.change("amy", "opportunity", made, stage=second)

    passed = firm.read("amy", "opportunity", made)["stages"]
    assert [(line["stage"]["title"], line["days"]) for line in passed] == [("First", 4), ("Second", None)]
    steps = head_of(firm, made)
    # in the order of the method's stages, with the day on which each was entered
    assert re.findall(r'<li( data-is="\w+")?', steps) == [' data-is="done"', ' data-is="now"', ""]
    assert re.findall(r"First|Second|Third", steps) == ["First", "Second", "Third"]
    assert steps.count("<time>") == 2
    # and by their names in the reader's language
    firm.change("lin", "sales_stage", second, english_name="Bid handed in")
    assert "Bid handed in" in head_of(firm, made)


def test_sp1_stalled_deals_stand_out_on_the_board(firm: Firm, methods: dict[str, str], customer: str) -> None:
    made = opportunity(firm, customer, name="Left alone", amount="100")
    board = f"/o/opportunity/board?per={methods['STD']}"
    before = firm.page("amy", board).count("Stalled")

    firm.pass_time(days=11)

    assert firm.page("amy", board).count("Stalled") > before
    assert made in {one["id"] for one in firm.found("amy", "opportunity", "stalls_on < today()")}


def test_sp2_opportunities_follow_the_method_of_their_kind_and_else_the_standard(
    firm: Firm, methods: dict[str, str], customer: str
) -> None:
    tender = firm.read("amy", "opportunity", opportunity(firm, customer, name="Tender", kind="tender"))
    other = firm.read("amy", "opportunity", opportunity(firm, customer, name="Other", kind="repeat"))

    assert (tender["method"]["id"], tender["stage"]["id"]) == (methods["BID"], methods["BID1"])
    assert (other["method"]["id"], other["stage"]["id"]) == (methods["STD"], methods["STD1"])
    assert other["probability"] == "20.00"
    page = firm.page("amy", "/o/opportunity/new")
    assert f'name="method.picked" value="{methods["STD"]}"' in page
