"""Packs are installed, upgraded and removed; the tenant's own layer stays, and earlier versions come back."""

from __future__ import annotations

from typing import Any

import pytest

from engine.kernel.errors import BadDefinition, Conflict, Malformed, Missing
from engine.kernel.names import new_record_id
from engine.metamodel import read_text
from engine.storage import Shelf, insert_row
from engine.tenancy import AddPacks, Seeding, TenantService
from engine.tenancy.intents import read_packs
from engine.tenancy.yaml_text import written
from tests.tenancy.conftest import WritePack

PARTY = """
object: party
title: {zh: 伙伴, en: Party}
display: name
fields:
  name: {type: text, title: {zh: 名称, en: Name}, length: 40}
  level: {type: choice, of: level, title: {zh: 级别, en: Level}}
---
dictionary: level
title: {zh: 级别, en: Level}
items: {A: {zh: 甲, en: A}, B: {zh: 乙, en: B}}
"""
NEWER = PARTY.replace("length: 40}", "length: 80}\n  phone: {type: phone, title: {zh: 电话, en: Phone}}")
OVERLAY = """
change: object party
insert:
  fields:
    credit: {type: money, title: {zh: 信用额度, en: Credit}, after: name}
    tags: {type: choices, of: colour, title: {zh: 标签, en: Tags}}
    twice: {type: money, title: {zh: 双倍, en: Twice}, as: credit * 2}
---
dictionary: colour
title: {zh: 颜色, en: Colour}
items: {red: {zh: 红, en: Red}}
"""


def add_party(shelf: Shelf, **values: Any) -> None:
    """Insert a party with all that the engine keeps."""
    database, catalog = shelf.current("acme")
    object = catalog.model.objects["party"]
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    kept = {"id": new_record_id(), "version": 1, "created_at": now, "created_by": "system"}
    record = {**kept, "updated_at": now, "updated_by": "system", **values}
    with database.writing(catalog.stamp) as session:
        insert_row(session, catalog, "party", {key: value for key, value in record.items() if key in object.fields})


def rows(shelf: Shelf, columns: str) -> list[tuple[Any, ...]]:
    """Read columns of all parties."""
    with shelf.database("acme").reading() as session:
        return session.raw_rows(f"SELECT {columns} FROM party ORDER BY id")


def test_a_tenants_own_fields_survive_an_upgrade_of_the_pack(
    tenancy: TenantService, shelf: Shelf, pack: WritePack
) -> None:
    tenancy.install("acme", [pack(PARTY)])
    tenancy.set_overlay("acme", OVERLAY)
    add_party(shelf, name="a", credit=5, tags=["red"])

    done = tenancy.install("acme", [pack(NEWER, "1.1.0")])

    model = shelf.current("acme")[1].model
    assert done.version == 3
    assert list(model.objects["party"].fields)[:5] == ["name", "credit", "phone", "level", "tags"]
    assert model.objects["party"].fields["name"].length == 80
    assert "colour" in model.dictionaries
    assert rows(shelf, "name, tags") == [("a", '["red"]')]
    assert [(layer.name, layer.version) for layer in tenancy.layers("acme")] == [("base", "1.1.0"), ("overlay", "1")]


def test_an_overlay_goes_out_as_text_and_comes_back_the_same(tenancy: TenantService, pack: WritePack) -> None:
    tenancy.install("acme", [pack(PARTY)])
    tenancy.set_overlay("acme", OVERLAY)

    text = tenancy.export_overlay("acme")
    before = [document.body for document in tenancy.layers("acme")[1].documents]
    tenancy.set_overlay("acme", text)

    assert [document.body for document in tenancy.layers("acme")[1].documents] == before
    assert "as: credit * 2" in text or 'as: "credit * 2"' in text
    tenancy.set_overlay("acme", "")
    assert tenancy.export_overlay("acme") == ""


@pytest.mark.parametrize(
    "value",
    [
        *("yes", "~", "1:30", "010", "a: b", "- x", "#no", "it's", 'say "x"', " x ", "=today()", "x" * 300),
        *("多行\n文字\n", "名称", "null", "0x1F", "a #b", "{x}", "[y]", "!tag", "&a", "*a", "%", "@", "`", "\\", "é\t"),
    ],
)
def test_any_text_can_be_written_and_read(value: str) -> None:
    body = f"object: party\ntitle: T\ndisplay: name\nhelp: {written_scalar(value)}\nfields:\n  name: {{type: text}}\n"

    (document,) = read_text(body)
    (again,) = read_text(written([document]))

    assert document.body["help"] == value
    assert again.body == document.body


def written_scalar(value: str) -> str:
    """Write one text as YAML."""
    from engine.tenancy.yaml_text import _scalar

    return _scalar(value)


def test_two_who_changed_the_same_key_must_be_decided_for(tenancy: TenantService, pack: WritePack) -> None:
    tenancy.install("acme", [pack(PARTY)])
    tenancy.set_overlay("acme", "change: object party\nset: {fields: {name: {length: 60}}}\n")

    plan = tenancy.plan("acme", AddPacks(read_packs([pack(NEWER, "1.1.0")])))
    (wish,) = plan.as_dict()["overlay"]["undecided"]
    with pytest.raises(Conflict) as refused:
        tenancy.apply(plan)
    done = tenancy.install("acme", [pack(NEWER, "1.1.0")], decisions={wish: "pack"})

    assert refused.value.code == "overlay_clashes"
    assert wish in refused.value.complaints[0].message("zh")
    assert done.plan.model.objects["party"].fields["name"].length == 80


def test_an_older_pack_is_refused_and_an_earlier_version_comes_back(
    tenancy: TenantService, shelf: Shelf, pack: WritePack
) -> None:
    old, new = pack(PARTY), pack(NEWER, "1.1.0")
    tenancy.install("acme", [old])
    add_party(shelf, name="a", level="A")
    tenancy.install("acme", [new])

    with pytest.raises(Conflict) as refused:
        tenancy.install("acme", [old])
    back = tenancy.return_to("acme", 1)

    assert refused.value.code == "older_pack"
    assert back.version == 3
    assert "phone" not in shelf.current("acme")[1].model.objects["party"].fields
    assert rows(shelf, "name, level") == [("a", "A")]
    assert [(one.version, one.note) for one in tenancy.versions("acme")] == [
        (3, "return to 1"),
        (2, "install base 1.1.0"),
        (1, "install base 1.0.0"),
    ]
    with pytest.raises(Missing):
        tenancy.return_to("acme", 99)


def test_data_follow_the_renames_of_a_migration_there_and_back(
    tenancy: TenantService, shelf: Shelf, pack: WritePack
) -> None:
    tenancy.install("acme", [pack(PARTY)])
    add_party(shelf, name="a", level="B")
    renamed = PARTY.replace("level: {type: choice", "grade: {type: choice")
    moves = "migration: m1\nfrom: 1.0.0\nto: 2.0.0\nrename: {party.level: grade}\n"

    tenancy.install("acme", [pack(renamed, "2.0.0", migrations=moves)])
    after = rows(shelf, "grade")
    tenancy.return_to("acme", 1)

    assert after == [("B",)]
    assert rows(shelf, "level") == [("B",)]


def test_a_pack_that_is_removed_leaves_its_rows(tenancy: TenantService, shelf: Shelf, pack: WritePack) -> None:
    folder = pack(PARTY)
    tenancy.install("acme", [folder])
    add_party(shelf, name="a")

    tenancy.uninstall("acme", "base")
    without = dict(shelf.current("acme")[1].model.objects)
    tenancy.install("acme", [folder])

    assert without == {}
    assert rows(shelf, "name") == [("a",)]
    with pytest.raises(Missing):
        tenancy.uninstall("acme", "other")


def test_the_same_again_changes_nothing(tenancy: TenantService, pack: WritePack) -> None:
    tenancy.install("acme", [pack(PARTY)])

    plan = tenancy.plan("acme", AddPacks(read_packs([pack(PARTY)])))

    assert plan.as_dict()["steps"] == plan.as_dict()["changes"] == []
    assert tenancy.apply(plan).version == 1


def test_a_wrong_pack_or_overlay_changes_nothing(tenancy: TenantService, shelf: Shelf, pack: WritePack) -> None:
    tenancy.install("acme", [pack(PARTY)])

    with pytest.raises(BadDefinition) as wrong:
        tenancy.set_overlay("acme", "change: object party\ninsert: {fields: {x: {type: txt}, y: {typ: text}}}\n")
    with pytest.raises(BadDefinition):
        tenancy.install("acme", [pack("object: bad\n", "9.0.0", "other")])

    assert len(wrong.value.diagnostics) >= 2
    assert [one.version for one in tenancy.versions("acme")] == [1]
    assert "x" not in shelf.current("acme")[1].model.objects["party"].fields


def test_seeds_are_part_of_the_same_transaction(settings: Any, shelf: Shelf, pack: WritePack) -> None:
    seen: list[Seeding] = []

    def seeder(seeding: Seeding) -> None:
        seen.append(seeding)
        if len(seen) == 2:
            raise Conflict("plan_outdated")

    tenancy = TenantService(settings, shelf, seeder)
    tenancy.create("acme")
    tenancy.install("acme", [pack(PARTY)])
    with pytest.raises(Conflict):
        tenancy.install("acme", [pack(NEWER, "1.1.0")])

    assert [one.version for one in tenancy.versions("acme")] == [1]
    assert seen[0].sources[0].identity.name == "base"
    assert "phone" not in shelf.current("acme")[1].model.objects["party"].fields
    tenancy.drop("acme")


def test_names_of_tenants_are_checked(tenancy: TenantService) -> None:
    with pytest.raises(Malformed):
        tenancy.create("../x")
    with pytest.raises(Conflict) as refused:
        tenancy.create("acme")
    assert refused.value.code == "tenant_exists"
    with pytest.raises(Missing):
        tenancy.get("nobody")
    with pytest.raises(Missing):
        tenancy.versions("nobody")
