"""Roles edited on screen: drafted, their consequences shown, applied, and the tenant's own from then on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.showroom import Showroom, open_showroom
from tests.ui.visitor import Visitor


@pytest.fixture
def showroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """A showroom of a test's own, whose roles it changes."""
    made = open_showroom(tmp_path_factory.mktemp("roles"))
    yield made
    made.engine.close()


def test_a_grant_is_drafted_its_impact_shown_and_applied(showroom: Showroom) -> None:
    boss, guest = showroom.visitor("boss"), showroom.visitor("guest")
    work = showroom.make("work", name="Shrimps", cost="5")
    showroom.make("work", name="Crabs")
    page = boss.get("/roles/guest/grants/work")
    assert page.all("//input[@name='grant.read'][@checked]/@value") == ["all"]
    assert page.all("//select[@name='field.cost']/option[@selected]/@value") == ["hidden"]

    drafted = boss.submit(
        "/roles/guest/grants/work",
        **{"when.read": 'record.name = "Shrimps"', "grant.update": "own", "field.cost": "masked"},
    )

    assert drafted.answer.headers["Location"] == "/roles/changes"
    told = boss.get("/roles/changes")
    assert told.texts("//section[.//h2='Records that people gain or lose']//tbody/tr")[0] == "Guest Works Read −1"
    assert "Update" in told.text
    assert "Cost: hidden → masked" in told.text
    assert "Crabs" in guest.get("/o/work").text  # nothing holds yet
    assert boss.submit("/roles/changes", _do="apply").status == 303
    seen = guest.get("/o/work").text
    assert "Shrimps" in seen
    assert "Crabs" not in seen
    assert "****" in guest.get(f"/o/work/{work}").text
    exported = boss.get("/roles/+export").html
    assert "change: role guest" in exported
    assert "Shrimps" in exported


def test_a_condition_that_does_not_compile_is_told_on_the_page(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")

    wrong = boss.submit("/roles/guest/grants/work", **{"when.read": "record.nothing = 1"})

    assert wrong.status == 422
    assert "nothing" in wrong.texts("//div[@role='alert']")[0]
    assert wrong.all("//input[@name='when.read']/@value") == ["record.nothing = 1"]
    assert "Nothing is drafted" in boss.get("/roles/changes").text


def test_a_new_role_takes_the_rights_of_another_and_is_given(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    new = {"name": "friend", "like": "guest", "title.zh": "朋友", "title.en": "Friend"}

    assert boss.submit("/roles/+new", **new).answer.headers["Location"] == "/roles/friend/edit"
    assert boss.submit("/roles/friend/edit", dictionaries=["land"], **{"area.view_as": "all"}).status == 303
    assert boss.submit("/roles/changes", _do="apply").status == 303

    assert "Friend" in boss.get("/roles").text
    role = showroom.engine.records.model(showroom.context()).roles["friend"]
    assert set(role.grants) == {"artist", "work"}
    assert (set(role.areas), role.dictionaries) == ({"view_as"}, {"land"})
    assert boss.submit("/assignments/guest", roles=["friend", "guest"]).status == 303


def test_a_draft_is_taken_back_or_forgotten(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    for object in ("work", "artist"):
        boss.submit(f"/roles/guest/grants/{object}", **{"grant.delete": "own"})
    assert "2 changes wait" in boss.get("/roles").text

    boss.submit("/roles/changes", _do="back")

    assert "1 change waits" in boss.get("/roles").text
    boss.submit("/roles/changes", _do="discard")
    assert "Nothing is drafted" in boss.get("/roles/changes").text


def test_what_was_shown_is_applied_or_nothing(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    boss.submit("/roles/guest/grants/work", **{"grant.delete": "own"})
    shown = boss.get("/roles/changes").form("/roles/changes")
    boss.submit("/roles/guest/grants/artist", **{"grant.delete": "own"})

    late = boss.post("/roles/changes", {**shown, "_do": "apply"})

    assert late.status == 422
    assert "delete" not in showroom.engine.records.model(showroom.context()).roles["guest"].grants["work"].actions


def test_editing_roles_is_for_administrators(showroom: Showroom) -> None:
    clerk: Visitor = showroom.visitor("clerk")

    for path in ("/roles/guest/edit", "/roles/guest/grants/work", "/roles/+new", "/roles/changes", "/roles/+export"):
        assert clerk.get(path).status == 404
        if not path.endswith("export"):
            assert clerk.post(path, {"_csrf": clerk.token(), "_do": "discard"}).status == 404
