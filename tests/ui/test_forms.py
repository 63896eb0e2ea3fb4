"""Forms without scripts: creating, editing, complaints beside their fields, lines, conditions, two people at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.auth import NewUser
from engine.records import Listing
from engine.ui.screens.later import told_later
from tests.ui.showroom import Showroom
from tests.ui.visitor import PASSWORD, Page, Visitor


def read(showroom: Showroom, object: str, id: str) -> Any:
    return showroom.engine.records.get(showroom.context(), object, id)


def made(page: Page) -> str:
    assert page.status == 303, page.text[:2000]
    return page.answer.headers["Location"].rpartition("/")[2]


def errors(page: Page) -> list[str]:
    return page.texts("//div[contains(@class, 'ts-err')]")


def test_a_record_is_created_and_shown(showroom: Showroom, clerk: Visitor) -> None:
    id = made(clerk.submit("/o/artist/new", name="  Qi Baishi ", land="north", town="harbin", email="qi@example.com"))

    assert read(showroom, "artist", id).values["name"] == "Qi Baishi"
    page = clerk.get(f"/o/artist/{id}")
    assert "Harbin" in page.text
    assert "Created artist Qi Baishi" in page.text


def test_every_kind_of_field_comes_back_as_it_was_entered(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Li Keran")
    other = showroom.make("work", name="Twin")
    keeper = showroom.engine.auth.accounts.by_login("acme", "guest").id
    entered = {
        "name": "Buffalo", "artist": who, "artist.text": "Li Keran", "styles": ["", "ink", "print"],
        "price": "12,345.60", "cost": "1,000", "weight": "0.125", "share": "12.5%", "copies": "3", "stars": "4",
        "framed": ["false", "true"], "made": "1962-05-01", "seen": "2026-11-20T16:30", "opens": "09:15",
        "lasts": "2:30", "story": "First line\r\nSecond line", "text": "<b>Ink</b><script>alert(1)</script>",
        "link": "https://example.com/buffalo", "place.city": "Beijing", "place.street": "1 Long Street",
        "tone": "#203040", "facts": '{"signed": true}', "key": "s3cret", "pair": ["", f"{other} Twin"],
        "keeper": keeper, "keeper.text": "Guest", "about": who, "about.object": "artist", "about.text": "Li Keran",
    }  # fmt: skip

    id = made(clerk.submit("/o/work/new", **entered))

    page = clerk.get(f"/o/work/{id}").text
    for shown in (
        "Buffalo", "Li Keran", "Ink", "Print", "¥12,345.60", "¥1,000.00", "0.125", "12.5%", "1962-05-01",
        "2026-11-20 16:30", "09:15", "2 h 30 min", "Second line", "1 Long Street, Beijing", "#203040",
        '{"signed": true}', "Guest", "Twin", "¥11,345.60",
    ):  # fmt: skip
        assert shown in page, shown
    assert "alert(1)" not in page
    assert "s3cret" not in page
    values = read(showroom, "work", id).values
    assert values["text"] == "<b>Ink</b>"
    assert values["about"].object == "artist"


def test_the_edit_form_sends_back_what_it_was_given(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Fu Baoshi", email="fu@example.com")
    id = showroom.make(
        "work", name="Gorge", artist=who, styles=["oil"], price="99.90", seen="2026-11-20T08:30:00Z", lasts="PT90M",
        place={"city": "Nanjing"}, facts={"a": [1, 2]}, key="keep me", share="7.25", text="<p>x</p>", framed=True,
        about={"object": "artist", "id": who},
    )  # fmt: skip
    before = read(showroom, "work", id).values

    page = clerk.submit(f"/o/work/{id}/edit")

    assert page.status == 303, page.text[:1500]
    after = read(showroom, "work", id).values
    assert {name: after[name] for name in after if before[name] != after[name]} == {}


def test_all_complaints_stand_beside_their_fields_and_the_input_is_kept(clerk: Visitor) -> None:
    page = clerk.submit("/o/work/new", name="", price="many", copies="1.5", link="no link", story="kept")

    assert page.status == 422
    summary = page.texts("//*[@data-summary]//li")
    assert len(summary) == 4
    assert any(line.startswith("Name:") for line in summary)
    assert page.all("//input[@name='price']/@aria-invalid") == ["true"]
    (described,) = page.all("//input[@name='price']/@aria-describedby")
    assert page.texts(f"//*[@id='{described.split()[0]}']")[0]
    assert page.all("//input[@name='price']/@value") == ["many"]
    assert page.texts("//textarea[@name='story']") == ["kept"]
    for target in page.all("//*[@data-summary]//a/@href"):
        assert page.all(f"//*[@id='{target[1:]}']"), target


def test_a_check_of_the_pack_speaks_beside_its_field(clerk: Visitor) -> None:
    page = clerk.submit("/o/work/new", name="Cheap", price="1", cost="2")

    assert page.status == 422
    assert errors(page) == ["The price is below the cost"]


def test_a_name_that_was_typed_but_not_picked_is_looked_up(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Only Once")

    id = made(clerk.submit("/o/work/new", **{"name": "Found", "artist": "", "artist.text": "only once"}))
    assert read(showroom, "work", id).values["artist"].id == who

    page = clerk.submit("/o/work/new", **{"name": "Lost", "artist": "", "artist.text": "nobody at all"})
    assert page.status == 422
    assert "Nothing is called nobody at all" in " ".join(errors(page))
    assert page.all("//input[@name='artist.text']/@value") == ["nobody at all"]


def test_an_unclear_name_is_not_saved_as_nothing(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    artist("Double A")
    artist("Double B")

    page = clerk.submit("/o/work/new", **{"name": "Which", "artist": "", "artist.text": "Double"})

    assert page.status == 422
    assert not clerk.get("/o/work?f=name:is:Which").texts("//tbody/tr")


def test_lines_are_added_dropped_and_saved_without_scripts(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Lines")
    work = showroom.make("work", name="Line work", price="250")
    values = clerk.get("/o/deal/new").form("/o/deal/new") | {"artist": who, "artist.text": "Lines"}

    page = clerk.post("/o/deal/new", values | {"_do": "add:lines"})
    assert page.status == 200
    values = page.form("/o/deal/new")
    (key,) = {name.split(".")[1] for name in values if name.startswith("lines.") and name.count(".") > 1}
    values |= {f"lines.{key}.work": work, f"lines.{key}.work.text": "Line work", f"lines.{key}.quantity": "4"}
    id = made(clerk.post("/o/deal/new", values))

    record = read(showroom, "deal", id)
    assert [str(line.values["amount"]) for line in record.lines["lines"]] == ["1000.00"]
    assert str(record.values["total"]) == "1000.00"

    values = clerk.get(f"/o/deal/{id}/edit").form(f"/o/deal/{id}/edit")
    page = clerk.post(f"/o/deal/{id}/edit", values | {"_do": f"drop:lines.{key_of(values)}"})
    assert not page.all("//table//tr[@data-line and not(ancestor::template)]")
    assert clerk.post(f"/o/deal/{id}/edit", page.form(f"/o/deal/{id}/edit")).status == 303
    assert read(showroom, "deal", id).lines["lines"] == ()


def key_of(values: dict[str, Any]) -> str:
    return next(name.split(".")[1] for name in values if name.startswith("lines.") and name.count(".") > 1)


def test_a_complaint_about_a_line_names_the_line(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Wrong lines")
    work = showroom.make("work", name="Wrong", price="1")
    values = clerk.get("/o/deal/new").form("/o/deal/new") | {"artist": who, "artist.text": "Wrong lines"}
    values |= {"lines.a.id": "", "lines.blank.id": "", "lines.b.id": ""}
    values |= {"lines.a.work": work, "lines.a.work.text": "Wrong", "lines.a.quantity": "1"}
    values |= {"lines.b.work": work, "lines.b.work.text": "Wrong", "lines.b.quantity": "0"}

    page = clerk.post("/o/deal/new", values)

    assert page.status == 422
    assert page.texts("//*[@data-summary]//li")[0].startswith("Lines line 2, Quantity:")
    assert page.all("//input[@name='lines.b.quantity']/@aria-invalid") == ["true"]
    assert not page.all("//input[@name='lines.a.quantity']/@aria-invalid")


def test_the_preview_fills_defaults_computes_and_writes_nothing(showroom: Showroom, clerk: Visitor) -> None:
    work = showroom.make("work", name="Preview", price="30")
    values = {"_csrf": clerk.token(), "lines._sent": "1", "lines.x.work": work, "lines.x.work.text": "Preview"}
    count = len(showroom.engine.records.list(showroom.context(), Listing("deal")).records)

    page = clerk.post("/o/deal/preview", values | {"lines.x.quantity": "3", "express": "true"}, HX_Request="true")

    assert page.status == 200
    assert page.all("//input[@name='lines.x.price']/@value") == ["30.00"]
    assert page.texts("//td[@data-shown='amount']")[0] == "90.00"
    assert page.all("//input[@name='deadline']/@aria-required") == ["true"]
    assert len(showroom.engine.records.list(showroom.context(), Listing("deal")).records) == count


def test_a_field_appears_when_its_condition_holds(clerk: Visitor) -> None:
    token = clerk.token()

    assert not clerk.get("/o/deal/new").all("//input[@name='deadline']")
    page = clerk.post("/o/deal/preview", {"_csrf": token, "express": "false"}, HX_Request="true")
    assert not page.all("//input[@name='deadline']")
    page = clerk.post("/o/deal/preview", {"_csrf": token, "express": "true"}, HX_Request="true")
    assert page.all("//input[@name='deadline']")


def test_a_dependent_choice_offers_what_fits_above_it(clerk: Visitor) -> None:
    page = clerk.get("/o/artist/new")
    assert page.all("//select[@name='town']/@disabled")
    assert "Choose Land first" in page.texts("//select[@name='town']/option")[0]

    page = clerk.post("/o/artist/preview", {"_csrf": clerk.token(), "land": "south"}, HX_Request="true")

    assert page.texts("//select[@name='town']/option")[1:] == ["Canton"]


def test_whoever_saves_second_sees_both_and_loses_nothing(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    id = artist("First name", email="first@example.com")
    values = clerk.get(f"/o/artist/{id}/edit").form(f"/o/artist/{id}/edit")
    showroom.engine.records.update(showroom.context(), "artist", id, 1, {"email": "second@example.com"})

    page = clerk.post(f"/o/artist/{id}/edit", values | {"name": "Mine"})

    assert page.status == 409
    assert "Boss changed this artist" in page.text
    cells = page.texts("//table[contains(@class, 'ts-compare')]/tbody//*[self::th or self::td]")
    assert cells == ["Name", "First name", "Mine", "E-mail", "second@example.com", "first@example.com"]
    assert page.all("//input[@name='name']/@value") == ["Mine"]
    again = clerk.post(f"/o/artist/{id}/edit", page.form(f"/o/artist/{id}/edit"))
    assert again.status == 303
    assert read(showroom, "artist", id).values["name"] == "Mine"


def test_the_lookup_offers_what_the_field_allows(clerk: Visitor, artist: Callable[..., str]) -> None:
    artist("Lookup here")
    artist("Lookup gone", active=False)

    page = clerk.post("/o/work/lookup/artist", {"_csrf": clerk.token(), "q": "Lookup"}, HX_Request="true")

    assert page.all("//li/@data-title") == ["Lookup here"]


def test_adding_from_a_related_list_brings_the_reference_and_comes_back(
    clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Related")
    (add,) = clerk.get(f"/o/artist/{who}").all("//a[contains(@href, '/o/work/new?artist=')]/@href")

    page = clerk.get(add)
    assert page.all("//input[@name='artist.text']/@value") == ["Related"]
    values = page.form("/o/work/new") | {"name": "From there"}
    assert clerk.post("/o/work/new", values).answer.headers["Location"] == f"/o/artist/{who}"
    assert "From there" in clerk.get(f"/o/artist/{who}").text


def test_a_copy_brings_the_values_but_not_the_number(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    work = showroom.make("work", name="Copied", price="10")
    deal = showroom.make("deal", artist=artist("Copy"), lines=[{"work": work, "quantity": 2}])

    page = clerk.get(f"/o/deal/new?from={deal}")

    assert page.all("//input[@name='artist.text']/@value") == ["Copy"]
    assert page.all("//input[substring(@name, string-length(@name) - 7) = 'quantity']/@value")[0] == "2"
    id = made(clerk.post("/o/deal/new", page.form("/o/deal/new")))
    assert read(showroom, "deal", id).values["number"] != read(showroom, "deal", deal).values["number"]
    assert len(read(showroom, "deal", deal).lines["lines"]) == 1


def test_a_reader_without_the_grant_gets_no_form(showroom: Showroom, artist: Callable[..., str]) -> None:
    guest = showroom.visitor("guest")

    assert guest.get("/o/artist/new").status == 403
    assert guest.get(f"/o/artist/{artist()}/edit").status == 403
    assert not guest.get("/o/artist").all("//a[contains(@href, '/new')]")


def test_what_is_typed_never_becomes_markup(showroom: Showroom, clerk: Visitor) -> None:
    canary = "\"'><svg onload=alert(1)>"
    id = made(clerk.submit("/o/work/new", name=canary, story=canary, text=f"<img src=x onerror=alert(1)>{canary}"))

    for path in (f"/o/work/{id}", f"/o/work/{id}/edit", "/o/work", "/search?q=svg", f"/o/work?f=name:is:{canary}"):
        page = clerk.get(path)
        assert not page.all("//svg[@onload] | //img[@onerror]"), path
    page = clerk.submit("/o/work/new", name="", story=canary)
    assert not page.all("//svg[@onload]")


def test_lines_that_may_only_be_read_are_never_posted_and_stay_in_sight(
    showroom: Showroom, artist: Callable[..., str]
) -> None:
    showroom.engine.auth.accounts.create("acme", NewUser("tess", "Tess", PASSWORD, ("teller",), language="en"))
    teller = showroom.visitor("tess")
    work = showroom.make("work", name="Seen", price="250")
    lines = [{"work": work, "quantity": 2}, {"work": work, "quantity": 3}]
    deal = showroom.make("deal", artist=artist("Lines to read"), lines=lines)
    address = f"/o/deal/{deal}/edit"
    quantities = "//fieldset[@data-lines='lines']//td[@data-shown='quantity']"

    form = teller.get(address).form(address)
    redrawn = teller.post(f"/o/deal/preview?id={deal}", {**form, "express": "true"}, HX_Request="true")
    refused = teller.post(address, {**form, "day": ""})
    saved = teller.post(address, {**form, "express": "true"})

    assert not [name for name in form if name.startswith("lines")]
    assert redrawn.texts(quantities) == refused.texts(quantities) == ["2", "3"]
    assert (refused.status, saved.status) == (422, 303)
    record = read(showroom, "deal", deal)
    assert record.values["express"] is True
    assert [line.values["quantity"] for line in record.lines["lines"]] == [2, 3]
    # what a page did not offer is refused
    forged = teller.post(address, {**form, "_version": "2", "lines._sent": "1"})
    assert forged.status in (403, 422)
    assert len(read(showroom, "deal", deal).lines["lines"]) == 2


def test_a_new_form_leaves_out_what_only_other_records_can_tell(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Told later")
    known = "//div[@data-field='works']"

    assert not clerk.get("/o/artist/new").all(known)
    assert clerk.get(f"/o/artist/{who}/edit").all(known)
    assert told_later(showroom.engine.records.model(showroom.context()), "deal_line") == {"packed", "open"}


def test_what_follows_another_field_is_taken_anew_until_somebody_says_otherwise(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    north, nowhere = artist("Of the north", land="north"), artist("Of nowhere")
    deal = showroom.make("deal", artist=north)
    edit = f"/o/deal/{deal}/edit"
    assert read(showroom, "deal", deal).values["land"] == "north"

    values = clerk.get(edit).form(edit) | {"artist": nowhere, "artist.text": "Of nowhere"}
    seen = clerk.post(f"/o/deal/preview?id={deal}", values, HX_Request="true")
    assert seen.all("//select[@name='land']/option[@selected]/@value") == ["south"]
    assert clerk.post(edit, values).status == 303
    assert read(showroom, "deal", deal).values["land"] == "south"

    values = clerk.get(edit).form(edit) | {"artist": north, "artist.text": "Of the north"}
    kept = clerk.post(edit, values | {"land": "south", "land.picked": "north"})
    assert kept.status == 303
    assert read(showroom, "deal", deal).values["land"] == "south"
