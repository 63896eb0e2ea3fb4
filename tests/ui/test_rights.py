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
