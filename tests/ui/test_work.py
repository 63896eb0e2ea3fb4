"""Approvals on pages: the work centre, the panel on the record, dialogs, path and timeline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from tests.ui.visitor import Page, Visitor
from tests.workflow.org1.house import TENANT, Org1, open_org1


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org1]:
    """Huaxin on SQLite; each test makes its own records."""
    home = tmp_path_factory.mktemp("org1")
    made = open_org1(f"sqlite:///{home}/{{tenant}}.db", home)
    yield made
    made.engine.close()


def enter(org: Org1, login: str, language: str = "en") -> Visitor:
    visitor = Visitor(Client(org.app))
    visitor.client.set_cookie("tessera-language", language)
    assert visitor.log_in(login).status == 303
    return visitor


def row_of(page: Page, title: str) -> str:
    return next(text for text in page.texts("//tbody/tr") if title in text)


def buttons(page: Page) -> list[str]:
    return page.texts("//section[@class='ts-turn']//div[@class='acts']//*[self::a or self::button]")


def task_of(org: Org1, login: str, instance: str) -> str:
    (found,) = [one["id"] for one in org.desk(login).todo() if one["instance"] == instance]
    return str(found)


def test_what_waits_stands_in_the_work_centre_with_its_step_and_its_submitter(org: Org1) -> None:
    quotation = org.amy.quotation(number="Q-LIST")
    org.amy.start("flow_l", quotation)
    lin = enter(org, "lin")

    page = lin.get("/work")

    assert "Amy" in row_of(page, "Q-LIST")
    assert "Just now" in row_of(page, "Q-LIST")
    assert page.all("//nav[@id='side']//a[@href='/work'][@aria-current='page']")
    assert f"/o/quotation/{quotation}" in page.all("//tbody//a/@href")
    assert "Q-LIST" in enter(org, "amy").get("/work?list=mine").text
    assert "Q-LIST" not in enter(org, "amy").get("/work").text


def test_the_badge_tells_how_much_waits_and_is_silent_while_nothing_changes(org: Org1) -> None:
    bob = enter(org, "sun")
    before = len(org.sun.todo())
    org.amy.start("five_once", quotation := org.amy.quotation(number="Q-BADGE"))
    org.lin.approve(task_of(org, "lin", org.amy.get(f"/records/quotation/{quotation}/approvals")["items"][0]["id"]))

    assert bob.get("/work/badge").text.startswith(str(before + 1))
    assert bob.get(f"/work/badge?n={before + 1}").status == 204


def test_the_panel_offers_what_the_service_allows_and_no_more(org: Org1) -> None:
    quotation = org.amy.quotation(number="Q-PANEL")
    instance = org.amy.start("flow_l", quotation)["instance"]
    task = task_of(org, "lin", instance)

    mine, hers, other = (enter(org, who).get(f"/o/quotation/{quotation}") for who in ("lin", "amy", "bob"))

    addresses = mine.all("//section[@class='ts-turn']//a/@hx-get")
    offered = {one.partition("?")[0].rpartition("/")[2] for one in addresses}
    told = set(org.lin.allowed(task))
    assert offered == told
    assert buttons(mine)[:3] == ["Approve", "Reject", "Return"]
    assert {"Withdraw", "Urge"} <= set(buttons(hers))
    assert "Approve" not in buttons(hers)
    assert "Approve" not in buttons(other)
    assert "Lin" in other.texts("//section[@class='ts-turn']")[0]


def test_a_rejection_without_a_reason_is_asked_again_and_nothing_is_decided(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-NO"))["instance"]
    address = f"/work/tasks/{task_of(org, 'lin', instance)}/reject"
    lin = enter(org, "lin")

    asked = lin.submit(address, _comment=" ")
    assert asked.status == 422
    assert "Give a reason" in asked.text
    assert org.instance(instance)["status"] == "running"

    done = lin.submit(address, _comment="too dear")
    assert done.status == 303
    assert org.instance(instance)["outcome"] == "rejected"
    assert "too dear" in lin.get(f"/work/flow/{instance}").text


def test_approving_moves_it_to_the_next_and_into_the_list_of_what_was_done(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-YES"))["instance"]
    lin = enter(org, "lin")

    assert lin.submit(f"/work/tasks/{task_of(org, 'lin', instance)}/approve").status == 303

    assert "Approved" in row_of(lin.get("/work?list=done"), "Q-YES")
    assert org.open_steps(instance) == {"d": ["sun"]}
    page = lin.get(f"/work/flow/{instance}")
    steps = [one.get("data-is") for one in page.all("//ol[@class='ts-path']/li")]
    assert steps == ["done", "now", "next"]
    assert "Lin approved m" in page.text


def test_a_return_names_where_it_may_go_and_the_submitter_sends_it_again(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-BACK"))["instance"]
    org.lin.approve(task_of(org, "lin", instance))
    sun, amy = enter(org, "sun"), enter(org, "amy")
    address = f"/work/tasks/{task_of(org, 'sun', instance)}/return"

    asked = sun.get(address)
    assert set(asked.all("//select[@name='_to']/option/@value")) >= {"submitter", "m"}
    assert sun.submit(address, _to="submitter", _comment="less discount").status == 303

    assert "Q-BACK" in amy.get("/work").text
    assert "Sun returned d to the submitter" in amy.get(f"/work/flow/{instance}").text
    task = task_of(org, "amy", instance)
    assert amy.submit(f"/work/tasks/{task}/resubmit", discount="5", _comment="there").status == 303
    assert org.instance(instance)["round"] == 2
    assert "round 2" in amy.get(f"/work/flow/{instance}").text


def test_a_task_is_handed_over_to_somebody_who_is_searched_for(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-HAND"))["instance"]
    lin = enter(org, "lin")
    assert "Fei (fei)" in lin.get("/work/people?q=fei").text

    done = lin.submit(f"/work/tasks/{task_of(org, 'lin', instance)}/transfer", **{"_to.text": "fei"})

    assert done.status == 303
    assert org.open_steps(instance) == {"m": ["fei"]}


def test_the_path_is_shown_before_submission_and_the_approval_starts_from_the_record(org: Org1) -> None:
    quotation = org.amy.quotation(number="Q-START")
    amy = enter(org, "amy")
    address = f"/o/quotation/{quotation}/approve/flow_l"
    assert address in amy.get(f"/o/quotation/{quotation}").all("//a/@href")

    asked = amy.get(address)
    assert asked.texts("//ol[@class='ts-path']//*[@class='note']") == ["Lin", "Sun", "Gao"]
    assert amy.submit(address, _comment="please").status == 303

    assert org.lin.get(f"/records/quotation/{quotation}/approvals")["items"][0]["flow"] == "flow_l"
    assert address not in amy.get(f"/o/quotation/{quotation}").all("//a/@href")


def test_what_somebody_else_decided_meanwhile_is_told_and_the_comment_is_kept(org: Org1) -> None:
    instance = org.amy.start("fin_any", org.amy.quotation(number="Q-LATE"))["instance"]
    fei = enter(org, "fei")
    address = f"/work/tasks/{task_of(org, 'fei', instance)}/approve"
    form = fei.get(address).form(address)
    org.fu.approve(task_of(org, "fu", instance))

    late = fei.post(address, {**form, "_comment": "fine with me"})

    assert late.status == 409
    assert "Fu" in late.text
    assert "fine with me" in late.text


def test_many_tasks_of_one_step_are_decided_at_once(org: Org1) -> None:
    instances = [org.bob.start("flow_l", org.bob.quotation(number=f"Q-MANY{n}"))["instance"] for n in (1, 2)]
    lin = enter(org, "lin")
    tasks = [task_of(org, "lin", one) for one in instances]

    done = lin.post("/work", {"_csrf": lin.token(), "task": tasks, "_do": "approve", "_comment": "good"})

    assert done.status == 303
    assert [org.open_steps(one) for one in instances] == [{"d": ["sun"]}] * 2


def test_a_substitute_is_arranged_and_ended(org: Org1) -> None:
    fang = enter(org, "fang")
    page = "/profile/substitutions"

    wrong = fang.submit(page, **{"substitute.text": "nobody", "from": "2026-09-21T10:00", "to": "2026-09-22T10:00"})
    assert wrong.status == 422
    assert "There is no active user nobody" in wrong.text
    assert (
        fang.submit(page, substitute=org.users["fei"], **{"from": "2026-09-22T10:00", "to": "2026-09-23T10:00"}).status
        == 303
    )

    assert "Fei" in row_of(fang.get(page), "2026-09-22 10:00")
    (id,) = fang.get(page).all("//button[@name='end']/@value")
    assert fang.post(page, {"_csrf": fang.token(), "end": id}).status == 303
    assert not fang.get(page).all("//button[@name='end']")


def test_the_tasks_of_a_leaver_go_to_his_heir(org: Org1) -> None:
    quotation = org.amy.quotation(number="Q-LEAVE")
    org.amy.start("flow_l", quotation)
    accounts = org.engine.auth.accounts
    accounts.set_roles(TENANT, "ada", ["staff", "flow_admin"], administrator=True)
    ada = enter(org, "ada")
    assert "Q-LEAVE" in enter(org, "lin").get("/work").text
    assert "open tasks to the new owner" in ada.get("/users/lin/leave").text

    gone = ada.submit("/users/lin/leave", user="gao", tasks="true", objects=[])

    assert gone.status == 303
    assert "given." in ada.get("/users/lin/leave").text
    assert "Q-LEAVE" in enter(org, "gao").get("/work").text
    assert "Q-LEAVE" not in enter(org, "lin").get("/work").text
    accounts.set_roles(TENANT, "ada", ["staff", "flow_admin"], administrator=False)


def test_a_process_of_others_is_not_there_for_whoever_may_not_see_it(org: Org1) -> None:
    assert enter(org, "bob").get("/work/flow/nothing").status == 404
    assert enter(org, "bob").get("/work/tasks/nothing/approve").status == 404


def test_the_pages_speak_chinese(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-ZH"))["instance"]
    lin = enter(org, "lin")
    lin.post("/preferences", {"_csrf": lin.token(), "language": "zh"})

    page = lin.get(f"/work/flow/{instance}")

    assert "批准" in page.text
    assert "待办" in lin.get("/work").text
