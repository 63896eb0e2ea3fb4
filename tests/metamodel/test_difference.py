"""What an upper layer says of a difference makes exactly that difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.diagnostics import Findings
from engine.metamodel import Document, Layer
from engine.metamodel.definitions import Place
from engine.metamodel.layers.difference import difference
from engine.metamodel.layers.merge import fold_layers

NOWHERE = Place("x.yaml", 1, 1, 1, 1)
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
LABEL = st.one_of(st.just("T"), st.just({"zh": "标", "en": "T"}), st.just({"zh": "签", "en": "T"}))
FIELD = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "date"])}, optional={"required": st.booleans(), "title": LABEL, "help": LABEL}
)
CHECK = st.fixed_dictionaries(
    {"that": st.sampled_from(["a = 1", "b = 2"]), "say": LABEL}, optional={"when": st.just("true")}
)
OBJECT = st.fixed_dictionaries(
    {"title": LABEL, "fields": st.dictionaries(NAMES, FIELD, min_size=1)},
    optional={
        "checks": st.dictionaries(NAMES, CHECK),
        "traits": st.lists(st.sampled_from(["owned", "history"]), unique=True),
    },
)
PLACED = st.one_of(NAMES, st.builds(lambda name, width: {"field": name, "width": width}, NAMES, st.integers(1, 2)))
PLACES = st.lists(PLACED, min_size=1, max_size=5, unique_by=lambda one: one if isinstance(one, str) else one["field"])
SECTION = st.fixed_dictionaries({"fields": PLACES}, optional={"when": st.just("true"), "title": LABEL})
TAB = st.fixed_dictionaries({"title": LABEL, "sections": st.dictionaries(NAMES, SECTION, min_size=1)})
FORM = st.fixed_dictionaries({"tabs": st.dictionaries(NAMES, TAB, min_size=1)})
LIST = st.fixed_dictionaries({"columns": PLACES}, optional={"filters": st.lists(NAMES, unique=True)})
STEP = st.builds(
    lambda id, more: {"approve": id, **more},
    NAMES,
    st.fixed_dictionaries(
        {"by": st.sampled_from([[{"role": "x"}], ["owner"]])},
        optional={"when": st.just("true"), "sla": st.just({"within": "P1D"})},
    ),
)
APPROVAL = st.fixed_dictionaries(
    {"object": st.just("thing"), "steps": st.lists(STEP, min_size=1, max_size=5, unique_by=lambda one: one["approve"])}
)


def after(kind: str, old: Any, new: Any) -> Any:
    base = Layer("base", "1.0.0", (Document(kind, "thing", old, NOWHERE),))
    said = difference(kind, old, new)
    upper = [Layer("overlay", "1", (Document("change", f"{kind} thing", said, NOWHERE),))] if said else []
    findings = Findings()
    made = fold_layers([base, *upper], findings).documents[kind, "thing"].document.body
    assert not findings.errors, (said, findings.errors)
    return made


def ordered(kind: str, body: Any) -> Any:
    """Return a body with the order of those keys that authors choose, in which order has a meaning."""
    if kind == "object":
        return [list(body["fields"]), list(body.get("checks", {}))]
    if kind == "form":
        return [(tab, list(found["sections"])) for tab, found in body["tabs"].items()]
    return []


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["field"] if set(value) == {"field"} else {key: plain(part) for key, part in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("kind", "shape"), [("object", OBJECT), ("form", FORM), ("list", LIST), ("approval", APPROVAL)]
)
def test_a_difference_makes_of_the_one_the_other(kind: str, shape: st.SearchStrategy[Any]) -> None:
    @given(shape, shape)
    def law(old: Any, new: Any) -> None:
        made = after(kind, old, new)

        assert plain(made) == plain(new)
        assert ordered(kind, made) == ordered(kind, new)

    law()


@given(OBJECT)
def test_nothing_is_said_of_what_is_the_same(body: Any) -> None:
    assert difference("object", body, body) == {}


def test_a_field_that_moves_into_another_section_is_said_by_name() -> None:
    old = {
        "tabs": {"main": {"title": "T", "sections": {"a": {"fields": ["x", "y", "z"]}, "b": {"fields": ["p", "q"]}}}}
    }
    new = {
        "tabs": {"main": {"title": "T", "sections": {"a": {"fields": ["x", "z"]}, "b": {"fields": ["p", "y", "q"]}}}}
    }

    said = difference("form", old, new)

    assert said == {
        "remove": {"tabs": {"main": {"sections": {"a": {"fields": ["y"]}}}}},
        "insert": {"tabs": {"main": {"sections": {"b": {"fields": [{"field": "y", "after": "p"}]}}}}},
    }
