"""The description of a model tells a reader what he may know, in his language, as plain JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.metamodel import (
    TenantModel,
    compile_tenant,
    describe_dictionary,
    describe_object,
    describe_tenant,
    load_pack,
)


@pytest.fixture(scope="module")
def shop() -> TenantModel:
    return compile_tenant([load_pack(Path(__file__).parent / "packs" / "shop").layer])


def test_an_object_is_described_in_the_readers_language(shop: TenantModel) -> None:
    chinese, english = (describe_object(shop, "customer", language) for language in ("zh", "en"))

    assert (chinese["title"], english["title"]) == ("客户", "Customer")
    assert [field["name"] for field in chinese["fields"]] == list(shop.objects["customer"].fields)


def test_every_description_is_plain_json(shop: TenantModel) -> None:
    for name in shop.objects:
        json.dumps(describe_object(shop, name, "en"))
    for dictionary in shop.dictionaries.values():
        json.dumps(describe_dictionary(dictionary, "zh"))
    json.dumps(describe_tenant(shop, "en"))


def test_a_hidden_field_leaves_no_trace(shop: TenantModel) -> None:
    known = set(shop.objects["customer"].fields) - {"limit", "name"}

    described = describe_object(shop, "customer", "en", known)

    assert "limit" not in json.dumps(described)
    assert described["display"] == "id"
    assert described["checks"] == []


def test_a_formula_over_a_hidden_field_is_not_shown(shop: TenantModel) -> None:
    known = set(shop.objects["sales_order"].fields)

    def net(readable: set[str]) -> dict[str, object]:
        fields = describe_object(shop, "sales_order", "en", readable)["fields"]
        return next(field for field in fields if field["name"] == "net")

    assert "formula" in net(known)
    assert "formula" not in net(known - {"discount"})


def test_a_hidden_state_hides_its_life_cycle(shop: TenantModel) -> None:
    known = set(shop.objects["sales_order"].fields)

    assert describe_object(shop, "sales_order", "en", known)["lifecycle"]["field"] == "status"
    assert describe_object(shop, "sales_order", "en", known - {"status"})["lifecycle"] is None


def test_a_tenant_is_described_by_the_objects_that_may_be_seen(shop: TenantModel) -> None:
    everything = describe_tenant(shop, "zh")
    little = describe_tenant(shop, "zh", {"customer"})

    assert [object["name"] for object in everything["objects"]] == list(shop.objects)
    assert [object["title"] for object in little["objects"]] == ["客户"]
    assert everything["packs"] == [{"name": "shop", "version": "1.0.0", "title": "商店", "description": ""}]
