"""Approvals on pages: the work centre, the panel on the record, dialogs, path and timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.test import Client

from engine.auth.accounts import NewUser
from engine.messaging.composing import Texts
from engine.messaging.linking import Linking
from engine.storage.message_rows import read_people
from engine.workflow.approvals.trail.archiving import archive_trail
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


def test_what_a_decider_gives_besides_is_asked_for_and_stands_in_the_timeline(org: Org1) -> None:
    instance = org.amy.start("credit_line", org.amy.quotation(number="Q-GIVE"))["instance"]
    address = f"/work/tasks/{task_of(org, 'fei', instance)}/approve"
    fei = enter(org, "fei")

    refused = fei.submit(address, **{"_given.credit_line": "much"})
    assert refused.status == 422
    assert refused.all("//input[@name='_given.credit_line'][@aria-invalid]/@value") == ["much"]
    assert fei.submit(address, **{"_given.credit_line": "5,000", "_given.insured": "true"}).status == 303

    told = fei.get(f"/work/flow/{instance}").texts(
        "//ol[contains(@class, 'ts-flow-time')]//*[contains(@class, 'ts-diff')]"
    )
    assert [" ".join(one.split()) for one in told] == ["credit line 5000 insured Yes"]


def test_old_entries_of_a_timeline_are_shown_on_demand(org: Org1) -> None:
    instance = org.amy.start("flow_l", org.amy.quotation(number="Q-OLD"))["instance"]
    now, org.clock.instant = org.clock.instant, org.clock.instant + timedelta(days=800)
    archive_trail(org.engine.shelf, org.system, 24)
    org.clock.instant = now
    lin = enter(org, "lin")

    page = lin.get(f"/work/flow/{instance}")

    entries = "//ol[contains(@class, 'ts-flow-time')]/li"
    assert page.texts(entries) == []
    (more,) = [one for one in page.all("//a/@href") if one.endswith("?archived=true")]
    assert "submitted it" in lin.get(more).texts(entries)[0]


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


def test_a_change_of_a_record_is_proposed_on_its_page_and_stands_beside_what_is_in_force(org: Org1) -> None:
    contract = org.amy.make("contract", number="C-CHANGE", amount=100)
    amy, address = enter(org, "amy"), f"/o/contract/{contract}/approve/amend"
    assert address in amy.get(f"/o/contract/{contract}").all("//a/@href")
    form = amy.get(address).form(address)
    nothing = amy.post(address, form)

    ahead = amy.post(address, {**form, "amount": "120", "_do": "path"})
    started = amy.post(address, {**form, "amount": "120"})

    assert nothing.status == 422
    assert ahead.texts("//ol[@class='ts-path']//*[@class='note']") == ["Lin", "Fei"]
    assert org.amy.get(f"/records/contract/{contract}/approvals")["items"] != []
    assert started.status == 303
    (instance,) = [one["id"] for one in org.amy.get(f"/records/contract/{contract}/approvals")["items"]]
    compared = enter(org, "lin").get(f"/work/flow/{instance}").texts("//table[@class='ts-compare']//td")
    assert [text.strip() for text in compared] == ["¥100.00", "¥120.00"]
    assert org.amy.read("contract", contract)["amount"] == "100.00"
    org.lin.back("submitter", task_of(org, "lin", instance))
    again = f"/work/tasks/{task_of(org, 'amy', instance)}/resubmit"
    assert amy.post(again, {**amy.get(again).form(again), "amount": "130"}).status == 303
    org.lin.approve(task_of(org, "lin", instance))
    org.fei.approve(task_of(org, "fei", instance))
    assert org.amy.read("contract", contract)["amount"] == "130.00"


def test_a_block_with_its_steps_is_set_up_on_screen_and_tried(org: Org1) -> None:
    org.engine.auth.accounts.create(TENANT, NewUser("root", "Root", "correct horse battery", administrator=True))
    root, home = enter(org, "root"), "/customise/approvals/flow_l"
    token = root.token()
    block = {"_csrf": token, "kind": "parallel", "title.zh": "会签", "title.en": "Experts", "place": "|"}
    more = root.post(f"{home}/level", {**block, "branches.0": "new", "_do": "add:branches"})
    assert len(more.all("//fieldset[@id='g-branches']//li")) == 2
    block |= {"branches.0": "new", "branches.0.title.en": "Legal", "branches.1": "new", "branches.1.title.en": "Money"}
    assert root.post(f"{home}/level", block).status == 303
    step = {"_csrf": token, "kind": "approve", "title.en": "Counsel", "by.0": "new", "by.0.verb": "user", "mode": "any"}
    wrong = root.post(
        f"{home}/level", {**step, "by.0.user": "sun", "place": "experts.legal|", "when": "record.nix > 1"}
    )
    made = root.post(f"{home}/level", {**step, "by.0.user": "sun", "place": "experts.legal|"})

    tried = root.get(f"{home}?record={org.amy.quotation(number='Q-TRIED')}")

    assert wrong.status == 422
    assert wrong.texts("//*[@id='p-when-e']")
    assert made.status == 303
    assert "Experts" in tried.text
    assert tried.texts("//ul[@class='ts-ways']//a/b") == ["Counsel"]
    assert "Sun" in tried.texts("//ol[@aria-label='Try it on a record']//*[@class='note']")


def link_of(org: Org1, login: str, task: str) -> str:
    """Return the address that a mail about a task holds."""
    deciding = org.engine.messages.deciding
    links = Linking(org.engine.shelf, replace(org.engine.settings, public_url="http://crm.example"), org.clock)
    links.desk = deciding.desk
    assert deciding.desk is not None
    card = deciding.desk.card(TENANT, task, org.users[login])
    assert card is not None
    with org.engine.shelf.database(TENANT).writing() as session:
        (person,) = read_people(session, [org.users[login]])
        texts = links.added(session, person, card, Texts("Please decide", "Please decide"))
    return texts.body.splitlines()[-1].removeprefix("http://crm.example")


def test_a_link_of_a_mail_decides_by_its_button_alone_and_once(org: Org1) -> None:
    instance = org.amy.start("fin_any", org.amy.quotation(number="Q-LINK"))["instance"]
    task = task_of(org, "fei", instance)
    older, link, phone = link_of(org, "fei", task), link_of(org, "fei", task), Visitor(Client(org.app))

    page = phone.get(link)

    assert (page.status, page.answer.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Q-LINK" in page.text
    assert org.open_steps(instance) != {}, "opening it decides nothing"
    assert "decision" not in phone.get(older).text, "a later mail takes its place"
    assert phone.get(link.replace(TENANT, "other")).status == 404
    assert phone.get(link[:-3] + "xyz").status == 404
    bare = phone.post(link, {"decision": "reject", "comment": " "})
    assert (bare.status, "Write the reason" in bare.text) == (422, True)
    done = phone.post(link, {"decision": "reject", "comment": "too dear"})
    assert (done.status, "Rejected" in done.text) == (200, True)
    (decided,) = org.events(instance, "decided")
    assert (decided["channel"], decided["comment"], decided["actor"]["name"]) == ("link", "too dear", "Fei")
    again = phone.post(link, {"decision": "approve"})
    assert (again.status, len(org.events(instance, "decided"))) == (409, 1)
    assert "Decided already: Fei" in phone.get(link).text


def test_a_link_is_worth_nothing_after_a_week(org: Org1) -> None:
    instance = org.amy.start("fin_any", org.amy.quotation(number="Q-OLD"))["instance"]
    link, phone = link_of(org, "fei", task_of(org, "fei", instance)), Visitor(Client(org.app))
    org.later(days=8)
    late = phone.post(link, {"decision": "approve"})

    assert (late.status, "too old" in late.text) == (409, True)
    assert org.events(instance, "decided") == []
