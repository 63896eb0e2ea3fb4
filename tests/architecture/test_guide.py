"""The guide for authors shows one whole pack, and it compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.metamodel import compile_tenant, load_pack
from tests.architecture.sources import ROOT


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """Return a folder that holds the blocks of the guide as the files of a pack."""
    text = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "pack.yaml").write_text(first, encoding="utf-8")
    for number, block in enumerate(others):
        (tmp_path / f"block{number}.yaml").write_text(block, encoding="utf-8")
    return tmp_path


def test_the_blocks_of_the_authors_guide_are_one_pack_that_compiles(guide: Path) -> None:
    model = compile_tenant([load_pack(guide).layer])

    assert set(model.objects) == {"tool", "voucher", "loan", "loan_line", "deal", "discount_policy"}
    assert model.objects["loan"].fields["deposit"].formula is not None
