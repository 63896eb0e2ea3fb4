"""Adjustments, explosions and circles: the guide is a pack, and what is wrong in a definition is told by its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.metamodel import check_pack
from tests.metamodel.conftest import Write

GUIDE = Path(__file__).parents[2] / "docs" / "adjustments.md"


def guide() -> str:
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return "---\n".join(blocks)


def test_the_blocks_of_the_guide_are_one_pack(write: Write) -> None:
    assert [str(error) for error in check_pack(write(guide())).errors] == []


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("where: active = true", "where: from <= today()", "adjustment_moves"),
        ("levels: lease.level", "levels: {below: lease.level}", "adjustment_no_tree"),
        ("condition: fits", "condition: name", "adjustment_condition"),
        ("condition: fits", "group: {by: name, combine: effect}", "adjustment_combinations"),
        ("{value: rate, free: free, steps: why}", "{value: rate, after: {tarifs: free}}", "unknown_stage"),
        ("{value: rate, free: free, steps: why}", "{value: amount}", "cannot_be_given"),
        ("{value: rate, free: free, steps: why}", "{value: rate, steps: rate}", "wrong_field_type"),
        ("    gives: {value: rate", "    item: {days: rate}\n    gives: {value: rate", "adjustment_reads_result"),
        ("        fixed:   {value", "        fxed:   {value", "unknown_item"),
        ("    combine: stack\n", "    combine: stack\n    effect: {value: value}\n", "one_of"),
        ("parts: machine.extras", "parts: machine.kind", "explosion_parts"),
        ("link: belongs", "link: machine", "wrong_target"),
        ("of: lease_line\nwhen", "of: lease\nwhen", "explosion_of_lines"),
        ("acyclic: [[machine, extra]]", "acyclic: [[extra]]", "bad_edge"),
    ],
)
def test_what_is_wrong_is_told(write: Write, right: str, wrong: str, code: str) -> None:
    assert right in guide()

    found = check_pack(write(guide().replace(right, wrong))).errors

    assert code in {error.code for error in found}, [str(error) for error in found]
