"""A tenant makes a standard object its own, and keeps that over an upgrade of the standard (PL-1)."""

from __future__ import annotations

from pathlib import Path

from engine.metamodel import Layer, changes, compile_tenant, load_pack, rebase
from tests.metamodel.conftest import MakeLayer, overlay

SHOP = (Path(__file__).parent / "packs" / "shop" / "shop.yaml").read_text("utf-8")
OWN = """
dictionary: hospital_grade
title: {zh: 医院等级, en: Hospital grade}
items: {III: {zh: 三级, en: III}, II: {zh: 二级, en: II}}
---
change: object customer
set: {fields: {name: {title: {zh: 医院, en: Hospital}}}}
insert:
  fields:
    budget: {type: money, currency: CNY, title: {zh: 预算, en: Budget}, after: limit}
    parent_house: {type: reference, to: customer, title: {zh: 上级医院, en: Parent}}
    grades: {type: choices, of: hospital_grade, title: {zh: 等级, en: Grades}}
    room: {type: money, currency: CNY, as: budget - sold, title: {zh: 余额, en: Left}}
  checks:
    rich: {that: budget = null or budget < 1000000, say: {zh: 预算过高, en: Budget too high}}
---
change: form customer
remove: {sections: {base: {fields: [limit]}}}
insert:
  tabs:
    hospital:
      title: {zh: 医院, en: Hospital}
      sections:
        all: {title: {zh: 全部, en: All}, fields: [limit, budget, {field: grades, visible: level = "A"}, room]}
"""


def upgraded(layer: MakeLayer) -> Layer:
    text = SHOP.replace("length: 80", "length: 120").replace(
        "  limit: {type: money", "  vat: {type: text, title: {zh: 税号, en: VAT}}\n  limit: {type: money"
    )
    return layer(text.replace("fields: [name,", "fields: [name, vat,"), "shop", "1.1.0")


def test_own_fields_stand_in_model_form_and_tab(layer: MakeLayer) -> None:
    model = compile_tenant([layer(SHOP, "shop"), overlay(OWN)])

    customer, form = model.objects["customer"], model.forms["customer"]
    own = [name for name, field in customer.fields.items() if field.layer == "overlay"]
    assert own == ["budget", "parent_house", "grades", "room"]
    assert list(customer.fields).index("budget") == list(customer.fields).index("limit") + 1
    assert customer.fields["name"].title.in_language("zh") == "医院"
    assert customer.order == ("orders", "sold", "room")
    assert [field.name for section in form.tabs[1].sections for field in section.fields] == [
        *("limit", "budget", "grades", "room"),
    ]
    assert ("customer", "parent_house") in model.inbound["customer"]


def test_only_the_own_fields_are_new_to_the_database(layer: MakeLayer) -> None:
    standard = layer(SHOP, "shop")

    found = changes(compile_tenant([standard]), compile_tenant([standard, overlay(OWN)]))

    assert {str(change.field) for change in found if change.object == "customer" and change.field} == {
        *("budget", "parent_house", "grades", "room"),
    }
    assert not any(change.risk in ("loss", "refused") for change in found)


def test_an_upgrade_of_the_standard_keeps_everything(layer: MakeLayer) -> None:
    old, new = layer(SHOP, "shop"), upgraded(layer)

    found = rebase([old], [new], overlay(OWN))
    model = compile_tenant([new, found.overlay])

    assert (found.clashed, found.lost, found.taken_over) == ((), (), ())
    customer = model.objects["customer"]
    assert customer.fields["name"].title.in_language("zh") == "医院"
    assert customer.fields["name"].length == 120
    assert {"vat", "budget", "parent_house", "grades", "room"} <= set(customer.fields)
    assert [field.name for field in model.forms["customer"].tabs[0].sections[0].fields] == ["name", "vat", "level"]


def test_another_tenant_sees_nothing_of_it() -> None:
    model = compile_tenant([load_pack(Path(__file__).parent / "packs" / "shop").layer])

    assert "budget" not in model.objects["customer"].fields
