"""Restrictive and sharing rules edited on screen: built, their consequences shown, applied, the tenant's own then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.showroom import Showroom, open_showroom

RULES = "/roles/+rules"
HOUSE_RULES = """
pack: house_rules
version: 1.0.0
title: {zh: 规矩, en: House rules}
engine: ">=0.1"
languages: [zh, en]
needs: {showroom: ">=1"}
---
restrict: cheap_ones
title: {zh: 低价, en: Cheap ones}
of: work
on: [read]
that: record.price < 100
"""


@pytest.fixture
def showroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """A showroom of a test's own, whose rules it changes."""
    made = open_showroom(tmp_path_factory.mktemp("beside"))
    yield made
    made.engine.close()


def test_a_restriction_is_built_its_impact_shown_applied_changed_and_removed(showroom: Showroom) -> None:
    boss, guest = showroom.visitor("boss"), showroom.visitor("guest")
    for name, price in (("Shrimps", 5), ("Crabs", 50), ("Whales", 500)):
        showroom.make("work", name=name, price=price)
    chosen = boss.get(f"{RULES}/restrict/+new")
    assert "work" in chosen.all("//select[@name='of']/option/@value")

    drafted = boss.submit(
        f"{RULES}/restrict/+new?of=work",
        **{"title.zh": "低价", "title.en": "Cheap ones", "on": ["read"]},
        **{"r": ["0", "n1"], "field.0": "price", "op.0": "below", "value.0": "100"},
        **{"field.n1": "name", "op.n1": "is", "value.n1": "Shrimps", "match": "all"},
    )

    assert drafted.answer.headers["Location"] == "/roles/changes"
    told = boss.get("/roles/changes")
    rows = told.texts("//section[.//h2='Records that people gain or lose']//tbody/tr")
    assert rows == ["Boss, Clerk, Guest Works Read −2"]
    assert "new in the draft" in boss.get(RULES).text
    assert "Whales" in guest.get("/o/work").text  # nothing holds yet
    assert boss.submit("/roles/changes", _do="apply").status == 303
    for visitor in (boss, guest):
        seen = visitor.get("/o/work").text
        assert "Shrimps" in seen
        assert "Crabs" not in seen
    exported = boss.get("/roles/+export").html
    assert "restrict: cheap_ones" in exported
    assert "record.price < 100" in exported

    again = boss.get(f"{RULES}/restrict/cheap_ones")
    assert again.all("//input[@name='by'][@checked]/@value") == ["rows"]
    assert again.all("//select[starts-with(@name, 'op.')]/option[@selected]/@value") == ["below", "is"]
    assert boss.submit(f"{RULES}/restrict/cheap_ones", match="any", **{"value.0": "80"}).status == 303
    assert boss.submit("/roles/changes", _do="apply").status == 303
    assert "Crabs" in guest.get("/o/work").text
    assert "Whales" not in guest.get("/o/work").text
    assert boss.submit(f"{RULES}/restrict/cheap_ones", _do="remove").status == 303
    assert boss.submit("/roles/changes", _do="apply").status == 303
    assert "Whales" in guest.get("/o/work").text
    assert "No restrictive rules" in boss.get(RULES).text


def test_records_are_shared_by_a_rule_of_people_with_those_whose_role_reads_what_is_shared(showroom: Showroom) -> None:
    boss, guest = showroom.visitor("boss"), showroom.visitor("guest")
    boss.submit("/roles/guest/grants/work", **{"grant.read": "shared"})
    boss.submit("/roles/changes", _do="apply")
    keeper = showroom.context("clerk").actor.user
    showroom.make("work", name="Kept", keeper=keeper)
    showroom.make("work", name="Loose")
    assert "Kept" not in guest.get("/o/work").text
    rule = {"title.zh": "保管", "title.en": "Kept ones", "roles": ["guest"], "level": "read"}

    boss.submit(
        f"{RULES}/sharing/+new?of=work",
        **rule,
        **{"r": "0", "field.0": "keeper", "op.0": "in", "value.0": f"{keeper} Clerk"},
    )
    boss.submit("/roles/changes", _do="apply")

    seen = guest.get("/o/work").text
    assert "Kept" in seen
    assert "Loose" not in seen
    again = boss.get(f"{RULES}/sharing/kept_ones")
    assert again.texts("//div[@data-multi]/label") == ["Clerk"]  # the person, not an id
    assert again.all("//input[@name='roles'][@checked]/@value") == ["guest"]


def test_what_no_rows_can_say_is_written_as_an_expression_and_faults_are_told(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    new = {"title.zh": "甲", "title.en": "Own rule", "by": "text"}

    for text, fault in (
        ("", "which records"),
        ("record.nothing = 1", "nothing"),
        ("record.name", "boolean"),
    ):
        wrong = boss.submit(f"{RULES}/restrict/+new?of=work", **new, text=text)
        assert wrong.status == 422
        assert fault in " ".join(wrong.texts("//div[@role='alert']"))
    assert wrong.texts("//tessera-rule/textarea") == ["record.name"]
    assert boss.submit(f"{RULES}/sharing/+new?of=work", **new, text="true").status == 422
    written = 'record.owner = actor or count(actor.roles) = 0 or contains(record.name, "a")'
    assert boss.submit(f"{RULES}/restrict/+new?of=work", **new, text=written).status == 303
    again = boss.get(f"{RULES}/restrict/own_rule")
    assert again.all("//input[@name='by'][@checked]/@value") == ["text"]
    assert again.texts("//tessera-rule/textarea") == [written]
    checked = {"mode": "expression", "over": "work", "gives": "boolean", "rights": "yes", "text": written}
    answer = boss.post("/rules/check", {**checked, "_csrf": boss.token()}, HX_Request="true").answer.get_json()
    assert answer["faults"] == []


def test_a_rule_of_a_pack_is_switched_off_and_on_again(showroom: Showroom, tmp_path: Path) -> None:
    house, boss, guest = tmp_path / "house", showroom.visitor("boss"), showroom.visitor("guest")
    for name, price in (("Shrimps", 5), ("Whales", 500)):
        showroom.make("work", name=name, price=price)
    house.mkdir()
    (house / "pack.yaml").write_text(HOUSE_RULES, encoding="utf-8")
    showroom.engine.tenancy.install("acme", [house])
    assert "Whales" not in guest.get("/o/work").text
    rule = f"{RULES}/restrict/cheap_ones"
    assert boss.get(rule).all("//button[@name='_do']/@value")[1:] == ["save", "off"]

    assert boss.submit(rule, _do="off").status == 303

    rows = boss.get("/roles/changes").texts("//section[.//h2='Records that people gain or lose']//tbody/tr")
    assert rows == ["Boss, Clerk, Guest Works Read +1"]
    assert "Whales" not in guest.get("/o/work").text  # nothing holds yet
    assert boss.submit("/roles/changes", _do="apply").status == 303
    assert "Whales" in guest.get("/o/work").text
    assert "switched off" in boss.get(RULES).text
    assert "enabled: false" in boss.get("/roles/+export").html
    assert boss.get(rule).all("//button[@name='_do']/@value")[1:] == ["save", "on", "restore"]
    assert boss.submit(rule, _do="on").status == 303
    assert boss.submit("/roles/changes", _do="apply").status == 303
    assert "Whales" not in guest.get("/o/work").text
    assert "enabled" not in boss.get("/roles/+export").html


def test_rules_are_edited_by_administrators_alone(showroom: Showroom) -> None:
    clerk = showroom.visitor("clerk")

    for path in (RULES, f"{RULES}/restrict/+new", f"{RULES}/restrict/+new?of=work", f"{RULES}/sharing/nothing"):
        assert clerk.get(path).status == 404
    for path in (f"{RULES}/restrict/+new", f"{RULES}/sharing/nothing"):
        assert clerk.post(path, {"_csrf": clerk.token(), "of": "work"}).status == 404
    boss = showroom.visitor("boss")
    for path in (f"{RULES}/never/+new", f"{RULES}/sharing/nothing", f"{RULES}/role/guest"):
        assert boss.get(path).status == 404
