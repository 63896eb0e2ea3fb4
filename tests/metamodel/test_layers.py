"""An upper layer changes a lower one by set, insert and remove; who said what stays known."""

from __future__ import annotations

import json

import pytest

from engine.kernel.errors import BadDefinition
from engine.metamodel import Layer, compile_tenant, merge_layers, sort_layers
from tests.metamodel.conftest import Compile, MakeLayer, overlay

BASE = """
object: thing
title: {zh: 东西, en: Thing}
fields:
  name: {type: text, title: {zh: 名称, en: Name}}
  fax: {type: phone}
  level: {type: choice, of: level}
---
dictionary: level
title: Level
items: {A: A level, B: {title: B, tone: red}}
---
list: thing
columns: [name, level, {field: fax, width: 90}]
---
form: thing
sections: {base: {title: Base, fields: [name, fax, level]}}
"""


def codes_of(*layers: Layer) -> list[str]:
    with pytest.raises(BadDefinition) as caught:
        compile_tenant(layers)
    return [f"{error.span.line}:{error.span.column} {error.code}" for error in caught.value.diagnostics]


def test_set_changes_the_keys_it_names_and_no_others(compiled: Compile) -> None:
    model = compiled(
        BASE, "change: object thing\nset: {fields: {name: {title: {zh: 医院}, required: true}}, icon: building}\n"
    )

    thing = model.objects["thing"]
    assert thing.fields["name"].title.by_language == {"zh": "医院", "en": "Name"}
    assert thing.fields["name"].required
    assert thing.icon == "building"
    assert thing.title.in_language("zh") == "东西"


def test_a_label_that_was_one_text_becomes_one_per_language(compiled: Compile) -> None:
    model = compiled(BASE, "change: dictionary level\nset: {items: {A: {zh: 甲}}, title: {zh: 级别}}\n")

    assert model.dictionaries["level"].title.by_language == {"en": "Level", "zh": "级别"}
    assert model.dictionaries["level"].items["A"].title.in_language("zh") == "甲"


def test_insert_puts_a_field_beside_its_neighbour(compiled: Compile) -> None:
    model = compiled(
        BASE,
        "change: object thing\ninsert:\n  fields:\n    b: {type: text, after: name}\n"
        "    a: {type: text, before: name}\n    last: {type: text}\n",
    )

    own = [field.name for field in model.objects["thing"].fields.values() if not field.system]
    assert own == ["a", "name", "b", "fax", "level", "last"]
    assert model.objects["thing"].fields["b"].layer == "overlay"
    assert model.objects["thing"].fields["name"].layer == "demo"


def test_insert_and_remove_move_fields_into_a_new_tab(compiled: Compile) -> None:
    model = compiled(
        BASE.replace("sections: {base: {title: Base, fields: [name, fax, level]}}", ""),
        "change: form thing\ninsert: {tabs: {main: {title: M, sections: {s: {fields: [name]}}}}}\n"
        "---\nchange: list thing\nremove: {columns: [fax]}\ninsert: {columns: [{field: updated_at, before: level}]}\n",
    )

    assert [tab.name for tab in model.forms["thing"].tabs] == ["main"]
    assert [column.path for column in model.lists["thing"].columns] == [("name",), ("updated_at",), ("level",)]


def test_a_tab_is_put_beside_the_sections_of_a_form(compiled: Compile) -> None:
    model = compiled(
        BASE,
        "change: form thing\nremove: {sections: {base: {fields: [fax]}}}\n"
        'insert: {tabs: {more: {title: More, when: level = "A", sections: {s: {fields: [fax]}}}}}\n',
    )

    assert [tab.name for tab in model.forms["thing"].tabs] == ["main", "more"]
    assert model.forms["thing"].tabs[1].visible is not None


def test_elements_of_a_list_are_moved(compiled: Compile) -> None:
    model = compiled(
        BASE,
        "change: form thing\nremove: {sections: {base: {fields: [fax]}}}\n"
        "insert: {sections: {more: {title: More, fields: [fax], before: base}, base: {fields: [updated_at]}}}\n",
    )

    sections = model.forms["thing"].tabs[0].sections
    assert [(section.name, [field.name for field in section.fields]) for section in sections] == [
        ("more", ["fax"]),
        ("base", ["name", "level", "updated_at"]),
    ]


def test_remove_takes_a_field_and_tells_what_still_names_it(layer: MakeLayer) -> None:
    assert codes_of(layer(BASE), overlay("change: object thing\nremove: {fields: [fax]}\n")) == [
        "14:32 unknown_field",
        "17:47 unknown_field",
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("change: object thng\nset: {icon: x}\n", "1:9 nothing_to_change"),
        ("change: objekt thing\nset: {icon: x}\n", "1:9 nothing_to_change"),
        ("change: object thing\nset: {fields: {nam: {required: true}}}\n", "2:16 not_there_to_set"),
        ("change: object thing\ninsert: {fields: {name: x}}\n", "2:19 already_there"),
        ("change: object thing\ninsert: {fields: {new: {type: text, after: nam}}}\n", "2:19 no_neighbour"),
        ("change: object thing\nremove: {fields: [nam]}\n", "2:19 not_there_to_remove"),
        ("change: object thing\nremove: {fields: name}\n", "2:18 bad_removal"),
        ("change: object thing\nremove: {feilds: [name]}\n", "2:10 not_there_to_remove"),
        ("change: list thing\ninsert: {columns: [name]}\n", "2:20 already_there"),
        ("change: list thing\nremove: {columns: [nam]}\n", "2:20 not_there_to_remove"),
        ("change: object thing\nset: {fields: {name: {type: txt}}}\n", "2:29 wrong_value"),
        ("change: object thing\nset: {colour: red}\n", "2:7 unknown_key"),
        ("change: object thing\nset: {fields: [a]}\n", "2:15 wrong_type"),
        ("object: thing\ntitle: T\nfields: {name: {type: text}}\n", "1:1 defined_below"),
        (
            "object: own\ntitle: T\nfields: {name: {type: text}}\n---\nchange: object own\nset: {icon: x}\n",
            "5:9 change_of_own",
        ),
    ],
)
def test_a_wrong_change_is_explained(text: str, wrong: str, layer: MakeLayer) -> None:
    with pytest.raises(BadDefinition) as caught:
        compile_tenant([layer(BASE), overlay(text)])

    assert wrong in [f"{error.span.line}:{error.span.column} {error.code}" for error in caught.value.diagnostics]
    assert caught.value.diagnostics[0].span.file == "overlay.yaml"


@pytest.mark.parametrize(
    "text", ["pack: p\nversion: 1.0.0\ntitle: P\n", "migration: m\nfrom: 1.0.0\nto: 1.1.0\n", "title: \ud800\n"]
)
def test_an_overlay_is_no_pack(text: str) -> None:
    with pytest.raises(BadDefinition):
        compile_tenant([overlay(text)])


def test_a_change_without_a_verb_is_refused() -> None:
    with pytest.raises(BadDefinition):
        overlay("change: object thing\n")


@pytest.mark.parametrize(
    "text",
    [
        "change: object thing\nset: {fields: {name: {required: true}}}\n",
        "change: object thing\nremove: {fields: [name]}\n",
        "change: object thing\nset: {fields: {name: {title: {zh: 医院}}}}\n",
        "change: dictionary level\nremove: {items: [A]}\n",
        "change: dictionary level\nset: {open: true}\n",
    ],
)
def test_locked_keys_stay_as_they_are(text: str, layer: MakeLayer) -> None:
    base = layer(BASE, more="locked: [thing.fields.name, dictionary.level]\n")

    assert [code.split()[1] for code in codes_of(base, overlay(text))] == ["locked_key"]


def test_what_is_not_locked_may_be_changed_beside_it(layer: MakeLayer) -> None:
    base = layer(BASE, more="locked: [thing.fields.name]\n")

    model = compile_tenant([base, overlay("change: object thing\nset: {fields: {fax: {required: true}}}\n")])

    assert model.objects["thing"].fields["fax"].required


def test_a_lock_that_leads_nowhere_is_told(layer: MakeLayer) -> None:
    assert codes_of(layer(BASE, more="locked: [thing.fields.nam, thng.fields]\n")) == [
        "4:10 unknown_lock",
        "4:28 unknown_lock",
    ]


def test_every_key_tells_its_layer(layer: MakeLayer) -> None:
    above = layer(
        "change: object thing\nset: {fields: {name: {required: true}}}\n", "trade", more='needs: {demo: ">=1.0"}\n'
    )
    top = overlay("change: object thing\ninsert: {fields: {own: {type: text}}}\n")

    found = merge_layers([layer(BASE), above, top]).documents["object", "thing"]

    assert found.layer_of(()) == "demo"
    assert found.layer_of(("fields", "name", "type")) == "demo"
    assert found.layer_of(("fields", "name", "required")) == "trade"
    assert found.layer_of(("fields", "own", "type")) == "overlay"


def test_two_packs_that_do_not_know_each_other_and_disagree_are_told(layer: MakeLayer) -> None:
    change = "change: object thing\nset: {icon: %s}\n"
    packs = [
        layer(BASE),
        layer(change % "a", "one", more='needs: {demo: ">=1.0"}\n'),
        layer(change % "b", "two", more='needs: {demo: ">=1.0"}\n'),
    ]

    merged = merge_layers(packs)

    assert [warning.code for warning in merged.warnings] == ["layers_disagree"]
    assert merged.documents["object", "thing"].document.body["icon"] == "b"


def test_the_overlay_decides_without_a_warning(layer: MakeLayer) -> None:
    change = "change: object thing\nset: {icon: %s}\n"
    packs = [layer(BASE), layer(change % "a", "one", more='needs: {demo: ">=1.0"}\n'), overlay(change % "b")]

    assert merge_layers(packs).warnings == ()


def test_layers_survive_their_storage(layer: MakeLayer) -> None:
    layers = [layer(BASE), overlay("change: object thing\nset: {icon: building}\n")]

    stored = json.loads(json.dumps([one.as_json() for one in layers]))
    back = [Layer.from_json(one) for one in stored]

    assert compile_tenant(back).fingerprint == compile_tenant(layers).fingerprint
    assert [document.span for one in back for document in one.documents] == [
        document.span for one in layers for document in one.documents
    ]
    assert back[0].documents[1].places == layers[0].documents[1].places


@pytest.mark.parametrize(
    ("needs", "code"),
    [
        ("needs: {demo: '>=1.0, <2.0'}", None),
        ("needs: {demo: '~=1.0'}", None),
        ("needs: {demo: '==1'}", None),
        ("needs: {demo: '1.0.0'}", None),
        ("needs: {demo: '>1.0'}", "wrong_pack_version"),
        ("needs: {demo: '>=1.1'}", "wrong_pack_version"),
        ("needs: {demo: '!=1.0.0'}", "wrong_pack_version"),
        ("needs: {other: '>=1.0'}", "missing_pack"),
        ("engine: '>=99'", "wrong_engine_version"),
        ("engine: '>=0.1'", None),
    ],
)
def test_needs_are_met_or_told(needs: str, code: str | None, layer: MakeLayer) -> None:
    layers = [layer(BASE), layer("# nothing\n", "trade", more=needs + "\n")]

    if code is None:
        compile_tenant(layers)
    else:
        assert [found.split()[1] for found in codes_of(*layers)] == [code]


def test_layers_are_sorted_by_need(layer: MakeLayer) -> None:
    top = overlay("change: object thing\nset: {icon: x}\n")
    layers = [top, layer("# c\n", "c", more="needs: {b: '1'}\n"), layer("# b\n", "b", more="needs: {demo: '1'}\n")]

    assert [one.name for one in sort_layers([*layers, layer(BASE)])] == ["demo", "b", "c", "overlay"]


def test_packs_that_need_each_other_are_refused(layer: MakeLayer) -> None:
    layers = [layer("# a\n", "a", more="needs: {b: '1'}\n"), layer("# b\n", "b", more="needs: {a: '1'}\n")]

    with pytest.raises(BadDefinition, match=r"a -> b -> a|b -> a -> b"):
        sort_layers(layers)


def test_a_layer_stands_there_once(layer: MakeLayer) -> None:
    assert "two_layers" in [code.split()[1] for code in codes_of(layer(BASE), layer(BASE))]
