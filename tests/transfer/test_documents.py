"""What the page on importing shows can be read as it stands, and its commands name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

from engine.transfer import read_mapping

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "import-northwind.md"
EXAMPLES = ROOT / "docs" / "examples" / "northwind"


def test_the_mapping_of_the_page_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml mapping\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / "mapping.yaml"
    path.write_text(block, encoding="utf-8")

    mapping = read_mapping(path)

    assert (mapping.object, mapping.key, mapping.lines[0].sheet.file) == (
        "sales_order",
        ("number",),
        "order_details.csv",
    )


def test_every_example_is_used_on_the_page_and_can_be_read() -> None:
    page = PAGE.read_text(encoding="utf-8")

    for path in EXAMPLES.iterdir():
        assert path.name in page, path.name
        if re.match(r"\d-", path.name):
            assert read_mapping(path).sheet.columns
