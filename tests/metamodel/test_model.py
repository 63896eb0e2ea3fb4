"""What a pack says stands in the compiled model: linked, typed, ordered and with its defaults."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.metamodel import Layer, TenantModel, compile_tenant, load_pack
from engine.metamodel.model import PersonRule, Rollup
from engine.metamodel.model.people import PlainPerson, RoleHolders
from tests.metamodel.conftest import Compile, MakeLayer, Write

LONG = Decimal("12345678.1234567891")
SHOP = Path(__file__).parent / "packs" / "shop"


@pytest.fixture(scope="module")
def shop() -> TenantModel:
    return compile_tenant([load_pack(SHOP).layer])


def test_fields_keep_their_order_and_system_fields_stand_last(shop: TenantModel) -> None:
    assert list(shop.objects["sales_order"].fields) == [
        *("number", "customer", "order_date", "status", "lines", "discount", "net"),
        *("id", "version", "created_at", "created_by", "updated_at", "updated_by", "owner", "department"),
    ]


def test_recycled_objects_know_who_deleted_them(shop: TenantModel) -> None:
    assert {"deleted_at", "deleted_by"} <= set(shop.objects["customer"].fields)
    assert "deleted_at" not in shop.objects["unit"].fields


def test_departments_point_to_the_units_of_the_organisation(shop: TenantModel) -> None:
    assert shop.unit == "unit"
    assert shop.objects["customer"].fields["team"].targets == ("unit",)
    assert shop.objects["customer"].fields["department"].targets == ("unit",)


def test_lines_know_their_way_back(shop: TenantModel) -> None:
    lines = shop.objects["sales_order"].fields["lines"]

    assert (lines.lines_of, lines.lines_by) == ("order_line", "order")
    assert not lines.stored


def test_formulas_are_calculated_behind_what_they_read(shop: TenantModel) -> None:
    order = list(shop.calculation)

    assert order.index(("order_line", "amount")) < order.index(("sales_order", "net"))
    assert order.index(("sales_order", "net")) < order.index(("customer", "sold"))


def test_rollups_know_both_ends(shop: TenantModel) -> None:
    rollup = shop.objects["customer"].fields["sold"].rollup

    assert isinstance(rollup, Rollup)
    assert (rollup.function, rollup.of, rollup.by, rollup.field) == ("sum", "sales_order", "customer", "net")
    assert shop.rollups["sales_order"] == (("customer", "orders"), ("customer", "sold"))


def test_references_are_known_from_the_other_side(shop: TenantModel) -> None:
    assert shop.inbound["customer"] == (("sales_order", "customer"),)
    assert ("customer", "department") in shop.inbound["unit"]


def test_a_life_cycle_gives_its_field_a_dictionary_and_a_beginning(shop: TenantModel) -> None:
    status = shop.objects["sales_order"].fields["status"]

    assert status.dictionary == "sales_order.status"
    assert list(shop.dictionaries["sales_order.status"].items) == ["draft", "effective", "closed"]
    assert shop.dictionaries["sales_order.status"].items["closed"].tone == "green"
    assert status.default is not None
    assert status.default.value == "draft"
    assert status.readonly


def test_transitions_are_linked(shop: TenantModel) -> None:
    lifecycle = shop.lifecycle_of("sales_order")

    assert lifecycle is not None
    submit = lifecycle.transitions["submit"]
    people = (PersonRule(PlainPerson("owner")), PersonRule(RoleHolders("rep")))
    assert (submit.sources, submit.to, submit.who) == (frozenset({"draft"}), "effective", people)
    assert submit.set["order_date"].expression is not None
    assert lifecycle.states["effective"].lock == frozenset({"discount"})
    assert lifecycle.states["closed"].lock == frozenset()
    assert lifecycle.states["draft"].lock is None


def test_numbered_fields_are_unique(shop: TenantModel) -> None:
    assert shop.objects["customer"].numbering == {"number": "customer_number"}
    assert shop.objects["customer"].fields["number"].unique
    assert [segment.kind for segment in shop.numberings["order_number"].segments] == [
        "text",
        "date",
        "field",
        "counter",
    ]


def test_grants_are_linked(shop: TenantModel) -> None:
    grant = shop.roles["rep"].grants["customer"]

    assert {name: row.scope for name, row in grant.actions.items()} == {
        "read": "department_and_below",
        "create": "all",
        "update": "own",
    }
    assert grant.fields["limit"].mode == "masked"
    assert grant.fields["limit"].unless is not None
    assert shop.roles["rep"].grants["sales_order"].transitions == frozenset({"submit"})


def test_every_object_has_a_list_and_a_form(shop: TenantModel) -> None:
    assert set(shop.lists) == set(shop.forms) == set(shop.objects)


def test_the_default_list_shows_what_matters(shop: TenantModel) -> None:
    columns = [column.path[0] for column in shop.lists["sales_order"].columns]

    assert columns[:2] == ["number", "status"]
    assert columns[-3:] == ["net", "discount", "updated_at"]
    assert "owner" in columns


def test_the_default_form_puts_lines_last(shop: TenantModel) -> None:
    form = shop.forms["sales_order"]

    assert [section.name for section in form.tabs[0].sections] == ["base", "lines"]
    assert form.figures == ("net", "discount")


def test_a_long_default_form_is_cut_into_sections(compiled: Compile) -> None:
    fields = "\n".join(f"  f{index}: {{type: text}}" for index in range(30))

    form = compiled(f"object: thing\ntitle: T\nfields:\n{fields}\n").forms["thing"]

    assert [len(section.fields) for section in form.tabs[0].sections] == [12, 12, 6]


def test_a_written_form_keeps_its_related_lists(shop: TenantModel) -> None:
    assert shop.forms["customer"].related == (("sales_order", "customer"),)
    assert shop.forms["unit"].related == (("customer", "team"),)


def test_a_menu_without_words_takes_those_of_its_object(shop: TenantModel) -> None:
    first, second, third = shop.menus[0].groups[0].items

    assert (first.title.in_language("zh"), first.view, second.list) == ("客户", "mine", "sales_order")
    assert (third.target, third.page) == ("page", "import")


def test_a_pack_without_menu_lists_its_objects(compiled: Compile) -> None:
    model = compiled("object: thing\ntitle: Thing\nplural: Things\nfields: {name: {type: text}}\n")

    assert [item.title.in_language("en") for item in model.menus[0].groups[0].items] == ["Things"]


def test_a_field_without_title_is_named_readably(compiled: Compile) -> None:
    model = compiled(
        "object: thing\ntitle: {zh: 东西, en: Thing}\nfields:\n  due_date: {type: date}\n"
        "  thing: {type: reference, to: thing}\n"
    )

    fields = model.objects["thing"].fields
    assert fields["due_date"].title.in_language("en") == "Due date"
    assert fields["thing"].title.in_language("zh") == "东西"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("{type: integer, default: 5}", 5),
        ("{type: decimal, default: 0.1}", Decimal("0.1000")),
        ("{type: decimal, digits: 18, scale: 10, default: '12345678.1234567891'}", LONG),
        ("{type: money, default: '1.50'}", Decimal("1.50")),
        ("{type: date, default: 2026-01-31}", date(2026, 1, 31)),
        ("{type: time, default: '10:30'}", time(10, 30)),
        ("{type: datetime, default: '2026-01-31T10:00:00+08:00'}", datetime(2026, 1, 31, 2, tzinfo=UTC)),
        ("{type: duration, default: PT90M}", timedelta(minutes=90)),
        ("{type: boolean, default: true}", True),
        ("{type: choices, of: level, default: [A]}", ["A"]),
        ("{type: text, default: hello}", "hello"),
        ("{type: json, default: {a: [1]}}", {"a": [1]}),
    ],
)
def test_a_literal_default_is_a_value_of_the_field(field: str, value: Any, compiled: Compile) -> None:
    model = compiled(
        f"object: thing\ntitle: T\nfields:\n  a: {field}\n---\ndictionary: level\ntitle: L\nitems: {{A: A}}\n"
    )

    default = model.objects["thing"].fields["a"].default
    assert default is not None
    assert default.value == value
    assert type(default.value) is type(value)


def test_codes_of_an_open_dictionary_may_be_any(compiled: Compile) -> None:
    compiled(
        "object: thing\ntitle: T\nfields:\n  level: {type: choice, of: level}\n"
        "checks: {c: {that: 'level != \"own\"', say: No}}\n"
        "---\ndictionary: level\ntitle: L\nopen: true\nitems: {A: A}\n"
    )


def test_a_code_with_leading_zeros_stays_as_it_is(compiled: Compile) -> None:
    model = compiled("dictionary: d\ntitle: D\nitems: {010: Ten, '1:30': Half past one, on: On}\n")

    assert list(model.dictionaries["d"].items) == ["010", "1:30", "on"]


def test_the_choosing_record_is_known_to_the_condition_of_a_reference(compiled: Compile) -> None:
    model = compiled(
        "object: a\ntitle: A\nfields:\n  group: {type: text}\n"
        "  b: {type: reference, to: b, where: 'group = record.group'}\n"
        "---\nobject: b\ntitle: B\nfields: {group: {type: text}}\n"
    )

    assert model.objects["a"].fields["b"].where is not None


def test_equal_definitions_have_equal_fingerprints(write: Write) -> None:
    one = "object: a\ntitle: A\nfields: {x: {type: text}}\n"
    two = "object: b\ntitle: B\nfields: {x: {type: text}}\n"
    prints = {
        compile_tenant([load_pack(write(files)).layer]).fingerprint
        for files in ({"x.yaml": f"{one}---\n{two}"}, {"a/b.yaml": two, "z.yaml": one}, {"q.yml": f"{two}---\n{one}"})
    }

    assert len(prints) == 1


def test_the_order_of_fields_is_part_of_the_fingerprint(compiled: Compile) -> None:
    first = compiled("object: a\ntitle: A\nfields: {x: {type: text}, y: {type: text}}\n")
    second = compiled("object: a\ntitle: A\nfields: {y: {type: text}, x: {type: text}}\n")

    assert first.fingerprint != second.fingerprint


def test_a_stored_pack_compiles_to_the_same_model(shop: TenantModel) -> None:
    layer = load_pack(SHOP).layer

    again = compile_tenant([Layer.from_json(json.loads(json.dumps(layer.as_json())))])

    assert again.fingerprint == shop.fingerprint
    assert again.calculation == shop.calculation


def test_an_empty_tenant_is_a_model() -> None:
    model = compile_tenant([])

    assert model.objects == {}
    assert model.languages == ("zh", "en")


def test_a_layer_of_its_own_makes_objects_beside_those_of_a_pack(layer: MakeLayer) -> None:
    base = layer("object: thing\ntitle: T\nfields: {name: {type: text}}\n")
    own = layer("object: part\ntitle: P\nfields: {thing: {type: reference, to: thing}}\n", "own")

    model = compile_tenant([base, own])

    assert model.objects["part"].layer == "own"
    assert model.inbound["thing"] == (("part", "thing"),)
