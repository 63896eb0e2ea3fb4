"""The part of the DMN conformance kit that lies beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.rules.decisions import read_dmn, write_dmn
from engine.rules.tck import figures, run_kit

KIT = Path(__file__).parents[3] / "shared" / "tck"
LEVELS = ("compliance-level-2", "compliance-level-3")

pytestmark = pytest.mark.skipif(not KIT.is_dir(), reason=f"the conformance kit is not at {KIT}")


def test_every_case_outside_of_java_passes() -> None:
    outcomes = [outcome for level in LEVELS for outcome in run_kit(KIT / level)]

    counted = [outcome for outcome in outcomes if "external-java" not in outcome.folder]

    failed = [f"{o.folder} {o.case} {o.name}: {o.error}" for o in counted if not o.passed]
    assert figures(counted)["cases"] > 2000
    assert not failed


def test_a_model_is_the_same_after_it_was_written_out() -> None:
    for path in sorted(KIT.rglob("*.dmn")):
        definitions = read_dmn(path.read_bytes(), path.name)

        assert read_dmn(write_dmn(definitions), path.name) == definitions, path.name
