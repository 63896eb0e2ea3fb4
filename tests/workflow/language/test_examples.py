"""The examples by which the language of processes is explained do what they say, from end to end."""

from __future__ import annotations

from typing import Any

from tests.workflow.language.house import Language, move
from tests.workflow.org1.house import Desk


def quotation(lang: Language, **values: Any) -> str:
    customer = lang.made("customer", name="Blue", grade=values.pop("grade", "b"))
    product = lang.made("product", name="Pump")
    given = {
        "customer": customer,
        "valid_until": "2026-10-30",
        "payment_days": 30,
        "total": 100_000,
        "discount": 10,
        "lines": [{"product": product, "quantity": 2, "price": 10}],
    }
    return lang.amy.make("quotation", **{**given, **values})


def test_e1_a_quotation_below_the_price_policy_enters_approval_by_itself(lang: Language) -> None:
    id = quotation(lang)

    move(lang.amy, "quotation", id, "submit")
    held = lang.record("quotation", id)
    assert (held["status"], held["number"], int(held["policy"]["gap_pct"])) == ("in_approval", None, 10)
    lang.lin.approve()
    lang.sun.approve()
    lang.settle()

    issued = lang.record("quotation", id)
    assert (issued["status"], float(issued["approved_total"])) == ("issued", 100_000)
    assert issued["number"].startswith("Q")
    assert len(issued["documents"]) == 1
    move(lang.amy, "quotation", id, "accept", accepted_date="2026-09-22")
    (order,) = lang.rows(f"SELECT id FROM \"order\" WHERE quotation = '{id}'")
    (line,) = lang.record("order", order[0])["lines"]
    assert line["quantity"] == 2


def test_e1_a_deep_cut_asks_experts_side_by_side_and_the_general_manager(lang: Language) -> None:
    id = quotation(lang, payment_days=90, competitor_note="secret")
    move(lang.amy, "quotation", id, "submit")
    lang.lin.approve()
    instance = str(lang.lin.get("/tasks?list=done")["items"][0]["instance"])
    assert lang.open_steps(instance) == {"margin": ["fang", "fei", "fu"], "terms": ["lea", "luo"]}

    form = lang.fei.get(f"/tasks/{lang.fei.task()}")
    assert "secret" not in str(form)
    lang.fei.approve(status=422)
    lang.fei.approve(values={"approved_discount": 8})
    lang.lea.approve()
    assert lang.open_steps(instance) == {"general_manager": ["gao"]}
    lang.gao.back("line_manager", comment="cheaper")
    assert lang.open_steps(instance) == {"line_manager": ["lin"]}
    lang.lin.approve()
    lang.gao.approve(status=422)
    lang.gao.approve(signature="Gao")
    lang.settle()

    assert float(lang.record("quotation", id)["approved_discount"]) == 8
    assert lang.record("quotation", id)["status"] == "issued"


def test_e1_a_good_price_is_issued_at_once_and_expires_unless_it_is_prolonged(lang: Language) -> None:
    id = quotation(lang, grade="a", valid_until="2026-09-22")
    move(lang.amy, "quotation", id, "submit")
    assert lang.record("quotation", id)["status"] == "issued"
    lang.amy.change("quotation", id, 422, discount=11)
    lang.amy.change("quotation", id, valid_until="2026-09-23", probability=50)

    lang.at("2026-09-23 12:00")
    lang.settle()
    assert lang.record("quotation", id)["status"] == "issued"
    lang.at("2026-09-24 00:00")
    lang.settle()
    assert lang.record("quotation", id)["status"] == "expired"
    move(lang.amy, "quotation", id, "revise")
    again = lang.record("quotation", id)
    assert (again["status"], again["revision"]) == ("draft", 2)


def contract(lang: Language, **values: Any) -> str:
    customer = lang.made("customer", name="Blue", credit_left=values.pop("credit_left", 1_000_000))
    product = lang.made("product", name="Pump")
    given = {
        "number": "C1",
        "kind": "sales",
        "amount": 80_000,
        "customer": customer,
        "template": "standard",
        "lines": [{"product": product}],
        "payment_plan": [{"due": "2026-10-30", "amount": 80_000}],
        "delivery_department": lang.department("service"),
    }
    return lang.amy.make("contract", **{**given, **values})


def test_e2_a_contract_climbs_to_whoever_may_sign_and_asks_those_whom_it_concerns(lang: Language) -> None:
    id = contract(lang, amount=600_000, credit_left=10, special_terms="penalty")
    case = str(lang.amy.start("contract", id, "contract")["instance"])
    for person in (lang.lin, lang.sun, lang.gao):
        assert len(lang.open_steps(case)["chain"]) == 1
        person.approve()
    lang.settle()
    assert lang.open_steps(case).keys() == {"credit", "delivery"}
    child = lang.luo.todo("legal_review")[0]["instance"]
    assert lang.open_steps(child) == {"counsel": ["lea", "luo"]}
    lang.fang.approve(status=422, output={"credit_line": "much"})
    lang.fang.approve(output={"credit_line": "5.50"})
    lang.shen.approve()
    lang.luo.approve()
    lang.settle()
    # Fang has approved directly before; Gao has not: 2 voices of 6 are too few, 5 are enough
    assert lang.open_steps(case) == {"committee": ["gao", "luo"]}
    lang.gao.approve()
    lang.fu.act("claim")
    lang.fu.act("done", status=422)
    lang.fu.act("done", values={"sealed_copy": file_of(lang.fu, "contract", "sealed_copy"), "sealed_at": "2026-09-22"})
    lang.settle()
    assert lang.instance(case)["outcome"] == "approved"
    assert lang.record("contract", id)["status"] == "active"
    ((plan,),) = lang.rows(f"SELECT id FROM receivable_plan WHERE contract = '{id}'")
    (part,) = lang.record("receivable_plan", plan)["lines"]
    assert float(part["amount"]) == 80_000
    assert [one["instance"] for one in lang.luo.get("/tasks?list=copied")["items"]] == [case]


def test_e2_an_amendment_leaves_the_contract_in_force_until_it_is_approved(lang: Language) -> None:
    id = contract(lang)
    move(lang.amy, "contract", id, "activate")
    lang.amy.start("contract_amendment", id, "contract", values={"amount": 300_000})
    assert float(lang.record("contract", id)["amount"]) == 80_000
    lang.bob.change("contract", id, 423, amount=1)
    lang.amy.change("contract", id, internal_note="still free")
    lang.lin.approve()
    lang.sun.approve()
    lang.fei.approve()
    assert float(lang.record("contract", id)["amount"]) == 300_000
    assert lang.record("contract", id)["internal_note"] == "still free"


def file_of(desk: Desk, object: str, field: str) -> Any:
    """Upload a small file and return what a field holds of it."""
    answer = desk.client.post(
        f"/api/v1/files?object={object}&field={field}",
        data=b"%PDF-1.4 sealed",
        headers={
            "Authorization": f"Bearer {desk.org.tokens[desk.login]}",
            "Content-Type": "application/octet-stream",
            "Content-Disposition": 'attachment; filename="sealed.pdf"',
        },
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json


def claim(lang: Language, **values: Any) -> str:
    center = lang.made("cost_center", name="East", department=lang.department("sales_east"), budget_left=1_000)
    given = {"purpose": "fair", "planned_amount": 5_000, "cost_center": center, "company": lang.department("office")}
    return lang.amy.make("expense_claim", **{**given, **values})


def test_e3_an_expense_is_applied_for_first_and_reimbursed_later(lang: Language) -> None:
    id = claim(lang)
    move(lang.amy, "expense_claim", id, "apply")
    lang.lin.approve()
    lang.fang.approve()
    granted = lang.record("expense_claim", id)
    assert (granted["status"], granted["number"][0]) == ("granted", "E")
    assert lang.rows(f"SELECT state, amount FROM budget_hold WHERE source = '{id}'")[0][0] is None
    move(lang.amy, "expense_claim", id, "claim", 422)
    receipt = file_of(lang.amy, "expense_claim", "receipts")
    lang.amy.change("expense_claim", id, 422, planned_amount=1)
    lang.amy.change("expense_claim", id, actual_lines=[{"amount": 21_000}, {"amount": 4_000}], receipts=[receipt])
    move(lang.amy, "expense_claim", id, "claim")
    assert lang.record("expense_claim", id)["status"] == "claiming"
    lang.lin.approve()
    given = {"accepted_amount": 24_000, "subject_code": "6601"}
    lang.fei.approve(status=422)
    lang.fei.approve(values=given)
    # the second pair of eyes is not the first
    case = str(lang.fu.todo("expense_reimbursement")[0]["instance"])
    assert lang.open_steps(case) == {"second_pair_of_eyes": ["fang", "fu"]}
    lang.fu.approve()
    claimed = lang.record("expense_claim", id)
    assert (claimed["status"], float(claimed["actual_amount"])) == ("to_pay", 24_000)
    move(lang.amy, "expense_claim", id, "pay", 403, paid_at="2026-09-25", voucher_no="1")
    move(lang.fu, "expense_claim", id, "pay", paid_at="2026-09-25", voucher_no="1")
    assert lang.rows(f"SELECT state FROM budget_hold WHERE source = '{id}'") == [("used",)]
    assert lang.texts(lang.phone("amy"))[-1].endswith("元 已付款")


def test_e3_what_is_granted_and_not_used_is_closed_after_thirty_days(lang: Language) -> None:
    id = claim(lang, planned_amount=10)
    move(lang.amy, "expense_claim", id, "apply")
    lang.lin.approve()
    lang.at("2026-10-22 10:00")
    lang.settle()
    assert lang.record("expense_claim", id)["status"] == "refused"
    assert lang.rows(f"SELECT deleted_at IS NULL FROM budget_hold WHERE source = '{id}'") in ([(0,)], [(False,)])


def test_e3_an_activity_is_applied_for_by_short_message(lang: Language) -> None:
    center = lang.made("cost_center", name="Field", department=lang.department("sales_east"), budget_left=99_999)
    lang.move_department("sales_east", cost_center=center)

    lang.says("bob", "活动费 300 团建 烧烤")
    lang.move_department("sales_east", cost_center=None)

    (row,) = lang.rows("SELECT id, status, purpose, channel, number FROM expense_claim WHERE channel = 'sms'")
    assert row[1:4] == ("applying", "团建 烧烤", "sms")
    assert lang.texts(lang.phone("bob"))[-1] == f"已提交费用申请 {row[4] or ''}"
    lang.lin.approve()
    assert lang.record("expense_claim", row[0])["status"] == "granted"


def request(lang: Language, **values: Any) -> str:
    customer = lang.made("customer", name="Blue")
    contact = lang.made("contact", name="Kim", customer=customer, mobile="+8613900000001")
    given = {"number": "S1", "customer": customer, "contact": contact, "priority": "normal", "product_line": "pump"}
    return lang.amy.make("service_request", **{**given, "region": "east", **values})


def test_e4_a_request_is_assigned_served_and_marked_by_the_customer(lang: Language) -> None:
    id = request(lang)
    given = lang.record("service_request", id)
    assert (given["status"], given["assignee"]["id"]) == ("assigned", lang.users["tina"])
    lang.settle()
    assert any("S1 Blue" in one for one in lang.texts(lang.phone("tina")))
    move(lang.tom, "service_request", id, "start", 403)
    move(lang.tina, "service_request", id, "start")
    move(lang.tina, "service_request", id, "ask_customer", question="Which pump?")
    assert lang.texts("+8613900000001") == ["Which pump?"]
    move(lang.shen, "service_request", id, "answered")
    move(lang.tina, "service_request", id, "resolve", solution="new seal", cause="age")
    assert lang.texts("+8613900000001")[-1].startswith("您的服务 S1 已完成")

    lang.hears("+8613900000001", "２")
    low = lang.record("service_request", id)
    assert (low["status"], low["satisfaction"], low["satisfaction_source"]) == ("resolved", 2, "sms")
    assert lang.rows(f"SELECT count(*) FROM callback_task WHERE request = '{id}'") == [(1,)]
    lang.hears("+8613900000001", "5")
    assert lang.record("service_request", id)["status"] == "closed"
    move(lang.shen, "service_request", id, "reopen")
    assert lang.record("service_request", id)["reopened_count"] == 1


def test_e4_clocks_run_across_states_pause_and_escalate(lang: Language) -> None:
    id = request(lang, priority="high")
    lang.at("2026-09-21 10:01")
    lang.settle()
    assert lang.record("service_request", id)["response_breached"] is True
    move(lang.tina, "service_request", id, "start")
    move(lang.tina, "service_request", id, "ask_customer", question="Which?")
    lang.at("2026-09-22 10:01")
    lang.settle()
    assert lang.record("service_request", id)["escalation_level"] == 0
    move(lang.tina, "service_request", id, "answered")
    lang.at("2026-09-22 18:00")
    lang.settle()
    assert lang.record("service_request", id)["escalation_level"] == 1


def test_e4_a_resolved_request_closes_silently_after_five_days(lang: Language) -> None:
    id = request(lang)
    move(lang.tina, "service_request", id, "start")
    move(lang.tina, "service_request", id, "resolve", solution="x", cause="y")
    lang.at("2026-09-30 09:00")
    lang.settle()
    closed = lang.record("service_request", id)
    assert (closed["status"], closed["satisfaction_source"]) == ("closed", "none")
    lang.at("2026-10-20 09:00")
    move(lang.shen, "service_request", id, "reopen", 422)


def repair(lang: Language, **values: Any) -> str:
    asset = lang.made("asset", name="Press", category="valve")
    contact = lang.made("contact", name="Kim", mobile="+8613900000002")
    given = {"number": "R1", "asset": asset, "contact": contact, "region": "east", "agreed_limit": 100}
    product = lang.made("product", name="Seal")
    parts = [{"product": product, "quantity": 3, "amount": 800}]
    return lang.shen.make("repair_order", **{**given, "parts": parts, "labour": [{"amount": 700}], **values})


def at_repair(lang: Language, id: str) -> str:
    """Lead a repair to its work; return the case."""
    move(lang.shen, "repair_order", id, "begin")
    (task,) = lang.tina.todo("repair_work")
    lang.tina.act("claim", str(task["id"]))
    lang.tina.act("done", str(task["id"]), status=422, values={"fault_code": "F1"})
    lang.tina.act("done", str(task["id"]), values={"fault_code": "F1", "estimate": 500})
    # nobody consents for himself: who submitted is the only one at the desk
    lang.gao.approve(values={"consent_proof": file_of(lang.gao, "repair_order", "consent_proof")})
    assert lang.rows(f"SELECT quantity FROM stock_reservation WHERE source = '{id}'") == [(3,)]
    return str(task["instance"])


def work_at(lang: Language, id: str, case: str, note: str) -> str:
    """Let whoever has the repair do it; return who."""
    (login,) = lang.open_steps(case)["repair"]
    desk = lang.desk(login)
    if lang.record("repair_order", id)["work_note"] is None:
        desk.act("done", desk.task("repair"), status=422)
    desk.act("done", desk.task("repair"), values={"work_note": note})
    return login


def test_e5_a_repair_is_dispatched_checked_by_another_and_done_again(lang: Language) -> None:
    id = repair(lang)
    case = at_repair(lang, id)
    (first,) = lang.open_steps(case)["repair"]
    lang.at("2026-09-21 09:31")
    lang.settle()
    # it was not accepted in time
    assert {*lang.open_steps(case)["repair"], first} == {"tao", "tina"}
    (second,) = lang.open_steps(case)["repair"]
    lang.desk(second).post(f"/records/repair_order/{id}/assignment/accept", status=204)
    assert work_at(lang, id, case, "new seal") == second
    # whoever repaired it does not check it
    assert [one for one in lang.desk(second).todo("repair_work") if one["step"] == "check"] == []
    check = lang.desk(first).task("check")
    lang.desk(first).act("claim", check)
    lang.desk(first).act("return", check, comment="leaks", to="repair")
    done_by = work_at(lang, id, case, "better seal")
    checker = lang.desk("tina" if done_by == "tao" else "tao")
    check = checker.task("check")
    checker.act("claim", check)
    checker.act("done", check, values={"check_result": "good"})
    assert lang.record("repair_order", id)["status"] == "checked"
    assert lang.texts("+8613900000002") == ["您的设备 Press 已修复"]


def test_e5_a_repair_is_settled_and_its_parts_consumed(lang: Language) -> None:
    id = repair(lang, warranty=True)
    move(lang.shen, "repair_order", id, "begin")
    (task,) = lang.tina.todo("repair_work")
    lang.tina.act("claim", str(task["id"]))
    lang.tina.act("done", str(task["id"]), values={"fault_code": "F1", "estimate": 500})
    case = str(task["instance"])
    checker = lang.desk("tina" if work_at(lang, id, case, "new seal") == "tao" else "tao")
    check = checker.task("check")
    checker.act("claim", check)
    checker.act("done", check, values={"check_result": "good"})
    move(lang.shen, "repair_order", id, "settle")
    held = lang.record("repair_order", id)
    assert (held["status"], float(held["total"])) == ("settling", 1_500)
    # the head of the department is the one who submits
    lang.gao.approve()
    assert lang.record("repair_order", id)["status"] == "settled"
    assert lang.rows(f"SELECT state FROM stock_reservation WHERE source = '{id}'") == [("consumed",)]
    assert lang.rows("SELECT count(*) FROM receivable") == [(0,)]


def test_e6_a_lead_is_distributed_and_becomes_customer_contact_and_opportunity(lang: Language) -> None:
    id = lang.made("lead", name="Web", company_name="Blue", contact_name="Kim", mobile="+8613900000003", region="east")
    lang.settle()
    lead = lang.record("lead", id)
    owner = lang.login_of(lead["owner"]["id"])
    assert owner == "amy"
    lang.at("2026-09-21 09:30")
    move(lang.amy, "lead", id, "contact", first_contact_note="rang")
    move(lang.amy, "lead", id, "qualify", 422)
    lang.amy.change("lead", id, need="pumps", budget=10, decision_maker="Kim")
    move(lang.amy, "lead", id, "qualify")
    move(lang.amy, "lead", id, "convert", opportunity_name="Pumps", expected_amount=99, expected_date="2026-12-01")
    done = lang.record("lead", id)
    assert done["status"] == "converted"
    ((customer, name, stage),) = lang.rows("SELECT id, name, stage FROM customer")
    assert (done["customer"]["id"], name, stage) == (customer, "Blue", "potential")
    ((opportunity, contact),) = lang.rows("SELECT id, contact FROM opportunity")
    assert done["opportunity"]["id"] == opportunity
    assert contact is not None

    lang.amy.change("customer", customer, order_count=3, last_order_at="2026-09-21T01:00:00Z")
    assert lang.record("customer", customer)["stage"] == "regular"
    lang.at("2027-03-22 09:00")
    lang.settle()
    assert lang.record("customer", customer)["stage"] == "dormant"
    assert lang.rows("SELECT kind FROM activity") == [("recall",)]
    lang.amy.change("customer", customer, last_order_at="2027-03-21T01:00:00Z")
    assert lang.record("customer", customer)["stage"] == "regular"


def test_e6_a_lead_that_nobody_contacts_goes_to_somebody_else(lang: Language) -> None:
    id = lang.made("lead", name="Web", region="east")
    lang.settle()
    lang.at("2026-09-21 11:00")
    lang.settle()
    assert any("线索未跟进" in one["body"] for one in lang.lin.get("/messages")["messages"])
    assert lang.record("lead", id)["owner"] is not None


def test_e6_birthdays_are_remembered_a_week_before(lang: Language) -> None:
    contact = lang.amy.make("contact", name="Kim", birthday="1980-09-30")
    lang.at("2026-09-23 08:59")
    lang.settle()
    assert lang.rows("SELECT count(*) FROM activity") == [(0,)]
    lang.at("2026-09-23 09:00")
    lang.settle()
    lang.settle()
    assert [str(row[1])[:10] for row in lang.rows("SELECT contact, due FROM activity")] == ["2026-09-30"]
    assert lang.rows("SELECT contact FROM activity") == [(contact,)]


def test_key_customers_are_named_by_two_heads_in_turn(lang: Language) -> None:
    id = lang.amy.make("customer", name="Blue", order_count=3)
    assert lang.record("customer", id)["stage"] == "regular"
    move(lang.amy, "customer", id, "become_key")
    lang.lin.approve()
    lang.sun.approve()
    assert lang.record("customer", id)["stage"] == "key"


def test_special_discounts_are_voted_upon_and_become_exceptions_with_an_end(lang: Language) -> None:
    products = [lang.made("product", name=name) for name in ("a", "b")]
    values = {"discount": 20, "products": products, "valid_until": "2026-12-31"}
    id = lang.amy.make("discount_request", **values)
    case = str(lang.amy.start("special_discount", id, "discount_request")["instance"])
    assert lang.open_steps(case) == {"pricing_board": ["bob", "fang", "lin", "sun"]}
    lang.sun.approve()
    lang.bob.act("abstain")
    assert lang.instance(case)["outcome"] is None
    lang.lin.approve()
    assert lang.instance(case)["outcome"] == "approved"
    rows = lang.rows("SELECT product, valid_until, source FROM price_exception ORDER BY product")
    assert [(row[0], str(row[1]), row[2]) for row in rows] == [(one, "2026-12-31", id) for one in sorted(products)]


def test_commissions_are_confirmed_by_each_and_paid_as_an_event(lang: Language) -> None:
    lines = [{"person": lang.users[login], "amount": 10} for login in ("bob", "tom")]
    id = lang.amy.make("commission_batch", lines=lines)
    case = str(lang.amy.start("commission", id, "commission_batch")["instance"])
    lang.settle()
    lang.bob.approve()
    lang.tom.approve()
    lang.settle()
    assert lang.open_steps(case) == {"sales_head": ["lin"]}
    lang.lin.approve()
    lang.fei.approve()
    assert lang.rows("SELECT count(*) FROM tessera_outbox WHERE name = '!emit'") == [(1,)]


def test_departments_work_for_each_other_and_the_asker_confirms(lang: Language) -> None:
    id = lang.amy.make("collaboration_request", to_department=lang.department("service"))
    case = str(lang.amy.start("collaboration", id, "collaboration_request")["instance"])
    lang.shen.act("done", values={"handler": lang.users["tom"], "promised_date": "2026-09-25"})
    lang.tom.act("done", values={"result": "done"})
    lang.amy.reject(comment="not yet")
    assert lang.open_steps(case) == {"work": ["tom"]}
    lang.tom.act("done", values={"result": "now"})
    lang.at("2026-09-25 09:00")
    lang.settle()
    assert lang.instance(case)["outcome"] == "approved"


def test_invoices_are_asked_for_by_short_message(lang: Language) -> None:
    lang.says("amy", "开票 O-17 1200.50")
    ((order, who),) = lang.rows('SELECT "order", requested_by FROM invoice_request')
    assert (order, who) == ("O-17", lang.users["amy"])
    lang.fei.approve()
    assert lang.texts(lang.phone("amy"))[-1].startswith("开票申请")


def test_a_price_policy_takes_effect_on_its_day(lang: Language) -> None:
    product = lang.made("product", name="Pump")
    id = lang.lin.make("price_policy", rows=[{"product": product, "floor": 10}])
    case = str(lang.lin.start("price_policy", id, "price_policy", values={"valid_from": "2026-10-01"})["instance"])
    lang.sun.approve()
    lang.fang.approve()
    assert lang.instance(case)["outcome"] is None
    assert lang.record("price_policy", id)["valid_from"] is None
    lang.at("2026-10-01 00:00")
    lang.settle()
    assert lang.instance(case)["outcome"] == "approved"
    assert lang.record("price_policy", id)["valid_from"] == "2026-10-01"
