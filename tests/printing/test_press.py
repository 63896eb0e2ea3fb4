"""From HTML to paper: nothing is fetched, nothing takes for ever, bars spell what they are given."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.kernel.errors import Rejected, Unavailable
from engine.printing.bars import bars_svg, signs_of
from engine.printing.press import Press

HERE = find_spec("plutoprint") is not None
needs_pdf = pytest.mark.skipif(not HERE, reason="the extra named print is not installed")


@needs_pdf
@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "data:text/html,<script>"])
def test_a_document_reaches_neither_files_nor_the_network(tmp_path: Path, address: str) -> None:
    html = f'<link rel="stylesheet" href="{address}"><img src="{address}"><p>中文</p>'

    made = Press(tmp_path).pdf(html)

    assert made.startswith(b"%PDF-")
    assert b"root:" not in made


@needs_pdf
def test_a_document_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as told:
        Press(tmp_path, seconds=0.01).pdf("<p>x</p>")

    assert told.value.code == "print_budget"


@pytest.mark.skipif(HERE, reason="the extra named print is installed")
def test_without_the_extra_it_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as told:
        Press(tmp_path).pdf("<p>x</p>")

    assert told.value.code == "print_not_possible"


def test_bars_carry_start_checksum_and_stop() -> None:
    assert signs_of("Wikipedia") == [104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106]
    # eleven units a sign, thirteen for the stop, ten of white on both sides
    assert 'viewBox="0 0 154 40"' in bars_svg("Wikipedia")
