"""CT-4 to CT-7, CT-9 to CT-14: what an order that takes effect brings about, once and exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from werkzeug.test import Client

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import TABLE, Trade, cents, open_trade
from tests.ui.visitor import Visitor


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


def test_ct4_delivery_and_payment_status_follow_and_the_order_ends_by_itself(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 10, "100"))
    seen = []

    def look() -> None:
        now = firm.read("amy", "sales_order", order)
        seen.append((now["status"], now["delivery_status"], now["payment_status"]))

    (line,) = trade.lines(order)
    look()
    first = trade.deliver(order, {line["id"]: "4"})
    look()
    trade.complete(first)
    look()
    (plan,) = trade.rows("receivable", order, "amount")
    trade.receive(300, lines=[{"receivable": plan["id"], "amount": "300"}])
    look()
    trade.complete(trade.deliver(order))
    look()
    trade.receive(700, lines=[{"receivable": plan["id"], "amount": "700"}])
    look()

    assert seen == [
        ("effective", "none", "none"),
        ("effective", "scheduled", "none"),
        ("effective", "partly", "none"),
        ("effective", "partly", "partly"),
        ("shipped", "delivered", "partly"),
        ("closed", "delivered", "paid"),
    ]
    assert "Delivered" in firm.page("amy", "/o/sales_order/board")


def test_ct5_assets_are_one_per_serial_unit_and_one_per_other_line(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("robot", 3, "1000"), ("oil", 12, "20"), ("training", 1, "500"))

    assets = trade.rows("asset", order, "product,quantity,unit_no,status", "unit_no")

    assert sorted((row["product"]["title"], float(row["quantity"]), row["status"]) for row in assets) == [
        ("Oil", 12.0, "planned"), ("Robot", 1.0, "planned"), ("Robot", 1.0, "planned"), ("Robot", 1.0, "planned"),
    ]  # fmt: skip
    assert firm.try_move("amy", "sales_order", order, "submit").status_code in (409, 422)
    assert len(trade.rows("asset", order, "unit_no")) == 4


def test_ct6_the_receivables_follow_the_terms_and_add_up_to_the_cent(trade: Trade) -> None:
    order = trade.effective(("drill", 1, "100.01"), payment_term="three_stage")

    plan = trade.rows("receivable", order, "step,name,event,percent,amount,due_date,status", "step")

    assert [(row["name"], row["event"], str(cents(row["amount"]))) for row in plan] == [
        ("Advance", "effective", "33.33"),
        ("On delivery", "delivery", "33.34"),
        ("Acceptance", "stage", "33.34"),
    ]
    assert [(row["due_date"] is None, row["status"]) for row in plan] == [
        (False, "open"), (True, "waiting"), (True, "waiting"),
    ]  # fmt: skip
    assert sum(cents(row["amount"]) for row in plan) == cents("100.01")


def test_ct7_commissions_follow_the_model_and_show_their_computation(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("robot", 6, "1000"), ("drill", 1, "99.99"), discount="10")

    found = trade.rows("commission", order, "kind,role,employee,share,total", "role")

    assert [(row["role"], row["employee"]["title"], str(cents(row["total"]))) for row in found] == [
        ("manager", "Lin", "49.14"), ("salesperson", "Amy", "114.66"),
    ]  # fmt: skip
    shown = firm.read("fei", "commission", found[1]["id"])
    assert [line["computation"] for line in shown["lines"]] == [
        "5400 × 3% × 70% = 113.4", "89.99 × 2% × 70% = 1.26",
    ]  # fmt: skip
    assert firm.found("bob", "commission", f'sales_order = "{order}"', "id") == []


def test_ct9_ct10_ct14_execution_opens_by_itself_and_an_accepted_stage_makes_its_receivable_due(
    firm: Firm, trade: Trade
) -> None:
    template = firm.make(
        "lin",
        "execution_template",
        name=f"Line {firm.clock.now().timestamp()}",
        lines=[
            {"step": 1, "name": "Design", "begins_after": 0, "days": 5, "weight": "1"},
            {"step": 2, "name": "Installation", "begins_after": 5, "days": 10, "weight": "3"},
        ],
    )
    order = trade.effective(("robot", 1, "1000"), payment_term="three_stage")
    (execution,) = firm.found("amy", "execution", f'sales_order = "{order}"', "id,status")

    firm.move("amy", "execution", execution["id"], "plan", template=template, start="2026-12-01")
    of_it = f'execution = "{execution["id"]}"'
    stages = firm.found("amy", "execution_stage", of_it, "id,step,planned_start,planned_end")
    assert stages
    for stage in stages:
        firm.move("amy", "execution_stage", stage["id"], "start")
        firm.move("amy", "execution_stage", stage["id"], "finish")
    before = trade.rows("receivable", order, "step,due_date", "step")
    (second,) = [stage for stage in stages if stage["step"] == 2]
    firm.move("amy", "execution_stage", second["id"], "accept", acceptance="Runs", accepted_on="2026-12-20")

    assert (second["planned_start"], second["planned_end"]) == ("2026-12-06", "2026-12-15")
    assert before[2]["due_date"] is None
    after = trade.rows("receivable", order, "step,due_date,stage", "step")
    assert (after[2]["due_date"], after[2]["stage"]["title"]) == ("2026-12-20", "Installation")
    shown = firm.read("amy", "execution", execution["id"])
    assert (float(shown["stage_progress"]), shown["accepted_count"], shown["stage_count"]) == (100.0, 1, 2)


def test_ct10_stages_stand_as_bars_along_time_and_are_moved_by_their_ends(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 1, "100"))
    (execution,) = firm.found("amy", "execution", f'sales_order = "{order}"', "id")
    today = date.fromisoformat(trade.day())
    # the week after this one, so that it is not overdue whatever day others have left it
    monday = today + timedelta(days=7 - today.weekday())
    week = {"planned_start": f"{monday}", "planned_end": f"{monday + timedelta(days=6)}"}
    days = {**week, "progress": "50", "responsible": firm.users["amy"]}
    stage = firm.make("amy", "execution_stage", name="Wire the cell", execution=execution["id"], **days)
    amy = Visitor(Client(firm.app))
    amy.log_in("amy")
    shown = f"span=month&on={monday - timedelta(days=7)}"
    path = f"/o/execution_stage/bars?{shown}&where=execution.id%20%3D%20%22{execution['id']}%22"

    page = amy.get(path)
    (bar,) = page.all(f"//*[starts-with(@data-row, '{stage}@')]")
    whole, part = bar.xpath("./rect[@class='whole']")[0], bar.xpath("./rect[@class='part']")[0]
    longer = {"start": f"{monday}", "end": f"{monday + timedelta(days=14)}"}
    moved = {"row": bar.get("data-row"), **longer, "_csrf": amy.token()}
    assert amy.post("/o/execution_stage/calendar/move", moved).status == 200

    assert (whole.get("x"), whole.get("width"), part.get("width")) == ("20.0%", "20.0%", "10.0%")
    assert bar.get("aria-label") == f"Wire the cell, {week['planned_start']} – {week['planned_end']}, 50%, Amy"
    assert page.texts("//*[@class='ts-bars-group']")
    assert firm.read("amy", "execution_stage", stage)["planned_end"] == f"{monday + timedelta(days=13)}"


def test_ct11_what_is_done_for_a_stage_stands_on_the_stage_in_the_calendar_and_on_the_contract(
    firm: Firm, trade: Trade
) -> None:
    line = {"product": trade.ids["drill"], "quantity": "1", "price": "100", "tax_rate": "13"}
    contract = firm.make("amy", "contract", subject="Line", customer=trade.ids["customer"], lines=[line])
    firm.move("amy", "contract", contract, "draft")
    firm.move("amy", "contract", contract, "submit", signed_on="2026-12-01")
    order = trade.effective(("drill", 1, "100"), contract=contract)
    (execution,) = firm.found("amy", "execution", f'sales_order = "{order}"', "id")
    stage = firm.make("amy", "execution_stage", name="Set up", execution=execution["id"])

    visit = firm.make(
        "amy", "activity", subject="Measure the hall", execution_stage=stage, start="2026-12-03T02:00:00Z"
    )
    task = firm.make(
        "lin", "task", subject="Order the cables", assignee=firm.users["amy"], due="2026-12-04", execution_stage=stage
    )

    made = firm.read("amy", "activity", visit)
    assert (made["customer"]["id"], made["contract"]["id"]) == (trade.ids["customer"], contract)
    assert firm.read("amy", "task", task)["sales_order"]["id"] == order
    for object, id in (("execution_stage", stage), ("contract", contract), ("sales_order", order)):
        page = firm.page("amy", f"/o/{object}/{id}")
        assert "Measure the hall" in page, object
        assert "Order the cables" in page, object
    calendar = firm.ask("amy", "GET", "calendars/activity?since=2026-12-01&until=2026-12-08").get_data(as_text=True)
    assert "Measure the hall" in calendar


def test_ct19_a_model_is_tried_on_a_past_order_before_it_counts(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 60, "100"), ("oil", 10, "20"))
    rate = {**TABLE, "rules": [[">= 5000", "10"], ["-", "1"]]}
    split = [{"role": "salesperson", "percent": "100"}]
    model = firm.make("fei", "commission_model", name="Next year", valid_from="2099-01-01", rate=rate, lines=split)

    tried = firm.read("fei", "commission_trial", firm.make("fei", "commission_trial", model=model, sales_order=order))

    lines = [
        (line["product_name"], cents(line["base"]), cents(line["rate"]), cents(line["amount"]))
        for line in tried["lines"]
    ]
    drill = firm.read("fei", "product", trade.ids["drill"])["name"]
    assert lines == [(drill, 6000, 10, 600), ("Oil", 200, 1, 2)]
    assert (cents(tried["total"]), tried["applies"], tried["in_force"]) == (602, True, False)
    assert cents(tried["actual"]) == sum(cents(row["total"]) for row in trade.rows("commission", order, "total"))
    assert (
        firm.ask("amy", "POST", "records/commission_trial", {"model": model, "sales_order": order}).status_code == 404
    )


def test_ct4_a_new_document_takes_company_and_salesperson_from_its_owner(firm: Firm, trade: Trade) -> None:
    line = {"product": trade.ids["drill"], "quantity": "1", "price": "100", "tax_rate": "13"}

    for object in ("sales_order", "contract", "quote"):
        given = {"product": trade.ids["drill"], "quantity": "1"} if object == "quote" else line
        more = {"subject": "Drills"} if object == "contract" else {}
        made = firm.read("bob", object, firm.make("bob", object, customer=trade.ids["customer"], lines=[given], **more))
        assert made["company"]["id"] == firm.ids["company"], object
        assert object == "quote" or made["salesperson"]["title"] == "Bob"


def test_ct12_sixteen_clicks_at_once_deliver_every_unit_once(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 10, "100"))
    (line,) = trade.lines(order)

    def click(_: int) -> int:
        return trade.convert("ivy", "sales_order", order, "order_to_delivery", quantities={line["id"]: "3"}).status_code

    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(click, range(16)))

    assert codes.count(201) == 3
    assert set(codes) <= {201, 409, 422, 503}
    (now,) = trade.lines(order)
    assert (float(now["scheduled"]), float(now["open_quantity"])) == (9.0, 1.0)
    past = {"sales_order": order, "customer": trade.ids["customer"], "company": firm.ids["company"]}
    given = {**past, "lines": [{"order_line": line["id"], "product": trade.ids["drill"], "quantity": "2"}]}
    assert firm.ask("ivy", "POST", "records/delivery", given).get_json()["errors"][0]["code"] == "check_failed"


def test_ct12_ct13_serials_are_asked_for_and_complete_the_assets_with_their_warranty(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("robot", 3, "1000"), ("oil", 10, "20"))
    robots, _ = sorted(trade.lines(order), key=lambda line: line["quantity"] != "3.000")
    first = trade.deliver(order, {robots["id"]: "2"})
    stamp = str(firm.clock.now().timestamp())
    assert firm.try_move("ivy", "delivery", first, "dispatch").status_code == 422

    trade.complete(first, robot=f"A{stamp}\nB{stamp}")
    half = trade.rows("asset", order, "product,unit_no,status,serial_number,warranty_start,warranty_end", "unit_no")
    cancelled = trade.deliver(order, {robots["id"]: "1"})
    firm.move("ivy", "delivery", cancelled, "cancel")
    last = trade.deliver(order)
    lines = firm.read("ivy", "delivery", last)["lines"]
    given = [
        {"id": line["id"], **({"serials": f"C{stamp}"} if line["product"]["title"] == "Robot" else {"batch": "L7"})}
        for line in lines
    ]
    firm.change("ivy", "delivery", last, lines=given)
    trade.complete(last)

    robots_half = [row for row in half if row["product"]["title"] == "Robot"]
    assert [(row["status"], row["serial_number"]) for row in robots_half] == [
        ("in_use", f"A{stamp}"), ("in_use", f"B{stamp}"), ("planned", None),
    ]  # fmt: skip
    today = date.fromisoformat(trade.day())
    until = (today.replace(year=today.year + 1) - timedelta(days=1)).isoformat()
    assert (robots_half[0]["warranty_start"], robots_half[0]["warranty_end"]) == (trade.day(), until)
    whole = trade.rows("asset", order, "product,unit_no,status,serial_number,batch", "unit_no")
    assert [row["serial_number"] for row in whole if row["product"]["title"] == "Robot"][2] == f"C{stamp}"
    assert {row["status"] for row in whole} == {"in_use"}
    assert len(whole) == 4
    assert [row["batch"] for row in whole if row["product"]["title"] == "Oil"] == ["L7"]
