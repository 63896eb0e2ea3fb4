"""What people keep: dictionaries, accounts, their own profile."""

from __future__ import annotations

from engine.ui.words import words_in
from tests.ui.showroom import Showroom
from tests.ui.visitor import PASSWORD, Visitor


def test_an_item_is_added_switched_off_and_stays_readable(showroom: Showroom, clerk: Visitor) -> None:
    page = clerk.submit(
        "/dictionaries/town/new", **{"title.en": "Wuhan", "title.zh": "武汉", "code": "wuhan", "parent": "south"}
    )
    assert page.status == 303
    who = showroom.make("artist", name="From Wuhan", land="south", town="wuhan")

    clerk.post("/dictionaries/town/items/wuhan", {"_csrf": clerk.token(), "_do": "off"})

    assert "Wuhan" in clerk.get(f"/o/artist/{who}").text
    options = clerk.post("/o/artist/preview", {"_csrf": clerk.token(), "land": "south"}, HX_Request="true")
    assert "Wuhan" not in options.texts("//select[@name='town']/option")
    assert "Switched off" in clerk.get("/dictionaries/town").text


def test_an_item_in_use_is_not_deleted(showroom: Showroom, clerk: Visitor) -> None:
    clerk.submit("/dictionaries/town/new", **{"title.en": "Lhasa", "code": "lhasa", "parent": "south"})
    showroom.make("artist", name="From Lhasa", land="south", town="lhasa")

    page = clerk.post("/dictionaries/town/items/lhasa", {"_csrf": clerk.token(), "_do": "delete"})

    assert page.status == 409
    assert "Lhasa" in clerk.get("/dictionaries/town").text


def test_an_item_without_title_or_with_a_bad_code_is_refused_beside_its_fields(clerk: Visitor) -> None:
    page = clerk.submit("/dictionaries/town/new", code="has blank")

    assert page.status == 422
    assert page.all("//input[@name='code']/@aria-invalid") == ["true"]
    assert page.all("//input[@name='code']/@value") == ["has blank"]


def test_only_the_dictionaries_that_the_role_keeps_are_offered(showroom: Showroom, clerk: Visitor) -> None:
    assert clerk.get("/dictionaries").texts("//tbody//td[contains(@class, 'name')]") == ["Town"]
    assert clerk.get("/dictionaries/land").status == 404
    assert showroom.visitor("guest").get("/dictionaries").status == 404
    assert showroom.visitor("boss").get("/dictionaries").texts("//tbody//td[contains(@class, 'name')]") == [
        "Land",
        "Town",
    ]


def test_an_administrator_makes_an_account_and_gives_it_roles(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    page = boss.submit("/users/+new", name="New Person", login="new", password="paper lantern garden", roles=["clerk"])
    assert page.status == 303

    person = showroom.visitor()
    assert person.log_in("new", "paper lantern garden").status == 303
    assert person.get("/o/deal").status == 200

    boss.post("/users/+new", {"_csrf": boss.token(), "login": "x"})
    boss.post("/users/+new", {})
    page = boss.submit("/users/+new", name="", login="bad login!", password="short")
    assert page.status == 422
    assert page.all("//input[@name='login']/@aria-invalid") == ["true"]
    assert page.all("//input[@name='password']/@value") == [""]


def test_roles_password_and_state_of_an_account_change(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    boss.submit("/users/+new", name="Lodger", login="lodger", password="paper lantern garden", roles=["clerk"])
    token = boss.token()

    boss.post("/users/lodger", {"_csrf": token, "_do": "roles", "roles": ["guest"]})
    boss.post("/users/lodger", {"_csrf": token, "_do": "password", "password": "another lantern garden"})
    other = showroom.visitor()
    assert other.log_in("lodger", "another lantern garden").status == 303
    assert other.get("/o/deal").status == 404

    boss.post("/users/lodger", {"_csrf": token, "_do": "off"})
    assert other.get("/o/artist").status == 303


def test_administration_is_for_administrators(clerk: Visitor) -> None:
    assert clerk.get("/users").status == 404
    assert clerk.post("/users/+new", {"_csrf": clerk.token(), "login": "evil", "administrator": "true"}).status == 404
    assert clerk.post("/users/clerk", {"_csrf": clerk.token(), "_do": "roles", "roles": ["clerk"]}).status == 404


def test_a_password_is_changed_with_the_old_one_only(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    boss.submit("/users/+new", name="Changer", login="changer", password=PASSWORD, roles=["clerk"])
    changer = showroom.visitor("changer")

    page = changer.submit(
        "/profile", "/profile/password", old="wrong", new="quiet river stone", again="quiet river stone"
    )
    assert page.status == 422
    page = changer.submit("/profile", "/profile/password", old=PASSWORD, new="quiet river stone", again="other")
    assert "The two new passwords differ" in page.text
    page = changer.submit(
        "/profile", "/profile/password", old=PASSWORD, new="quiet river stone", again="quiet river stone"
    )
    assert page.status == 303

    assert changer.get("/o/artist").status == 200
    assert showroom.visitor().log_in("changer", "quiet river stone").status == 303


def test_a_token_is_shown_once_and_revoked(showroom: Showroom, clerk: Visitor) -> None:
    page = clerk.submit("/profile", "/profile/tokens", name="Sync", days="30", write="1")
    (text,) = page.texts("//code")
    assert text.startswith("tsr_acme_")
    assert showroom.engine.auth.tokens.caller(text).actor.login == "clerk"

    again = clerk.get("/profile")
    assert text not in again.html
    (id,) = again.all("//form[@action='/profile/tokens/revoke']//button/@value")
    clerk.post("/profile/tokens/revoke", {"_csrf": clerk.token(), "id": id})

    assert "No tokens yet" in clerk.get("/profile").text


def test_other_devices_are_logged_out(showroom: Showroom) -> None:
    first, second = showroom.visitor("guest"), showroom.visitor("guest")

    second.post("/profile/sessions", {"_csrf": second.token()})

    assert first.get("/o/artist").status == 303
    assert second.get("/o/artist").status == 200


def test_every_text_is_there_in_both_languages() -> None:
    chinese, english = words_in("zh").texts, words_in("en").texts

    assert chinese.keys() == english.keys()
    places = {key: (text.count("{"), english[key].count("{")) for key, text in chinese.items()}
    assert {key for key, (zh, en) in places.items() if zh and not en} <= {"move.danger"}
    assert all((*chinese.values(), *english.values()))
