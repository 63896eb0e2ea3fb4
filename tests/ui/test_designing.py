"""The designer of approvals: every setting of the language is an input, what is not touched stays, edits are small."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from engine.kernel.diagnostics import Findings
from engine.metamodel.compiler.processes.words import OF_ALL_STEPS, STEPS
from engine.metamodel.definitions import Document, Layer
from engine.metamodel.definitions.grammar import grammar_of, part
from engine.metamodel.layers.edits import edited_layer
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.packs.folder import read_text
from engine.ui.screens.custom.flow_settings import SECTIONS as SETTINGS
from engine.ui.screens.custom.flow_steps import SECTIONS
from engine.ui.screens.custom.flow_trees import (
    edits_between,
    find,
    inserted,
    placed,
    replaced,
    shifted,
    steps_of,
    without,
)
from engine.ui.screens.parts import ABSENT, arranged, shape_of
from engine.ui.screens.parts.factory import known_shapes
from engine.ui.words import words_in

ROOT = Path(__file__).parents[2]
PLACES = ("packs/crm_standard/**/*.yaml", "tests/workflow/org1/pack/*.yaml", "tests/metamodel/packs/processes/e*.yaml")


def flows() -> list[Document]:
    """Return every approval of the shipped pack, of the examples and of the tests."""
    files = [path for place in PLACES for path in sorted(ROOT.glob(place)) if "approval:" in path.read_text("utf-8")]
    found = [one for path in files for one in read_text(path.read_text("utf-8"), str(path)) if one.kind == "approval"]
    assert len(found) > 60
    return found


def step_shape(key: str) -> Any:
    return shape_of("approval", "steps", "*", key)


@pytest.mark.parametrize("kind", STEPS)
def test_every_setting_of_a_step_stands_on_its_form(kind: str) -> None:
    offered = {key for keys in SECTIONS[kind].values() for key in keys}

    assert offered == STEPS[kind] | OF_ALL_STEPS | ({"stop"} if kind == "stop" else set())


def test_every_setting_of_a_flow_stands_on_its_form() -> None:
    offered = {path[0] for paths in SETTINGS.values() for path in paths}
    schema = grammar_of("approval")

    assert offered == set(schema["properties"]) - {"approval", "object", "extends", "steps", "insert", "tests"}
    policies = {path[1] for paths in SETTINGS.values() for path in paths if path[0] == "policy"}
    assert policies == set(part(schema, "policy")["properties"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_setting_and_every_verb_has_a_name_for_people(language: str) -> None:
    words = words_in(language)
    verbs = {verb for known in known_shapes() for verb in known}
    settings = {key for known in known_shapes() for verb in known.values() for key in verb}
    settings |= {key for kind in SECTIONS.values() for keys in kind.values() for key in keys}

    assert [verb for verb in verbs if not words.has(f"part.verb.{verb}")] == []
    assert [key for key in settings if not any(name.endswith(f".{key}") for name in words.beginning("part"))] == []


def test_a_form_that_nobody_touches_changes_no_flow() -> None:
    changed = []
    for flow in flows():
        for one in placed(steps_of(flow.body)):
            keys = [key for keys in SECTIONS[one.kind].values() for key in keys if key not in (one.kind, "else")]
            assert set(one.step) - {*keys, one.kind, "else"} == set(), f"{flow.id} {one.key}"
            for key in keys:
                value = one.step.get(key, ABSENT)
                back = step_shape(key).read(key, dict(step_shape(key).flat(key, value)), value)
                if back is not value and back != value:
                    changed.append((flow.id, one.key, key, value, back))

    assert changed == []


def test_rows_come_go_and_change_places() -> None:
    people = [{"role": "finance"}, {"manager": "submitter", "level": 2}]
    given = dict(step_shape("by").flat("by", people))

    more = arranged(given, "add:by") | {"by.2.verb": "user", "by.2.user": "lin"}
    swapped = arranged(arranged(more, "up:by.2"), "drop:by.0")

    assert step_shape("by").read("by", more, people) == [*people, {"user": "lin"}]
    assert step_shape("by").read("by", swapped, people) == [{"user": "lin"}, people[1]]


def test_what_happens_around_the_due_time_is_set_without_a_word_of_yaml() -> None:
    given = {"sla.within.n": "1", "sla.within.unit": "D", "sla.calendar": "office", "sla.steps.0": "new"}
    given |= {"sla.steps.0.at.n": "2", "sla.steps.0.at.unit": "H", "sla.steps.0.at.side": "before"}
    given |= {"sla.steps.0.do.0": "new", "sla.steps.0.do.0.verb": "remind", "sla.steps.0.do.1": "new"}
    given |= {"sla.steps.0.do.1.verb": "escalate", "sla.steps.0.do.1.escalate.0": "new"}
    given |= {"sla.steps.0.do.1.escalate.0.verb": "manager", "sla.steps.0.do.1.escalate.0.manager": "assignee"}

    clock = step_shape("sla").read("sla", given, ABSENT)

    rung = {"at": "-PT2H", "do": ["remind", {"escalate": [{"manager": "assignee"}]}]}
    assert clock == {"within": "P1D", "calendar": "office", "steps": [rung]}


# -- the tree ----------------------------------------------------------------------------------------------------------


def example() -> list[dict[str, Any]]:
    (flow,) = [one for one in flows() if one.id == "quotation_over_policy"]
    return deepcopy(list(steps_of(flow.body)))


def applied(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[Any, int]:
    """Return the steps that a pack with ``old`` has under an overlay with the edits, and how many edits there are."""
    body = {"approval": "f", "object": "quotation", "steps": list(old)}
    pack = Layer("pack", "1", read_text(json.dumps(body), "f.yaml"))
    edits = list(edits_between("f", old, new))
    overlay = edited_layer([pack], None, edits, "1")
    return fold_layers([pack, overlay], Findings()).documents["approval", "f"].document.body["steps"], len(edits)


def test_changes_of_the_tree_come_to_few_edits_that_make_exactly_it() -> None:
    steps = example()
    deep, block = find(steps, "margin"), find(steps, "experts")
    assert deep is not None
    assert block is not None
    step = {"cc": "told", "to": ["owner"]}
    changes = {
        "a setting deep inside": replaced(steps, deep, {**deep.step, "mode": "all"}),
        "a step into a branch": inserted(steps, "experts.legal", "terms", step),
        "a step at the beginning": inserted(steps, "", "", step),
        "a block gone": without(steps, block),
        "a step further down": shifted(steps, next(placed(steps)), 1),
        "a step in another list": inserted(without(steps, deep), "", "line_manager", deep.step),
    }

    for name, wanted in changes.items():
        found, count = applied(steps, wanted)
        assert found == wanted, name
        assert count <= 2, name
    assert applied(steps, steps) == (steps, 0)
