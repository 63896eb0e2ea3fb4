"""A model that changes takes its tables and data with it, and says before what it will do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.kernel.errors import Conflict
from engine.rules import Expression, compile_expression
from engine.storage import Catalog, Database, Renames, Violation, plan_installation
from engine.storage.drift import drift
from tests.storage.conftest import Add, Install, model_of

THING = """
object: thing
title: Thing
display: name
traits: [recycle]
fields:
  name: {type: text, title: Name, length: 40}
"""


def thing(*fields: str, more: str = "") -> str:
    """Write an object with more fields."""
    return THING + "".join(f"  {field}\n" for field in fields) + more


def values(tenant: Database, catalog: Catalog, field: str, object: str = "thing") -> list[Any]:
    """Read the values of a field, in the order of their records."""
    table = catalog.tables.table(object)
    with tenant.reading() as session:
        from sqlalchemy import select

        return list(session.execute(select(catalog.tables.column(object, field)).order_by(table.c.id)).scalars())


def steps(tenant: Database, text: str, renames: Renames | None = None) -> list[str]:
    """Plan and return what would be done."""
    plan = plan_installation(tenant, model_of(text), renames or Renames())
    return [step.as_dict()["step"] for step in plan.steps]


@pytest.fixture(autouse=True)
def tables_are_as_told(tenant: Database) -> Any:
    """Whatever a test does: in the end the live tables are those that the engine believes to have."""
    yield
    assert drift(tenant) == []


def test_the_same_model_again_needs_no_step(tenant: Database, install: Install) -> None:
    install(thing("price: {type: money, title: Price, index: true}"))

    assert steps(tenant, thing("price: {type: money, title: Price, index: true}")) == []


def test_an_index_takes_in_what_figures_are_made_of(tenant: Database, install: Install) -> None:
    fields = ("day: {type: date, title: Day, index: true}", "kind: {type: text, title: Kind, length: 20}")
    counted = "---\ndataset: things\nof: thing\ntitle: Things\ndimensions: {day: day, kind: kind}\n"
    counted += "measures: {things: {count: true}}\n"
    install(thing(*fields))

    assert steps(tenant, thing(*fields, more=counted)) == ["drop_index", "create_index"]
    index = install(thing(*fields, more=counted)).tables.shape.tables["thing"].indexes["ix_thing_day"]
    assert index.columns == ("day", "id")
    assert index.covers == ("deleted_at", "kind")
    assert steps(tenant, thing(*fields, more=counted)) == []
    assert steps(tenant, thing(*fields)) == ["drop_index", "create_index"]


def test_a_board_has_an_index_of_its_cards_in_their_order(tenant: Database, install: Install) -> None:
    choice = "kind: {type: choice, of: kinds, title: Kind}"
    fields = (choice, "day: {type: date, title: Day}", "price: {type: money, title: Price}")
    kinds = "---\ndictionary: kinds\ntitle: Kinds\nitems: {big: Big, small: Small}\n"
    board = kinds + "---\nboard: thing\ncolumns: kind\nsum: price\nsort: [day]\n"
    install(thing(*fields, more=kinds))

    assert steps(tenant, thing(*fields, more=board)) == ["create_index"]
    index = install(thing(*fields, more=board)).tables.shape.tables["thing"].indexes["ix_thing_kind_day"]
    assert index.columns == ("kind", "day", "id")
    assert index.covers == ("deleted_at", "price")


def test_a_quick_search_goes_through_the_index_of_the_list(tenant: Database, install: Install, add: Add) -> None:
    listed = "---\nlist: thing\nof: thing\ncolumns: [name]\nsort: [-day]\n"
    fields = ("day: {type: date, title: Day}", "note: {type: multiline, title: Note, search: true}")
    catalog = install(thing(*fields))
    add(catalog, "thing", name="A", note="".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(5_000)))

    catalog = install(thing(*fields, more=listed))
    add(catalog, "thing", name="B", note="".join(chr(0x4E00 + n * 104_729 % 20_000) for n in range(5_000)))

    assert catalog.tables.shape.tables["thing"].indexes["ix_thing_day"].covers == ("deleted_at", "_search")
    with tenant.reading() as session:
        if session.dialect == "sqlite":
            asked = "SELECT id FROM thing WHERE deleted_at IS NULL AND instr(_search, 'b') ORDER BY day DESC LIMIT 5"
            plan = session.raw_rows(f"EXPLAIN QUERY PLAN {asked}")
            assert [row[-1] for row in plan] == ["SCAN thing USING COVERING INDEX ix_thing_day"]


def test_the_index_of_a_list_takes_in_what_decides_who_sees_a_record(tenant: Database, install: Install) -> None:
    fields = ("price: {type: money, title: Price}", "kind: {type: text, title: Kind}")
    seller = "---\nrole: seller\ntitle: Seller\ngrants: {thing: {read: {when: record.price < 5}}}\n"

    indexes = install(thing(*fields, more=seller)).tables.shape.tables["thing"].indexes

    assert [index.covers for index in indexes.values() if index.covers] == [("deleted_at", "price", "_search")]


def test_an_index_takes_in_no_more_than_finds_room(tenant: Database, install: Install, add: Add) -> None:
    names = [f"t{n}" for n in range(20)]
    fields = [f"{name}: {{type: text, title: T, length: 100}}" for name in names]
    counted = "---\ndataset: things\nof: thing\ntitle: Things\nmeasures: {things: {count: true}}\ndimensions:\n"
    counted += "".join(f"  {name}: {name}\n" for name in names)
    catalog = install(thing(*fields, more=counted))

    add(
        catalog,
        "thing",
        **{name: "".join(chr(0x4E00 + n * 7919 * int(name[1:]) % 20_000) for n in range(100)) for name in names},
    )

    assert catalog.tables.shape.tables["thing"].indexes["ix_thing_t0"].covers == ("deleted_at", "t1", "t2", "t3")


def test_a_new_field_keeps_the_rows(tenant: Database, install: Install, add: Add) -> None:
    first = install(THING)
    add(first, "thing", name="a")

    second = install(thing("price: {type: money, title: Price}", "day: {type: date, title: Day, index: true}"))
    add(second, "thing", name="b", price=Decimal("1.20"), day=date(2026, 1, 2))

    assert values(tenant, second, "name") == ["a", "b"]
    assert values(tenant, second, "price") == [None, Decimal("1.20")]
    assert values(tenant, second, "day") == [None, date(2026, 1, 2)]


def test_a_wider_text_and_a_finer_number_keep_their_values(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("price: {type: decimal, title: Price, digits: 8, scale: 2}"))
    add(first, "thing", name="a" * 40, price=Decimal("123456.78"))

    wide = THING.replace("length: 40", "length: 90") + "  price: {type: decimal, title: Price, digits: 12, scale: 4}\n"
    assert steps(tenant, wide) == ["widen_column", "widen_column"]
    second = install(wide)
    add(second, "thing", name="b" * 90, price=Decimal("12345678.1234"))

    assert values(tenant, second, "price") == [Decimal("123456.7800"), Decimal("12345678.1234")]


def test_a_renamed_field_and_object_keep_values_indexes_and_links(tenant: Database, install: Install, add: Add) -> None:
    before = thing("code: {type: text, title: Code, unique: true}", "other: {type: reference, to: thing, title: O}")
    first = install(before)
    one = add(first, "thing", name="a", code="x")
    add(first, "thing", name="b", code="y", other=one)

    after = before.replace("object: thing", "object: piece").replace("code:", "mark:").replace("to: thing", "to: piece")
    second = install(after, Renames({"thing": "piece"}, {("thing", "code"): "mark"}))

    assert values(tenant, second, "mark", "piece") == ["x", "y"]
    with pytest.raises(Violation) as refused:
        add(second, "piece", name="c", mark="x")
    assert (refused.value.kind, refused.value.table, refused.value.columns) == ("unique", "piece", ("mark",))
    with pytest.raises(Violation) as refused:
        add(second, "piece", name="c", other="nobody")
    assert refused.value.kind == "reference"


def test_a_removed_field_is_kept_and_comes_back(tenant: Database, install: Install, add: Add) -> None:
    full = thing("price: {type: money, title: Price, required: true}", "other: {type: reference, to: thing, title: O}")
    first = install(full)
    one = add(first, "thing", name="a", price=Decimal(1))
    add(first, "thing", name="b", price=Decimal(2), other=one)

    second = install(THING)
    add(second, "thing", name="c")
    with tenant.reading() as session:
        kept = session.raw_rows("SELECT object, field FROM tessera_tombstone ORDER BY field")
    third = install(full.replace(", required: true", ""))

    assert kept == [("thing", "other"), ("thing", "price")]
    assert values(tenant, third, "price") == [Decimal(1), Decimal(2), None]
    assert values(tenant, third, "other") == [None, one, None]
    with tenant.reading() as session:
        assert session.raw_rows("SELECT * FROM tessera_tombstone") == []


def test_a_field_that_comes_back_with_another_type_starts_empty(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("mark: {type: text, title: Mark}"))
    add(first, "thing", name="a", mark="x")
    install(THING)

    again = install(thing("mark: {type: date, title: Mark}"))

    assert values(tenant, again, "mark") == [None]
    with tenant.reading() as session:
        assert session.raw_rows("SELECT field, stored FROM tessera_tombstone") == [("_kept1_mark", "text(200)")]


def test_a_removed_object_holds_nobody_back_and_comes_back(tenant: Database, install: Install, add: Add) -> None:
    both = THING + "---\nobject: note\ntitle: Note\ndisplay: text\nfields:\n"
    both += "  text: {type: text, title: T}\n  thing: {type: reference, to: thing, required: true, title: Thing}\n"
    first = install(both)
    one, two = add(first, "thing", name="a"), add(first, "thing", name="b")
    add(first, "note", text="n1", thing=one)
    add(first, "note", text="n2", thing=two)

    second = install(THING)
    from engine.storage import remove

    with tenant.writing(second.stamp) as session:
        assert remove(session, second, "thing", one)
    optional = both.replace("required: true, ", "")
    third = install(optional)

    assert values(tenant, third, "text", "note") == ["n1", "n2"]
    assert values(tenant, third, "thing", "note") == [None, two]


def test_values_are_converted_one_by_one(tenant: Database, install: Install, add: Add) -> None:
    first = install(
        thing(
            "a: {type: text, title: A, index: true}",
            "b: {type: integer, title: B, required: true}",
            "c: {type: date, title: C}",
            "d: {type: boolean, title: D}",
        )
    )
    add(first, "thing", name="x", a=" 1,200.50 ", b=3, c=date(2026, 2, 28), d=True)
    add(first, "thing", name="y", a="", b=4, c=None, d=None)

    second = install(
        thing(
            "a: {type: decimal, title: A, scale: 2, index: true}",
            "b: {type: text, title: B, required: true, unique: true}",
            "c: {type: datetime, title: C}",
            "d: {type: integer, title: D}",
        )
    )

    assert values(tenant, second, "a") == [Decimal("1200.50"), None]
    assert values(tenant, second, "b") == ["3", "4"]
    assert values(tenant, second, "c")[0].isoformat() == "2026-02-28T00:00:00+00:00"
    assert values(tenant, second, "d") == [1, None]
    with pytest.raises(Violation):
        add(second, "thing", name="z", b="3")


def test_data_that_would_not_fit_is_counted_and_nothing_is_done(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("a: {type: text, title: A}", "b: {type: text, title: B}", "c: {type: text, title: C}"))
    for number in range(8):
        add(first, "thing", name="x", a=f"no number {number}", b="b" * 9, c="same" if number % 2 else None)
    changed = thing(
        "a: {type: integer, title: A}",
        "b: {type: text, title: B, length: 5}",
        "c: {type: text, title: C, unique: true, required: true}",
    )

    plan = plan_installation(tenant, model_of(changed))
    found = {(m.code, m.params["field"]): m.params["count"] for m in plan.misfits}
    with pytest.raises(Conflict) as refused:
        install(changed)

    assert found == {
        ("misfit_conversion", "a"): 8,
        ("misfit_conversion", "b"): 8,
        ("misfit_missing", "c"): 4,
        ("misfit_duplicates", "c"): 1,
    }
    assert refused.value.code == "data_would_not_fit"
    assert len(refused.value.complaints) == 4
    assert "no number 0" in refused.value.complaints[0].message("en")
    assert "不" in plan.misfits[0].as_dict()["say"]["zh"] or "无法" in plan.misfits[0].as_dict()["say"]["zh"]
    assert values(tenant, first, "a")[0] == "no number 0"


def test_a_field_that_becomes_required_is_filled_with_its_default(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("n: {type: integer, title: N}"))
    add(first, "thing", name="a", n=None)
    add(first, "thing", name="b", n=7)

    required = thing(
        "n: {type: integer, title: N, required: true, default: 5}",
        "flag: {type: boolean, title: F, required: true, default: false}",
        "price: {type: money, title: P, required: true, default: 1.5}",
        "day: {type: date, title: D, required: true, default: 2026-01-01}",
    )
    second = install(required)

    assert values(tenant, second, "n") == [5, 7]
    assert values(tenant, second, "flag") == [False, False]
    assert values(tenant, second, "price") == [Decimal("1.50")] * 2
    assert values(tenant, second, "day") == [date(2026, 1, 1)] * 2
    with pytest.raises(Violation) as refused:
        add(second, "thing", name="c", flag=True, price=Decimal(1), day=date(2026, 1, 1), n=None)
    assert (refused.value.kind, refused.value.columns) == ("required", ("n",))


def test_a_migration_calculates_new_values(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("cents: {type: integer, title: C}"))
    add(first, "thing", name="a", cents=1250)
    scope = first.model
    expression = _expression("cents / 100", scope)

    second = install(
        thing("price: {type: money, title: P}"),
        Renames({}, {("thing", "cents"): "price"}, {("thing", "price"): expression}),
    )

    assert values(tenant, second, "price") == [Decimal("12.50")]


def test_a_plan_is_refused_when_the_world_moved(tenant: Database, install: Install, add: Add) -> None:
    from engine.storage import Installation, apply_installation

    install(THING)
    text = thing("price: {type: money, title: P}")
    plan = plan_installation(tenant, model_of(text))
    install(thing("other: {type: text, title: O}"))

    with pytest.raises(Conflict) as refused:
        apply_installation(tenant, plan, Installation(model_of(text), {}))

    assert refused.value.code == "plan_outdated"


def test_a_marked_field_is_found_in_old_rows_too(tenant: Database, install: Install, add: Add) -> None:
    first = install(thing("note: {type: text, title: Note}"))
    add(first, "thing", name="a", note="重庆 needle")

    install(thing("note: {type: text, title: Note, search: true}"))

    with tenant.reading() as session:
        (found,) = session.raw_rows("SELECT _search FROM thing")
    assert "chongqing needle" in found[0]


def test_a_plan_says_in_both_languages_what_it_does(tenant: Database, install: Install) -> None:
    install(THING)

    plan = plan_installation(tenant, model_of(thing("price: {type: money, title: P}"))).as_dict()

    (step,) = plan["steps"]
    assert step["say"] == {"en": "Add thing.price (decimal(18,2)).", "zh": "新增 thing.price（decimal(18,2)）。"}


def _expression(text: str, model: Any) -> Expression:
    from engine.metamodel.compiler.scopes import InsideObject, World

    return compile_expression(text, InsideObject(World(model.objects, model.dictionaries), "thing"))


def test_what_is_calculated_from_changed_fields_is_made_anew_in_order(
    tenant: Database, install: Install, add: Add
) -> None:
    order = """
object: order
title: Order
display: name
fields:
  name: {type: text, title: Name}
  lines: {type: lines, of: line, title: Lines}
  net: {type: money, title: Net, rollup: {sum: amount, of: line, by: order}}
  gross: {type: money, title: Gross, as: net * 2}
  other: {type: integer, title: Other, as: string length(name)}
---
object: line
title: Line
display: name
parent: order
fields:
  name: {type: text, title: Name}
  order: {type: reference, to: order, required: true, title: Order}
  price: {type: money, title: Price}
  amount: {type: money, title: Amount, as: price * 2}
"""
    first = install(order)
    id = add(first, "order", name="a")
    add(first, "line", name="l", order=id, price=Decimal(1))

    plan = plan_installation(tenant, model_of(order.replace("price * 2", "price * 3")))

    assert [(step.table, step.fields) for step in plan.recalculations] == [
        ("line", ("amount",)),
        ("order", ("net", "gross")),
    ]
