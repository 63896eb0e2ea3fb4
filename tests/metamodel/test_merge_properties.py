"""Laws of merging, for layers that nobody thought of."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.diagnostics import Findings
from engine.metamodel import Document, Layer
from engine.metamodel.definitions import Place
from engine.metamodel.layers import rebase
from engine.metamodel.layers.merge import fold_layers

NOWHERE = Place("x.yaml", 1, 1, 1, 1)
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
FIELD = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "date", "integer"])},
    optional={"required": st.booleans(), "title": st.one_of(st.just("T"), st.just({"zh": "标", "en": "T"}))},
)
FIELDS = st.dictionaries(NAMES, FIELD, min_size=1)


def thing(fields: dict[str, Any]) -> Layer:
    body = {"title": "Thing", "fields": fields}
    return Layer("base", "1.0.0", (Document("object", "thing", body, NOWHERE),))


def above(body: dict[str, Any], name: str = "overlay") -> Layer:
    return Layer(name, "1", (Document("change", "object thing", body, NOWHERE),))


def merged(*layers: Layer) -> Any:
    return fold_layers(layers, Findings()).documents["object", "thing"].document.body


@given(FIELDS, FIELDS)
def test_setting_twice_is_setting_once(fields: dict[str, Any], wishes: dict[str, Any]) -> None:
    wish = {"set": {"fields": wishes}}

    assert merged(thing(fields), above(wish), above(wish, "again")) == merged(thing(fields), above(wish))


@given(FIELDS)
def test_setting_what_is_said_already_changes_nothing(fields: dict[str, Any]) -> None:
    assert merged(thing(fields), above({"set": {"fields": fields}})) == merged(thing(fields))


@given(FIELDS, FIELDS)
def test_set_neither_adds_nor_takes_nor_moves_a_field(fields: dict[str, Any], wishes: dict[str, Any]) -> None:
    after = merged(thing(fields), above({"set": {"fields": wishes}}))

    assert list(after["fields"]) == list(fields)


@given(FIELDS, FIELDS)
def test_insert_keeps_what_is_there_in_its_order(fields: dict[str, Any], news: dict[str, Any]) -> None:
    after = merged(thing(fields), above({"insert": {"fields": news}}))

    assert [name for name in after["fields"] if name in fields] == list(fields)
    assert set(after["fields"]) == set(fields) | set(news)
    assert all(after["fields"][name]["type"] == field["type"] for name, field in fields.items())


@given(FIELDS, st.lists(NAMES, unique=True, min_size=1))
def test_remove_takes_what_it_names_and_nothing_else(fields: dict[str, Any], gone: list[str]) -> None:
    after = merged(thing(fields), above({"remove": {"fields": gone}}))

    assert list(after["fields"].items()) == [(name, field) for name, field in fields.items() if name not in gone]


@given(FIELDS, FIELD)
def test_removing_what_was_inserted_leads_back(fields: dict[str, Any], field: dict[str, Any]) -> None:
    layers = [thing(fields), above({"insert": {"fields": {"new": field}}}, "one")]

    assert merged(*layers, above({"remove": {"fields": ["new"]}}, "two")) == merged(thing(fields))


@given(FIELDS, FIELDS)
def test_merging_leaves_its_layers_as_they_were(fields: dict[str, Any], wishes: dict[str, Any]) -> None:
    base, change = thing(fields), above({"set": {"fields": wishes}, "insert": {"fields": wishes}})
    before = (base.as_json(), change.as_json())

    merged(base, change)

    assert (base.as_json(), change.as_json()) == before


@given(FIELDS, FIELDS, FIELDS)
def test_a_rebase_sorts_every_wish_once_and_its_overlay_merges_without_complaint(
    old: dict[str, Any], new: dict[str, Any], wishes: dict[str, Any]
) -> None:
    known = {name: field for name, field in wishes.items() if name in old}
    unknown = {name: field for name, field in wishes.items() if name not in old}
    overlay = above({"set": {"fields": known}, "insert": {"fields": unknown}})

    found = rebase([thing(old)], [thing(new)], overlay)
    findings = Findings()
    fold_layers([thing(new), found.overlay], findings)

    sorted_out = [*found.kept, *found.taken_over, *(c.wish for c in found.clashed), *(one.wish for one in found.lost)]
    assert len({wish.where for wish in sorted_out}) == len(sorted_out)
    inserted = {clash.wish for clash in found.clashed if clash.wish.verb == "insert"}
    assert inserted or not findings.errors
