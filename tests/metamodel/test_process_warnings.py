"""What is allowed in processes, but warned of; and approvals whose conditions exclude each other."""

from __future__ import annotations

import pytest

from engine.metamodel import check_pack
from tests.metamodel.conftest import Write

BASE = """
object: paper
title: Paper
traits: [owned]
fields: {name: {type: text}, amount: {type: money}, kind: {type: text}, other: {type: reference, to: other}}
---
object: other
title: Other
fields: {name: {type: text}}
---
role: boss
title: Boss
---
"""
CAREFUL = "sla: {within: PT8H, steps: [{at: PT0H, do: [remind]}]}"


def warnings(write: Write, text: str) -> set[str]:
    report = check_pack(write(BASE + text))
    assert [str(error) for error in report.errors] == []
    return {warning.code for warning in report.warnings} - {"no_grant", "no_title"}


def flow(step: str, more: str = "") -> str:
    return f"approval: sign\nobject: paper\n{more}steps: [{{approve: one, {step}}}]\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (flow("by: [{role: boss}]"), "no_clock"),
        (flow(f"by: [{{user: li.wei}}], {CAREFUL}"), "user_not_portable"),
        (flow(f"by: [{{role: boss}}], empty: pass, {CAREFUL}"), "empty_passes"),
        (flow(f"by: [{{role: boss}}], self: allow, {CAREFUL}"), "self_allowed"),
        (flow(f"by: [{{role: boss}}], repeat: once, {CAREFUL}"), "repeat_without_material"),
        ("automation: a\nobject: paper\non: {updated: [name]}\ndo: [{set: {name: x}}]\n", "raises_itself"),
        (
            (
                "automation: a\nobject: paper\non: {created: true}\nrun_as: system\n"
                "do: [{update: other, where: item = record.other, set: {name: x}}]\n"
            ),
            "system_updates",
        ),
    ],
)
def test_what_will_hardly_be_meant_is_warned_of(write: Write, text: str, code: str) -> None:
    assert warnings(write, text) == {code}


def test_a_careful_flow_gives_no_warning(write: Write) -> None:
    assert warnings(write, flow(f"by: [{{role: boss}}], {CAREFUL}")) == set()


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ('record.kind = "a"', 'record.kind = "b"', False),
        ('record.kind = "a" or record.kind = "c"', 'record.kind = "b" and record.amount > 5', False),
        ("record.amount <= 100", "record.amount > 100", False),
        ("record.amount <= 100", "record.amount >= 100", True),
        ("100 > record.amount", "record.amount > 50", True),
        ("record.amount = 5", "record.amount > 10", False),
        ('record.kind = "a"', "record.amount > 5", True),
    ],
)
def test_approvals_of_one_priority_must_exclude_each_other(
    write: Write, first: str, second: str, refused: bool
) -> None:
    text = BASE + "---\n".join(
        f"approval: {name}\nobject: paper\nstart: {{when: '{when}'}}\nsteps: []\n"
        for name, when in (("one", first), ("two", second))
    )

    report = check_pack(write(text))

    assert [error.code for error in report.errors] == ["approvals_overlap"] * refused


def test_another_priority_or_slot_or_way_to_start_settles_it(write: Write) -> None:
    for more in ("priority: 1\n", "slot: second\n", "start: {by: [gate]}\n"):
        text = f"approval: one\nobject: paper\nsteps: []\n---\napproval: two\nobject: paper\n{more}steps: []\n"
        assert check_pack(write(BASE + text)).errors == ()
