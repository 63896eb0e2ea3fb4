"""Rights on screen: what roles say, what a user may do and why, and who gives what to whom."""

from __future__ import annotations

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor


def test_roles_stand_side_by_side_with_how_far_each_reads(showroom: Showroom) -> None:
    page = showroom.visitor("boss").get("/roles")

    assert page.status == 200
    heads = page.texts("//table[contains(@class,'ts-matrix')]/thead//th")
    assert heads == ["Object", "Clerk 1 user", "Guest 1 user"]
    artists = page.texts("//tr[th[text()='Artists']]/td")
    assert artists == ["All Create, Update, Delete, Restore, Import, Export", "All"]


def test_a_role_tells_scopes_transitions_and_what_it_hides(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")

    clerk, guest = boss.get("/roles/clerk"), boss.get("/roles/guest")

    assert "Close deal, Drop deal" in " ".join(clerk.texts("//tr[th[text()='Deals']]/td"))
    assert "Cost hidden" in " ".join(guest.texts("//tr[th[text()='Works']]/td"))
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
