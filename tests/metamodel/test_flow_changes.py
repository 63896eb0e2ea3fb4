"""Upper layers change the steps of a flow by their ids, however deep these stand; an upgrade carries that over."""

from __future__ import annotations

from engine.metamodel import TenantModel, compile_tenant, rebase
from engine.metamodel.layers import merge_layers
from engine.metamodel.model.steps import ApproveStep, ChooseStep, ParallelStep
from tests.metamodel.conftest import Compile, MakeLayer, overlay

BASE = """
object: paper
title: Paper
traits: [owned]
fields:
  name:   {type: text}
  amount: {type: money}
---
role: boss
title: Boss
---
approval: sign
title: Sign
object: paper
steps:
  - approve: first
    by: [{manager: submitter}]
  - choose: size
    of:
      - when: record.amount > 100
        steps:
          - parallel: both
            branches:
              money:
                - approve: margin
                  by: [{role: boss}]
              law:
                - approve: terms
                  by: [{role: boss}]
    else: []
  - cc: copy
    to: [owner]
"""


def ids(model: TenantModel, name: str = "sign") -> list[str]:
    return [step.id for step in model.approvals[name].steps]


def deep(model: TenantModel) -> ParallelStep:
    choose = next(step for step in model.approvals["sign"].steps if step.id == "size")
    assert isinstance(choose, ChooseStep)
    both = choose.of[0].steps[0]
    assert isinstance(both, ParallelStep)
    return both


def test_a_step_deep_in_a_block_is_changed_by_its_id(compiled: Compile) -> None:
    model = compiled(BASE, "change: approval sign\nset: {steps: {margin: {mode: any, sign: true}}}\n")

    margin = deep(model).branches[0].steps[0]
    assert isinstance(margin, ApproveStep)
    assert (margin.mode, margin.sign) == ("any", True)


def test_a_step_is_put_beside_another_and_into_a_branch(compiled: Compile) -> None:
    model = compiled(
        BASE,
        """
change: approval sign
insert:
  steps:
    - approve: second
      by: [{role: boss}]
      after: first
    - approve: check
      by: [{role: boss}]
      before: terms
    - approve: last
      by: [{role: boss}]
      into: both.money
""",
    )

    assert ids(model) == ["first", "second", "size", "copy"]
    assert [[step.id for step in branch.steps] for branch in deep(model).branches] == [
        ["margin", "last"],
        ["check", "terms"],
    ]


def test_a_step_is_taken_out_however_deep(compiled: Compile) -> None:
    model = compiled(BASE, "change: approval sign\nremove: {steps: [terms, copy]}\n")

    assert ids(model) == ["first", "size"]
    assert deep(model).branches[1].steps == ()


def test_the_layer_that_said_a_setting_of_a_step_is_known(layer: MakeLayer) -> None:
    text = "change: approval sign\nset: {steps: {margin: {mode: any}}}\n"

    merged = merge_layers([layer(BASE), overlay(text)])

    found = merged.find("approval", "sign")
    assert found is not None
    assert found.layer_of(("steps", "margin", "mode")) == "overlay"
    assert found.layer_of(("steps", "margin", "by")) == "demo"


def test_an_approval_extends_another_by_the_ids_of_its_steps(compiled: Compile) -> None:
    model = compiled(
        BASE
        + """---
approval: strict
title: Strict
extends: sign
priority: 5
steps: {copy: null, margin: {mode: any}}
insert: {after: first, steps: [{approve: second, by: [{role: boss}]}, {approve: third, by: [{role: boss}]}]}
"""
    )

    assert ids(model) == ["first", "size", "copy"]
    assert ids(model, "strict") == ["first", "second", "third", "size"]
    assert model.approvals["strict"].object == "paper"


def test_a_new_transition_keeps_its_own_after(compiled: Compile) -> None:
    model = compiled(
        """
object: paper
title: Paper
fields: {name: {type: text}, state: {type: choice}}
---
lifecycle: paper
object: paper
field: state
states: {new: {initial: true}, old: {final: done}}
transitions: {age: {from: new, to: old}}
""",
        "change: lifecycle paper\ninsert: {transitions: {expire: {from: new, to: old, after: P30D}}}\n",
    )

    expire = model.lifecycles["paper"].transitions["expire"]
    assert expire.timed
    assert expire.who == ()


def test_an_upgrade_keeps_changed_steps_and_tells_of_lost_ones(layer: MakeLayer) -> None:
    above = overlay(
        """
change: approval sign
set: {steps: {margin: {mode: any}, terms: {mode: any}}}
insert: {steps: [{approve: second, by: [{role: boss}], after: copy}]}
"""
    )
    newer = BASE.replace(
        """              law:
                - approve: terms
                  by: [{role: boss}]
""",
        "              law: []\n",
    ).replace("  - cc: copy\n    to: [owner]\n", "")

    result = rebase([layer(BASE)], [layer(newer, version="1.1.0")], above)

    assert [str(wish) for wish in result.kept] == ["set approval sign steps.margin.mode"]
    assert [str(lost.wish) for lost in result.lost] == [
        "set approval sign steps.terms.mode",
        "insert approval sign steps.second",
    ]
    assert compile_tenant([layer(newer, version="1.1.0"), result.overlay]).approvals["sign"]
