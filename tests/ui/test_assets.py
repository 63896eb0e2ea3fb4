"""What pages are made of besides HTML."""

from __future__ import annotations

import gzip

import pytest

from engine.ui.drawing import DIST, manifest
from tests.ui.showroom import Showroom

BUDGET = 200 * 1024


def test_script_and_style_weigh_little_and_are_kept_for_ever(showroom: Showroom) -> None:
    stranger = showroom.visitor()
    addresses = stranger.get("/login").all("//link[@rel='stylesheet']/@href | //script/@src")
    assert len(addresses) == 2

    answers = [stranger.get(address, Accept_Encoding="gzip").answer for address in addresses]

    assert sum(len(answer.get_data()) for answer in answers) <= BUDGET
    for answer in answers:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert gzip.decompress(answer.get_data())


def test_a_browser_that_wants_no_gzip_gets_the_file_as_it_is(showroom: Showroom) -> None:
    name = manifest()["app.js"]

    answer = showroom.visitor().get(f"/assets/{name}").answer

    assert answer.get_data() == (DIST / name).read_bytes()


def test_any_icon_of_the_set_can_stand_in_a_pack(showroom: Showroom) -> None:
    stranger = showroom.visitor()

    assert 'id="microscope"' in stranger.get("/assets/icons/microscope.svg").html
    # a name that the set lacks reads as a plain icon under that name
    assert 'id="no-such-icon"' in stranger.get("/assets/icons/no-such-icon.svg").html


@pytest.mark.parametrize("name", ["..%2Fdrawing.py", "manifest.json", ".stamp", "nothing.js", "icons/..%2F..%2Fx.svg"])
def test_nothing_else_leaves_the_folder(showroom: Showroom, name: str) -> None:
    assert showroom.visitor().get(f"/assets/{name}").status == 404
