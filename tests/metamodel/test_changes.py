"""Between two models every change is told, with what it means for the data that are there."""

from __future__ import annotations

import pytest

from engine.kernel.errors import BadDefinition
from engine.metamodel import changes, compile_tenant, migrations_between
from engine.metamodel.changes import ModelChange
from tests.metamodel.conftest import MakeLayer

THING = "object: thing\ntitle: T\nfields:\n  name: {type: text}\n"
LEVEL = "---\ndictionary: level\ntitle: L\nitems: {A: A, B: B}\n"


def compare(layer: MakeLayer, old: str, new: str) -> list[ModelChange]:
    below, above = layer(old, version="1.0.0"), layer(new, version="1.1.0")
    migrations = migrations_between([above], {"demo": "1.0.0"})
    return list(changes(compile_tenant([below]), compile_tenant([above]), migrations))


def field(text: str) -> str:
    return f"{THING}  a: {text}\n{LEVEL}"


def told(found: list[ModelChange]) -> set[str]:
    return {f"{change.kind} {change.object}.{change.field or ''} {change.risk}" for change in found}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("{type: integer}", "{type: text}", "type_changed thing.a rewrite"),
        ("{type: integer}", "{type: decimal}", "type_changed thing.a check"),
        ("{type: integer}", "{type: decimal, scale: 0}", "type_changed thing.a rewrite"),
        ("{type: decimal}", "{type: integer}", "type_changed thing.a check"),
        ("{type: text}", "{type: integer}", "type_changed thing.a check"),
        ("{type: text}", "{type: multiline}", "type_changed thing.a rewrite"),
        ("{type: multiline}", "{type: text}", "type_changed thing.a check"),
        ("{type: text}", "{type: choice, of: level}", "type_changed thing.a check"),
        ("{type: choice, of: level}", "{type: text}", "type_changed thing.a rewrite"),
        ("{type: choice, of: level}", "{type: choices, of: level}", "type_changed thing.a rewrite"),
        ("{type: date}", "{type: boolean}", "type_changed thing.a refused"),
        ("{type: json}", "{type: integer}", "type_changed thing.a refused"),
        ("{type: text}", "{type: text, required: true}", "required_added thing.a check"),
        ("{type: text, required: true}", "{type: text}", "required_removed thing.a none"),
        ("{type: text, length: 80}", "{type: text, length: 40}", "length_changed thing.a check"),
        ("{type: text, length: 40}", "{type: text, length: 80}", "length_changed thing.a none"),
        ("{type: decimal, scale: 4}", "{type: decimal, scale: 2}", "size_changed thing.a check"),
        (
            "{type: decimal, digits: 16, scale: 2}",
            "{type: decimal, digits: 18, scale: 4}",
            "size_changed thing.a rewrite",
        ),
        (
            "{type: decimal, digits: 18, scale: 2}",
            "{type: decimal, digits: 18, scale: 4}",
            "size_changed thing.a check",
        ),
        ("{type: text}", "{type: text, unique: true}", "unique_added thing.a check"),
        ("{type: text}", "{type: text, index: true}", "indexed_added thing.a none"),
        ("{type: text}", "{type: text, search: true}", "searchable_added thing.a rewrite"),
        ("{type: text}", "{type: text, pattern: 'a+'}", "pattern_changed thing.a check"),
        ("{type: integer}", "{type: integer, range: '[0..9]'}", "range_changed thing.a check"),
        ("{type: integer}", "{type: integer, as: 1 + 1}", "formula_changed thing.a rewrite"),
        ("{type: reference, to: thing}", "{type: reference, to: part}", "targets_changed thing.a check"),
        (
            "{type: any_reference, to: [thing]}",
            "{type: any_reference, to: [thing, part]}",
            "targets_changed thing.a none",
        ),
        (
            "{type: reference, to: thing}",
            "{type: reference, to: thing, on_delete: cascade}",
            "on_delete_changed thing.a none",
        ),
    ],
)
def test_a_changed_field_is_told(before: str, after: str, wanted: str, layer: MakeLayer) -> None:
    part = "---\nobject: part\ntitle: P\nfields: {name: {type: text}}\n"

    assert wanted in told(compare(layer, field(before) + part, field(after) + part))


def test_nothing_changes_when_nothing_is_said(layer: MakeLayer) -> None:
    model = compile_tenant([layer(THING)])

    assert changes(model, model) == ()


def test_at_first_every_object_is_new(layer: MakeLayer) -> None:
    found = changes(None, compile_tenant([layer(THING)]))

    assert told(list(found)) == {"object_added thing. none"}


@pytest.mark.parametrize(
    ("added", "risk"),
    [
        ("{type: text}", "none"),
        ("{type: text, required: true}", "check"),
        ("{type: text, required: true, default: x}", "none"),
        ("{type: text, as: name}", "rewrite"),
    ],
)
def test_a_new_field_is_told(added: str, risk: str, layer: MakeLayer) -> None:
    assert f"field_added thing.a {risk}" in told(compare(layer, THING + LEVEL, field(added)))


def test_a_field_that_goes_is_a_loss(layer: MakeLayer) -> None:
    assert told(compare(layer, field("{type: text}"), THING + LEVEL)) == {"field_removed thing.a loss"}


def test_an_object_that_goes_is_a_loss(layer: MakeLayer) -> None:
    part = "---\nobject: part\ntitle: P\nfields: {name: {type: text}}\n"

    assert "object_removed part. loss" in told(compare(layer, THING + part, THING))


def test_an_item_that_goes_is_looked_at(layer: MakeLayer) -> None:
    assert told(compare(layer, THING + LEVEL, THING + LEVEL.replace(", B: B", ""))) == {"item_removed level.B check"}


def test_unique_sets_and_indexes_are_told(layer: MakeLayer) -> None:
    found = compare(
        layer,
        THING + "indexes: [[name]]\n",
        THING + "unique: [[name]]\n",
    )

    assert told(found) == {"unique_set_added thing. check", "index_set_removed thing. none"}


def test_a_migration_renames_fields_and_objects(layer: MakeLayer) -> None:
    found = compare(
        layer,
        field("{type: text, length: 80}"),
        "object: item2\ntitle: T\nfields:\n  name: {type: text}\n  b: {type: text, length: 40}\n"
        + LEVEL
        + "---\nmigration: m\nfrom: 1.0.0\nto: 1.1.0\nrename: {thing.a: b}\nrename_objects: {thing: item2}\n",
    )

    assert {
        "object_renamed item2. none",
        "field_renamed item2.b none",
        "length_changed item2.b check",
    } <= told(found)
    assert not any(change.risk == "loss" for change in found if change.kind.startswith(("field", "object")))


def test_migrations_are_walked_one_after_the_other(layer: MakeLayer) -> None:
    steps = (
        "---\nmigration: two\nfrom: 1.1.0\nto: 1.10.0\nrename: {thing.b: c}\n"
        "---\nmigration: one\nfrom: 1.0.0\nto: 1.1.0\nrename: {thing.a: b}\n"
    )
    old = compile_tenant([layer(field("{type: text}"))])
    top = layer(THING + "  c: {type: text}\n" + LEVEL + steps, version="1.10.0")

    whole = changes(old, compile_tenant([top]), migrations_between([top], {"demo": "1.0.0"}))

    assert told(list(whole)) == {"field_renamed thing.c none"}
    assert [step.name for step in migrations_between([top], {"demo": "1.1.0"})] == ["two"]


def test_a_conversion_carries_values_over_to_another_type(layer: MakeLayer) -> None:
    found = compare(
        layer,
        field("{type: date}"),
        field("{type: boolean}") + '---\nmigration: m\nfrom: 1.0.0\nto: 1.1.0\nconvert: {thing.a: a > @"2026-01-01"}\n',
    )

    change = next(change for change in found if change.kind == "type_changed")
    assert change.risk == "rewrite"
    assert change.conversion is not None


def test_a_wrong_conversion_is_told(layer: MakeLayer) -> None:
    with pytest.raises(BadDefinition, match="FEEL101"):
        compare(
            layer,
            field("{type: date}"),
            field("{type: boolean}") + "---\nmigration: m\nfrom: 1.0.0\nto: 1.1.0\nconvert: {thing.a: old > 5}\n",
        )


def test_roles_and_screens_that_come_and_go_are_told(layer: MakeLayer) -> None:
    role = "---\nrole: rep\ntitle: Rep\n"

    assert told(compare(layer, THING, THING + role)) == {"role_added rep. none"}
    assert told(compare(layer, THING + role, THING)) == {"role_removed rep. none"}
