"""What is not wrong but hardly meant is told as a warning, and only that."""

from __future__ import annotations

import pytest

from engine.kernel.errors import BadDefinition
from engine.metamodel import check_pack, check_packs
from tests.metamodel.conftest import Write, overlay

OBJECT = """object: thing
title: {zh: 东西, en: Thing}
fields:
  name: {type: text, required: true, title: {zh: 名称, en: Name}}
"""
STATES = """---
lifecycle: thing
object: thing
field: state
states:
  new: {title: {zh: 新, en: New}, initial: true}
  old: {title: {zh: 旧, en: Old}}
  lone: {title: {zh: 孤, en: Lone}, final: done}
transitions:
  age: {title: {zh: 变旧, en: Age}, from: new, to: old}
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (OBJECT, []),
        (OBJECT.replace("zh: 东西, ", ""), ["2:8 missing_text"]),
        (OBJECT.replace("en: Thing", "en: ''"), ["2:8 missing_text"]),
        (OBJECT.replace("{zh: 东西, en: Thing}", "Thing"), []),
        (OBJECT.replace(", title: {zh: 名称, en: Name}", ""), ["4:3 no_title"]),
        (OBJECT + "---\nrole: rep\ntitle: {zh: 代表, en: Rep}\n", ["1:1 no_grant"]),
        (OBJECT + "---\nrole: rep\ntitle: {zh: 代表, en: Rep}\nadministrator: true\n", []),
        (
            OBJECT + "---\nrole: rep\ntitle: {zh: 代表, en: Rep}\ngrants: {thing: {create: {}}}\n",
            ["8:10 nothing_readable"],
        ),
        (
            OBJECT + "  code: {type: text, title: {zh: 码, en: Code}}\n---\nform: thing\n"
            "sections: {base: {title: {zh: 基, en: B}, fields: [code]}}\n",
            ["7:1 required_not_on_form"],
        ),
        (
            OBJECT + "  state: {type: choice, title: {zh: 态, en: State}}\n" + STATES,
            ["12:3 dead_end", "13:3 state_not_reached"],
        ),
        (OBJECT + "---\nnumbering: n\nsegments: [{counter: 5}]\n", ["6:1 numbering_not_used"]),
        (
            OBJECT + "numbering: {field: name, rule: n}\n---\nnumbering: n\nscope: updated_by.login\n"
            "segments: [{counter: 5}]\n",
            ["8:8 scope_not_shown"],
        ),
        (OBJECT + "---\ndictionary: d\ntitle: {zh: 典, en: D}\nitems: {A: {zh: 甲}}\n", ["8:12 missing_text"]),
        (
            OBJECT + "  no: {type: integer, required: true, readonly: true, title: {zh: 号, en: No}}\n",
            ["5:3 required_but_readonly"],
        ),
        (OBJECT + "  age: {type: date, as: today(), title: {zh: 日, en: Day}}\n", ["5:25 time_dependent"]),
        (OBJECT + "  who: {type: text, as: actor.name, title: {zh: 谁, en: Who}}\n", ["5:25 time_dependent"]),
    ],
)
def test_a_warning_is_told_with_its_place(text: str, wanted: list[str], write: Write) -> None:
    report = check_pack(write(text))

    assert report.errors == ()
    assert [f"{found.span.line}:{found.span.column} {found.code}" for found in report.warnings] == wanted


def test_a_choice_that_goes_by_what_a_role_does_not_see_is_told(write: Write) -> None:
    object = OBJECT + "  size: {type: integer, title: {zh: 大小, en: Size}}\n"
    box = (
        "---\nobject: box\ntitle: {zh: 箱, en: Box}\ndisplay: id\nfields:\n"
        "  thing: {type: reference, to: thing, where: size > 3 and name != null, title: {zh: 物, en: Thing}}\n"
    )
    role = "---\nrole: %s\ntitle: {zh: 代表, en: Rep}\ngrants: {thing: {read: {}%s}, box: {read: {}%s}}\n"
    hides, free, reads = (
        role % ("packer", ", fields: {size: hidden}", ", create: {}"),
        role % ("foreman", "", ", create: {}"),
        role % ("guard", ", fields: {size: masked}", ""),
    )

    report = check_pack(write(object + box + hides + free + reads))

    assert [(one.code, one.message) for one in report.warnings] == [
        (
            "choice_tells",
            "The choices of box.thing go by thing.size, which is hidden from packer: whoever chooses learns of it",
        )
    ]


def test_a_transition_that_nobody_may_perform_is_told(write: Write) -> None:
    role = "---\nrole: rep\ntitle: {zh: 代表, en: Rep}\ngrants: {thing: {read: {}%s}}\n"
    text = OBJECT + "  state: {type: choice, title: {zh: 态, en: State}}\n" + STATES

    without = check_pack(write(text + role % ""))
    granted = check_pack(write(text + role % ", actions: [age]"))

    assert "transition_not_granted" in [found.code for found in without.warnings]
    assert "transition_not_granted" not in [found.code for found in granted.warnings]


def test_packs_are_checked_together_in_the_order_of_their_needs(write: Write) -> None:
    base = write(OBJECT)
    trade = write(
        "change: object thing\nset: {icon: tool}\n",
        "pack: trade\nversion: 1.0.0\ntitle: Trade\nneeds: {demo: '>=1.0'}\n",
    )

    report = check_packs([trade, base], above=[overlay("change: object thing\nset: {display: name}\n")])

    model = report.require_sound()
    assert [pack.name for pack in model.packs] == ["demo", "trade"]
    assert model.objects["thing"].icon == "tool"


def test_an_unsound_pack_is_required_in_vain(write: Write) -> None:
    report = check_packs([write("object: thing\n")])

    with pytest.raises(BadDefinition, match="missing_key"):
        report.require_sound()


def test_warnings_do_not_stand_in_the_way(write: Write) -> None:
    report = check_pack(write(OBJECT.replace("zh: 东西, ", "")))

    assert report.sound
    assert report.model is not None
    assert [source.identity.name for source in report.sources] == ["demo"]
