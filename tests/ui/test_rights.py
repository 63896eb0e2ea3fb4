"""Rights on screen: what roles say, what a user may do and why, and who gives what to whom."""

from __future__ import annotations

from engine.auth import NewUser
from tests.ui.showroom import Showroom
from tests.ui.visitor import PASSWORD, Visitor


def test_roles_stand_side_by_side_with_how_far_each_reads(showroom: Showroom) -> None:
    page = showroom.visitor("boss").get("/roles")

    assert page.status == 200
    heads = page.texts("//table[contains(@class,'ts-matrix')]/thead//th")
    assert heads == ["Object", "Clerk 1 user", "Guest 1 user", "Steward 0 users", "Teller 0 users"]
    artists = page.texts("//tr[th[text()='Artists']]/td")
    assert artists == ["All Create, Update, Delete, Restore, Import, Export", "All", "All", "All"]


def test_a_role_tells_scopes_transitions_and_what_it_hides(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")

    clerk, guest = boss.get("/roles/clerk"), boss.get("/roles/guest")

    assert "Close deal, Drop deal" in " ".join(clerk.texts("//tr[th[.='Deals']]/td"))
    assert "Cost hidden" in " ".join(guest.texts("//tr[th[.='Works']]/td"))
    assert boss.get("/roles/nobody").status == 404


def test_roles_are_not_for_everybody(clerk: Visitor) -> None:
    assert clerk.get("/roles").status == 404
    assert clerk.get("/roles/clerk").status == 404
    assert clerk.get("/assignments").status == 404
    assert clerk.get("/users/guest/rights").status == 404


def test_a_page_tells_everything_that_a_user_may_do(showroom: Showroom) -> None:
    page = showroom.visitor("boss").get("/users/guest/rights")

    assert page.status == 200
    works = page.texts("//tr[@data-object='work']/*")
    assert works[0] == "Works"
    assert "Read" in works[1]
    assert "Update" not in works[1]
    assert "Cost, Key, Margin hidden" in works[2]
    assert "Phone masked" in page.texts("//tr[@data-object='artist']/td")[1]
    assert not page.all("//tr[@data-object='deal']")


def test_everybody_reads_his_own_rights(clerk: Visitor) -> None:
    assert clerk.get("/users/clerk/rights").status == 200


def test_roles_are_given_and_taken(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")

    given = boss.submit("/assignments/guest", roles=["clerk", "guest"])

    assert given.status == 303
    assert boss.get("/assignments/guest").all("//input[@name='roles'][@checked]/@value") == ["clerk", "guest"]
    assert "Update" in boss.get("/users/guest/rights").texts("//tr[@data-object='work']/td")[0]
    boss.submit("/assignments/guest", roles=["guest"])
    assert boss.get("/assignments/guest").all("//input[@name='roles'][@checked]/@value") == ["guest"]


def test_the_record_tells_why_a_user_may_or_may_not(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    id = showroom.make("work", name="Shrimps")
    assert f"/o/work/{id}/rights" in boss.get(f"/o/work/{id}").all("//a/@href")

    may = boss.get(f"/o/work/{id}/rights?user=guest&action=read&field=cost")
    refused = boss.get(f"/o/work/{id}/rights?user=guest&action=update")

    assert "Guest may: Read. It follows from Guest." in may.text
    assert "Cost: hidden, not writable" in may.text
    assert "Guest may not: Update. No role grants it." in refused.text
    assert "Give the role Clerk. Boss can do it." in refused.text


def test_why_is_not_told_of_others_to_those_who_may_not_ask(clerk: Visitor, showroom: Showroom) -> None:
    id = showroom.make("work", name="Shrimps")

    assert "Clerk may: Update." in clerk.get(f"/o/work/{id}/rights?action=update").text
    assert clerk.get(f"/o/work/{id}/rights?user=guest").status == 403
    assert clerk.get("/o/work/00000000-0000-7000-8000-000000000000/rights").status == 404


def test_a_record_is_shared_and_the_share_ended(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    page = f"/o/work/{showroom.make('work', name='Crabs')}/sharing"

    assert boss.submit(page, **{"user.text": "guest"}, level="update", until="2099-12-31").status == 303

    assert boss.get(page).texts("//table//tbody/tr/td")[:3] == ["Guest", "Update", "2100-01-01 00:00"]
    assert "Crabs" in boss.get("/users/guest/rights").text
    late = boss.submit(page, user="guest", until="2001-01-01")
    assert late.status == 422
    assert "The end lies in the past." in late.text
    share = boss.get(page).all("//button[@name='end']/@value")[0]
    assert boss.post(page, {"_csrf": boss.token(), "end": share}).status == 303
    assert boss.get(page).texts("//table//tbody/tr/td") == []


def test_sharing_is_for_those_who_may_share(clerk: Visitor, showroom: Showroom) -> None:
    id = showroom.make("work", name="Frogs")

    assert f"/o/work/{id}/sharing" not in clerk.get(f"/o/work/{id}").all("//a/@href")
    assert clerk.get(f"/o/work/{id}/sharing").status == 403


def test_rights_are_lent_and_the_delegation_ended(showroom: Showroom) -> None:
    clerk, page = showroom.visitor("clerk"), "/profile/delegations"

    assert clerk.submit(page, user="guest", until="2099-12-31", objects=["deal"]).status == 303

    assert "Lent to Guest" in clerk.get(page).text
    assert "Lent by Clerk" in showroom.visitor("guest").get(page).text
    wrong = clerk.submit(page, user="guest", until="2001-01-01")
    assert wrong.status == 422
    assert "It must end after it begins." in wrong.text
    ended = clerk.get(page).all("//button[@name='end']/@value")[0]
    clerk.post(page, {"_csrf": clerk.token(), "end": ended})
    assert "No delegations" in clerk.get(page).text


def test_one_sees_with_another_users_eyes_and_changes_nothing(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    work = showroom.make("work", name="Lotus", cost="5")

    assert boss.post("/users/guest/view-as", {"_csrf": boss.token()}).status == 303

    page = boss.get(f"/o/work/{work}")
    assert "You see what Guest sees." in page.text
    assert "Cost" not in page.text
    assert f"/o/work/{work}/edit" not in page.html
    assert boss.get("/users").status == 404
    assert boss.get("/profile").status == 403
    refused = boss.post(f"/o/work/{work}/delete", {"_csrf": boss.token(), "_version": "1"})
    assert refused.status == 403
    ended = boss.post("/view-as/end", {"_csrf": boss.token()})
    assert ended.answer.headers["Location"] == "/users/guest/rights"
    assert "Cost" in boss.get(f"/o/work/{work}").text
    guest = showroom.context("guest").actor.user
    database, _ = showroom.engine.shelf.current("acme")
    with database.reading() as session:
        told = session.raw_rows("SELECT changes FROM tessera_audit WHERE record = ? AND action = 'view_as'", (guest,))
    assert len(told) == 1


def test_nobody_sees_with_other_eyes_by_making_a_cookie(clerk: Visitor, showroom: Showroom) -> None:
    assert clerk.post("/users/guest/view-as", {"_csrf": clerk.token()}).status == 403
    boss = showroom.visitor("boss")

    boss.client.set_cookie("tessera-view-as", "guest.forged")

    assert "You see what" not in boss.get("/o/work").text


def test_who_leaves_hands_over_and_his_account_is_closed(showroom: Showroom) -> None:
    boss, accounts = showroom.visitor("boss"), showroom.engine.auth.accounts
    gone = accounts.create("acme", NewUser("leaver", "Lea", PASSWORD, ("clerk",)))
    work = showroom.make("work", name="Reeds", owner=gone.id)
    page = boss.get("/users/leaver/leave")
    assert page.texts("//table[contains(@class,'ts-leave')]//td[position()>1]") == ["Works", "1"]

    nobody = boss.submit("/users/leaver/leave", **{"user.text": "no such person"})
    done = boss.submit("/users/leaver/leave", user="clerk", close="true")

    assert nobody.status == 422
    assert done.status == 303
    owner = showroom.engine.records.get(showroom.context(), "work", work).values["owner"]
    assert owner.title == "Clerk"
    assert not accounts.by_login("acme", "leaver").active
    assert "The account of Lea is closed." in boss.get("/users/leaver/leave").text


def test_areas_open_pages_to_those_who_hold_them(showroom: Showroom, clerk: Visitor) -> None:
    accounts = showroom.engine.auth.accounts
    accounts.create("acme", NewUser("stew", "Stew", PASSWORD, ("steward",), language="en"))
    stew = showroom.visitor("stew")

    assert stew.get("/users").texts("//td[contains(@class,'name')]")[-1] == "S Stew"
    assert "Boss" not in stew.get("/users").text  # an administrator is out of his reach
    assert stew.get("/users/boss").status == 404
    assert not stew.get("/users/guest").all("//input[@name='roles']")
    assert stew.post("/users/guest", {"_csrf": stew.token(), "_do": "roles", "roles": "clerk"}).status == 404
    assert stew.submit("/users/+new", login="new1", name="New", password=PASSWORD, roles="clerk").status == 303
    assert accounts.by_login("acme", "new1").roles == ()
    assert stew.get("/jobs").status == 200
    assert stew.get("/users/clerk/leave").status == 200
    assert stew.get("/webhooks").status == 404
    assert [clerk.get(path).status for path in ("/users", "/jobs", "/users/guest/leave")] == [404, 404, 404]
