"""The pages in a real browser: with scripts, by keyboard."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Dialog, Route, expect

from tests.ui.visitor import PASSWORD
from tests.ui.windows import Desk, Place, window

pytestmark = pytest.mark.browser


def test_a_person_logs_in_and_lands_where_he_wanted(browser: Browser, place: Place) -> None:
    opened = window(browser, place)
    opened.context.clear_cookies(name="tessera")
    page = opened.open("/o/work")

    page.get_by_label("Login").fill("clerk")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Works")).to_be_visible()
    opened.context.close()


def test_a_deal_with_lines_is_entered_by_keyboard_alone(desk: Desk, place: Place) -> None:
    page = desk.open("/o/deal")
    page.keyboard.press("n")
    expect(page.get_by_label("Artist")).to_be_focused()

    page.keyboard.type("Guan")
    expect(page.get_by_role("option", name="Guan Shanyue")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add a row").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Work")).to_be_focused()
    page.keyboard.type("Sketch 03")
    expect(page.get_by_role("option", name="Sketch 03")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("4")

    # the price is the work's, the amount follows while somebody types
    expect(page.get_by_label("Price")).to_have_value("103.00")
    expect(page.locator("[data-shown=amount]").first).to_have_text("412.00")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("status").filter(has_text="Created deal")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    expect(page.locator(".ts-figs")).to_contain_text("¥412.00")


def test_a_block_from_a_spreadsheet_fills_the_lines(desk: Desk) -> None:
    page = desk.open("/o/deal/new")
    page.get_by_role("button", name="Add a row").click()
    expect(page.get_by_label("Work")).to_be_focused()

    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "Sketch 01\\tfirst\\t2\\t10\\r\\nSketch 02\\tsecond\\t3\\t20\\r\\n");
          const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(paste);
        }"""
    )

    expect(page.locator("[data-line]")).to_have_count(2)
    expect(page.locator("[data-shown=amount]").nth(1)).to_have_text("60.00")
    # the names were found as records
    assert all(page.locator("[name$='.work']").nth(row).input_value() for row in range(2))
    page.get_by_label("Quantity").nth(1).focus()
    page.keyboard.press("Control+d")
    expect(page.get_by_label("Quantity").nth(1)).to_have_value("2")
    page.keyboard.press("Control+Delete")
    expect(page.locator("[data-line]")).to_have_count(1)


def late(route: Route) -> None:
    """Let an answer come when somebody has typed on."""
    time.sleep(0.12)
    route.continue_()


def test_what_is_typed_while_the_form_is_redrawn_is_never_lost(desk: Desk) -> None:
    page = desk.open("/o/work/new")
    page.route("**/preview*", late)

    page.get_by_label("Name *").press_sequentially("A long name typed at speed", delay=25)
    page.get_by_label("Price").press_sequentially("1250.5", delay=45)
    page.get_by_label("Cost").press_sequentially("1000", delay=45)
    page.get_by_label("Story").press_sequentially("Line by line", delay=25)

    expect(page.locator("[data-field=margin]")).to_contain_text("250.50")
    expect(page.get_by_label("Name *")).to_have_value("A long name typed at speed")
    expect(page.get_by_label("Story")).to_have_value("Line by line")
    expect(page.get_by_label("Story")).to_be_focused()


def test_errors_stand_beside_their_fields_and_the_summary_leads_there(desk: Desk) -> None:
    page = desk.open("/o/work/new")
    page.get_by_label("Price").fill("1")
    page.get_by_label("Cost").fill("2")
    page.keyboard.press("Control+Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things to fix before saving")
    summary.get_by_role("link", name="Price").click()
    expect(page.get_by_label("Price")).to_be_focused()
    expect(page.get_by_label("Price")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Price")).to_have_value("1.00")


def test_a_dependent_dictionary_and_a_condition_follow_at_once(desk: Desk) -> None:
    page = desk.open("/o/artist/new")
    expect(page.get_by_label("Town")).to_be_disabled()
    page.get_by_label("Land").select_option("South")
    expect(page.get_by_label("Town").locator("option")).to_have_text(["Not set", "Canton"])

    page = desk.open("/o/deal/new")
    expect(page.get_by_label("Deadline")).to_have_count(0)
    page.get_by_label("Express").check()
    expect(page.get_by_label("Deadline *")).to_be_visible()


def note(asked: list[str], dialog: Dialog) -> None:
    """Keep what was asked and stay."""
    asked.append(dialog.message)
    dialog.dismiss()


def test_leaving_a_changed_form_asks_first(desk: Desk) -> None:
    page = desk.open("/o/artist/new")
    page.get_by_label("Name *").fill("Unsaved")
    asked: list[str] = []
    page.once("dialog", lambda dialog: note(asked, dialog))

    page.get_by_role("link", name="Cancel").click()

    assert asked == ["Leave without saving your changes?"]
    expect(page.get_by_label("Name *")).to_have_value("Unsaved")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Artists")).to_be_visible()


def test_what_is_typed_into_a_filter_stays_while_the_server_draws_its_rows(desk: Desk) -> None:
    page, held = desk.open("/o/work"), list[Route]()

    def keep(route: Route) -> None:
        held.append(route)

    page.keyboard.press("f")
    page.get_by_label("Field").select_option("Price")
    page.route("**/filter/row*", keep)
    page.get_by_label("Comparison").select_option("more than")
    page.get_by_label("Value").fill("1000")
    page.get_by_text("Add condition").click()
    page.wait_for_timeout(100)
    assert len(held) == 2

    # the answers come right behind each other
    answers = [route.fetch() for route in held]
    for route, answer in zip(held, answers, strict=True):
        route.fulfill(response=answer)

    expect(page.get_by_label("Field")).to_have_count(2)
    expect(page.get_by_label("Value").first).to_have_value("1000")


def test_the_filter_builder_makes_chips(desk: Desk) -> None:
    page = desk.open("/o/work")
    page.keyboard.press("f")
    page.get_by_label("Field").select_option("Price")
    page.get_by_label("Comparison").select_option("more than")
    page.get_by_label("Value").fill("1000")
    page.get_by_text("Add condition").click()
    page.get_by_label("Field").nth(1).select_option("Artist")
    # the way to choose a value follows the field
    expect(page.get_by_label("Value").nth(1)).to_have_role("combobox")
    page.get_by_label("Value").nth(1).fill("齐")
    page.get_by_role("option", name="齐白石").click()
    page.get_by_role("button", name="Apply filter").click()

    expect(page.locator(".ts-chip")).to_have_count(2)
    expect(page.locator(".ts-chip").nth(1)).to_contain_text("齐白石")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove filter: Price").click()
    expect(page.locator("tbody tr")).to_have_count(13)


def test_a_list_is_worked_by_keyboard(desk: Desk) -> None:
    page = desk.open("/o/work")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_contain_text("1 selected")
    page.keyboard.press("j")
    second = page.locator("tr.is-cursor td.name").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(second)

    page.keyboard.press("[")
    page.wait_for_url("**/o/work/*")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(second)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")


def test_the_palette_finds_records_and_places(desk: Desk) -> None:
    page = desk.open("/o/artist")
    page.keyboard.press("Control+k")
    page.keyboard.type("sketch 07")
    expect(page.locator("[data-hit]").first).to_contain_text("Sketch 07")

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Sketch 07")


def test_a_value_explains_itself_and_gives_the_focus_back(desk: Desk, place: Place) -> None:
    page = desk.open(f"/o/deal/{place.deal}")
    why = page.locator(".ts-figs .ts-why")
    why.click()

    expect(page.get_by_role("dialog")).to_contain_text("Why Total is ¥3,399.00")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(why).to_be_focused()


def test_rows_are_counted_on_demand_and_announced(desk: Desk) -> None:
    page = desk.open("/o/work")
    page.get_by_role("link", name="Count all").click()

    expect(page.locator("#count")).to_contain_text("in all")
    expect(page.locator("#live")).to_contain_text("in all")


def test_theme_and_language_change_where_one_is(desk: Desk) -> None:
    page = desk.open("/o/work")
    page.locator(".ts-me summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.get_by_role("button", name="中文").click()

    expect(page.get_by_role("heading", name="作品")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_group_of_the_menu_stays_as_the_reader_folded_it(desk: Desk) -> None:
    page = desk.open("/o/work")
    side = page.get_by_role("navigation", name="Main menu")
    expect(side.get_by_role("link", name="Deals")).to_be_visible()
    expect(side.get_by_role("link", name="Pricings")).to_be_hidden()

    side.get_by_text("Ground").click()
    side.get_by_text("Sales").click()
    page.reload()

    expect(side.get_by_role("link", name="Pricings")).to_be_visible()
    expect(side.get_by_role("link", name="Deals")).to_be_hidden()
    # where one is always shows
    page.goto(page.url.replace("/o/work", "/o/deal"))
    expect(side.get_by_role("link", name="Deals")).to_be_visible()
    desk.context.clear_cookies(name="tessera-folds")


def test_markup_in_values_and_rich_text_does_nothing(desk: Desk, place: Place) -> None:
    canary = "<img src=x onerror=\"window.canary=1\"><b hx-post='/logout' hx-trigger='load'>x</b>"
    id = place.showroom.make("work", name=canary[:80], story=canary, text=canary, facts={"a": canary})
    desk.page.on("dialog", lambda dialog: dialog.dismiss())
    sent: list[str] = []
    desk.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    for path in (f"/o/work/{id}", f"/o/work/{id}/edit", "/o/work", "/search?q=img"):
        page = desk.open(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.canary") is None
    assert not sent
