"""The manual of processes is one pack, in both languages; a tenant's layer changes it as the manual says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.cli.trials import run_trials
from engine.metamodel import check_pack, compile_tenant, load_pack
from engine.metamodel.model.steps import ApproveStep
from tests.metamodel.conftest import Write, overlay

DOCS = Path(__file__).parents[2] / "docs"
MANUALS = ("processes.md", "processes.zh.md")


def blocks(name: str) -> list[str]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", MANUALS)
def test_the_blocks_of_the_manual_are_one_pack(write: Write, name: str) -> None:
    own = [block for block in blocks(name) if not block.startswith("change:")]
    above = next(block for block in blocks(name) if block.startswith("change:"))

    folder = write("---\n".join(own))

    assert [str(error) for error in check_pack(folder).errors] == []
    model = compile_tenant([load_pack(folder).layer, overlay(above)])
    assert [step.id for step in model.approvals["purchase"].steps] == ["manager", "second_look", "size"]
    assert isinstance(model.approvals["purchase_abroad"].steps[1], ApproveStep)
    assert model.param_values()["purchase"]["free_until"] == 2000


@pytest.mark.parametrize("name", [MANUALS[0], "authors.md"])
def test_the_tests_that_a_guide_shows_hold(write: Write, name: str) -> None:
    own = [block for block in blocks(name) if not block.startswith("change:")]
    pack = [block for block in own if block.startswith("pack:")]
    folder = write("---\n".join(block for block in own if block not in pack), *pack)

    outcome = run_trials([folder])

    assert outcome.verdicts
    assert [(one.name, [str(wrong) for wrong in one.wrong]) for one in outcome.verdicts if not one.holds] == []


def test_both_languages_show_the_same_blocks() -> None:
    assert blocks(MANUALS[0]) == blocks(MANUALS[1])
