"""What our documents show is true: YAML blocks are definitions, links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "engine" / "DECISIONS.md"])


def blocks(language: str) -> Iterator[object]:
    """Yield the fenced blocks of a language; one that is only a part says so: ```yaml excerpt."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, found.start()) + 1
            yield pytest.param(found[1], id=f"{name_of(path)}:{line}")


@pytest.mark.parametrize("text", [*blocks("yaml")])
def test_every_yaml_block_is_a_definition(text: str) -> None:
    from engine.metamodel.packs import read_text

    assert read_text(text, "block.yaml")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))

    lost = [target for target in targets if not (path.parent / target).exists()]

    assert not lost
