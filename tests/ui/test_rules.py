"""Rules on screen: written with completion and live checking, tried on real records, tables as grids, by keys alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor
from tests.ui.windows import DESK, PHONE, Desk, Place, window

TABLE: dict[str, Any] = {
    "hit": "UNIQUE",
    "inputs": [{"is": "price", "label": "Price"}, {"is": "artist.land"}],
    "outputs": [{"name": "rate"}],
    "rules": [["< 100", "", "1"], ["[100..200]", '"north"', "2"], ["> 150", '"north"', "3"]],
    "tests": [["50", '"north"', "1"], ["120", '"north"', "5"]],
}


def _ask(visitor: Visitor, address: str, **fields: str) -> Any:
    answer = visitor.post(address, {"_csrf": visitor.token(), "over": "work", "gives": "number", **fields}).answer
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text) if answer.mimetype == "application/json" else answer.text


# -- what the editors ask ----------------------------------------------------------------------------------------------


def test_a_fault_comes_with_its_place_in_the_text_and_the_nearest_word(clerk: Visitor) -> None:
    told = _ask(clerk, "/rules/check", text="price * 2 + prise")

    assert not told["ok"]
    fault = told["faults"][0]
    assert (fault["start"], fault["end"], fault["line"], fault["column"]) == (12, 17, 1, 13)
    assert (fault["nearest"], fault["hint"]) == ("price", "did you mean 'price'?")


def test_places_are_counted_as_browsers_count(clerk: Visitor) -> None:
    fault = _ask(clerk, "/rules/check", text='if "😀" = name then prise else 1')["faults"][0]

    assert fault["start"] == 20


def test_a_right_rule_tells_its_type_what_it_reads_and_whether_a_database_can_say_it(clerk: Visitor) -> None:
    told = _ask(clerk, "/rules/check", text="price / string length(artist.name)", gives="")

    assert (told["ok"], told["type"], told["reads"]) == (True, "number", ["artist.name", "price"])
    assert not told["sql"]
    assert "divide" in told["no_sql"]


def test_completion_knows_fields_behind_a_reference_with_their_labels(clerk: Visitor) -> None:
    found = {one["text"]: one for one in _ask(clerk, "/rules/complete", text="if artist.")}

    assert found["town"]["tells"] == "Town"
    assert "secret" not in found


def test_a_reader_completes_and_names_only_what_he_may_see(showroom: Showroom) -> None:
    guest = showroom.visitor("guest")

    assert "cost" not in {one["text"] for one in _ask(guest, "/rules/complete", text="")}
    assert not _ask(guest, "/rules/check", text="cost * 2")["ok"]
    answer = guest.post("/rules/check", {"_csrf": guest.token(), "over": "deal", "text": "1"}).answer
    assert answer.status_code == 404


def test_a_rule_is_tried_on_the_records_that_the_reader_may_see(showroom: Showroom, clerk: Visitor) -> None:
    artist = showroom.make("artist", name="Qi", land="north")
    showroom.make("work", name="Shrimps", artist=artist, price="1200")

    drawn = _ask(clerk, "/rules/try", text='if artist.land = "north" then price / 100 else 0')

    assert "Shrimps" in drawn
    assert "artist.land = &#34;north&#34;" in drawn
    assert ">12<" in drawn


def test_a_table_tells_its_gaps_overlaps_and_test_rows(clerk: Visitor) -> None:
    told = _ask(clerk, "/rules/check", mode="decision_table", text=json.dumps(TABLE))

    assert told["ok"]
    assert {one["kind"] for one in told["findings"]} == {"gap", "overlap"}
    assert [one["right"] for one in told["tests"]] == [True, False]
    assert told["tests"][1]["found"] == "2"


def test_a_faulty_cell_is_named_by_its_path(clerk: Visitor) -> None:
    table = {**TABLE, "rules": [["< prise", "", "1"]], "tests": []}

    told = _ask(clerk, "/rules/check", mode="decision_table", text=json.dumps(table))

    assert [(one["part"], one["nearest"]) for one in told["faults"]] == [("rules.0.0", "price")]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"inputs": 1}', '{"rules": [[{}]]}', "null"])
def test_what_is_no_table_is_told_and_breaks_nothing(clerk: Visitor, text: str) -> None:
    assert not _ask(clerk, "/rules/check", mode="decision_table", text=text)["ok"]
    _ask(clerk, "/rules/try", mode="decision_table", text=text)


def test_only_administrators_find_the_page(showroom: Showroom, clerk: Visitor) -> None:
    assert clerk.get("/rules").status == 404
    assert showroom.visitor("boss").get("/rules?over=work").status == 200


def test_without_scripts_a_form_takes_rules_as_texts_and_says_what_is_wrong(clerk: Visitor) -> None:
    fields = {"name": "P", "factor": "prise", "bonus": json.dumps(TABLE)}

    refused = clerk.post("/o/pricing/new", {"_csrf": clerk.token(), "_do": "save", **fields})
    assert refused.status == 422
    assert "line 1, column 1: unknown name" in refused.answer.text

    kept = clerk.post("/o/pricing/new", {"_csrf": clerk.token(), "_do": "save", **fields, "factor": "price"})
    assert kept.status == 303
    shown = clerk.get(kept.answer.headers["Location"]).answer.text
    assert '<td class="out">3</td>' in shown


def test_a_column_is_called_in_the_readers_language_else_like_the_field_it_looks_at(clerk: Visitor) -> None:
    inputs = [{"is": "price", "label": {"zh": "标价", "en": "Asking price"}}, {"is": "artist.land"}]
    fields = {"name": "Q", "factor": "price", "bonus": json.dumps({**TABLE, "inputs": inputs})}

    kept = clerk.post("/o/pricing/new", {"_csrf": clerk.token(), "_do": "save", **fields})

    shown = clerk.get(kept.answer.headers["Location"]).answer.text
    assert "Asking price</th>" in shown
    assert "Artist · Land</th>" in shown


# -- in the browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(browser: Browser, place: Place) -> Iterator[Desk]:
    """A window of the administrator."""
    opened = _boss(browser, place)
    yield opened
    opened.context.close()
    assert not [text for text in opened.complaints if "422" not in text]


def _boss(browser: Browser, place: Place, size: tuple[int, int] = DESK, **tastes: str) -> Desk:
    opened = window(browser, place, size, **tastes)
    cookie = place.showroom.visitor("boss").client.get_cookie("tessera")
    assert cookie is not None
    # an editor asks the server at every turn, and the machine may have much else to do
    opened.page.set_default_timeout(30_000)
    expect.set_options(timeout=20_000)
    opened.context.add_cookies([{"name": "tessera", "value": cookie.value, "url": place.url}])
    return opened


def _editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Expression")


@pytest.mark.browser
def test_a_rule_is_written_with_completion_corrected_and_tried_by_keys_alone(boss: Desk) -> None:
    page = boss.open("/rules?over=work&gives=number")
    _editor(page).focus()
    page.keyboard.type("artist.la")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("land")
    page.wait_for_timeout(150)  # the list takes no key in its first moment
    page.keyboard.press("Enter")
    expect(_editor(page)).to_have_text("artist.land")
    expect(page.get_by_text("the result is")).to_be_visible()

    page.keyboard.press("Control+a")
    page.keyboard.type("prise * 2")
    fix = page.get_by_role("button", name="Use price", exact=True)
    expect(fix).to_be_visible()
    fix.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Right, gives: number")).to_be_visible()
    rows = page.locator("[data-trial]")
    expect(rows).to_have_count(3)
    rows.nth(1).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trial-2")).to_be_visible()


@pytest.mark.browser
def test_a_table_is_filled_from_a_spreadsheet_and_judged_while_it_is_written(boss: Desk) -> None:
    page = boss.open("/rules?over=work&mode=decision_table&gives=number")
    page.locator('[data-place="is.0"]').fill("price")
    page.locator('[data-place="rules.0.0"]').focus()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "< 100\\t1\\r\\n[100..200]\\t2\\r\\n> 150\\t3\\r\\n");
            const cell = document.querySelector("tessera-rule").shadowRoot.activeElement;
            cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator('[data-place="rules.2.1"]')).to_have_value("3")
    expect(page.get_by_text("rules 2 and 3 both hit for 150 < price <= 200")).to_be_visible()

    page.get_by_label("Hit policy").select_option("FIRST")
    expect(page.get_by_text("Every input has its rule")).to_be_visible()
    expect(page.locator("[data-trial]")).to_have_count(3)


@pytest.mark.browser
def test_keys_move_through_a_grid_add_rules_and_copy_down(boss: Desk) -> None:
    page = boss.open("/rules?over=work&mode=decision_table&gives=number")
    page.locator('[data-place="rules.0.0"]').focus()
    page.keyboard.type("> 5")
    page.keyboard.press("Enter")
    expect(page.locator('[data-place="rules.1.0"]')).to_be_focused()
    page.keyboard.press("Control+d")
    expect(page.locator('[data-place="rules.1.0"]')).to_have_value("> 5")
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-place="rules.1.1"]')).to_be_focused()
    page.keyboard.press("F2")
    page.keyboard.type("pri")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("price")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator('[data-place="rules.1.1"]')).to_have_value("price")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator('[data-place="rules.0.1"]')).to_be_focused()
    page.keyboard.press("Control+Delete")
    expect(page.locator('[data-place="rules.1.0"]')).to_have_count(0)


@pytest.mark.browser
def test_a_form_edits_rules_in_place_and_keeps_them(boss: Desk) -> None:
    page = boss.open("/o/pricing/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Fair")
    factor = page.get_by_role("textbox", name="Factor")
    factor.click()
    page.keyboard.type("price / 1000")
    bonus = page.locator('tessera-rule[data-mode="decision_table"]')
    bonus.locator('[data-place="is.0"]').fill("price")
    bonus.locator('[data-place="rules.0.1"]').fill("7")
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Save pricing").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Fair")
    expect(page.locator("code.ts-code-box")).to_have_text("price / 1000")
    expect(page.locator("table.ts-decision td.out")).to_have_text("7")


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_rules(browser: Browser, place: Place, size: tuple[int, int], language: str) -> None:
    opened = _boss(browser, place, size, language=language, theme="dark" if language == "zh" else "light")
    for path in ("/rules?over=work", "/rules?over=work&mode=decision_table", "/o/pricing/new"):
        page = opened.open(path)
        page.locator("tessera-rule .cm-content").first.wait_for()
        if path == "/rules?over=work":
            page.locator("tessera-rule .cm-content").click()
            page.keyboard.type("price > 5")
            page.locator("[data-trial]").first.wait_for()
        found = Axe().run(page).response["violations"]
        assert not [f"{path}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in found]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
    # axe writes styles while it measures inside a shadow; the other tests of this file look at the console without it
    assert not [text for text in opened.complaints if "inline style" not in text]
    opened.context.close()


@pytest.mark.browser
def test_the_editor_is_loaded_only_where_there_is_a_rule(boss: Desk) -> None:
    page = boss.open("/o/work")

    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")

    assert not [name for name in loaded if "/rules." in name]
