"""Files on pages: chosen in a form, kept when it is refused, shown with the record, taken out again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.ui.showroom import Showroom, open_showroom
from tests.ui.visitor import Visitor

OVERLAY = """
change: object work
insert:
  fields:
    contract: {type: file, title: {zh: 合同, en: Contract}}
    papers: {type: files, title: {zh: 文件, en: Papers}}
    photo: {type: image, title: {zh: 照片, en: Photo}}
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """A showroom whose works have files."""
    made = open_showroom(tmp_path_factory.mktemp("archive"))
    made.engine.tenancy.set_overlay("acme", OVERLAY)
    yield made
    made.engine.close()


@pytest.fixture
def boss(archive: Showroom) -> Visitor:
    return archive.visitor("boss")


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "files").rglob("*"))


def test_a_chosen_file_is_saved_shown_sent_and_taken_out(archive: Showroom, boss: Visitor) -> None:
    saved = boss.submit(
        "/o/work/new",
        name="Files",
        **{
            "contract.new": (BytesIO(b"signed"), "合同.txt"),
            "papers.new": [(BytesIO(b"one"), "1.txt"), (BytesIO(b"two"), "2.txt")],
            "photo.new": (BytesIO(PNG), "me.png"),
        },
    )
    assert saved.status == 303, saved.text
    where = saved.answer.headers["Location"]
    page = boss.get(where)
    (link,) = [one.get("href") for one in page.all("//a") if one.text == "合同.txt"]
    (picture,) = page.all("//main//img[starts-with(@src, '/files/')]")
    sent = boss.get(link).answer

    assert sent.data == b"signed"
    assert sent.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%90%88")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert boss.get(picture.get("src")).answer.data == PNG
    assert {"1.txt", "2.txt"} <= set(page.texts("//a"))

    form = boss.get(f"{where}/edit").form(f"{where}/edit")
    papers = [text for text in form["papers"] if text]
    assert [json.loads(text)["name"] for text in papers] == ["1.txt", "2.txt"]
    changed = {**form, "papers": ["", papers[1]], "contract": ""}
    assert boss.post(f"{where}/edit", changed).status == 303
    page = boss.get(where)
    assert "1.txt" not in page.texts("//a")
    assert "2.txt" in page.texts("//a")
    assert boss.get(link).status == 404


def test_a_refused_form_keeps_what_was_chosen(archive: Showroom, boss: Visitor) -> None:
    refused = boss.submit("/o/work/new", name="", **{"contract.new": (BytesIO(b"kept"), "kept.txt")})

    assert refused.status == 422
    values = refused.form("/o/work/new")
    assert "kept.txt" in str(values["contract"])
    saved = boss.post("/o/work/new", {**values, "name": "Again"})
    assert saved.status == 303
    assert "kept.txt" in boss.get(saved.answer.headers["Location"]).text


def test_what_is_no_picture_is_told_beside_its_field(archive: Showroom, boss: Visitor) -> None:
    refused = boss.submit("/o/work/new", name="P", **{"photo.new": (BytesIO(b"<svg/>"), "x.svg")})

    assert refused.status == 422
    assert "x.svg is not a picture" in refused.text


def test_the_live_preview_stores_nothing(archive: Showroom, boss: Visitor) -> None:
    before = stored(archive.engine.settings.home)

    values = {"name": "P", "_csrf": boss.token(), "contract.new": (BytesIO(b"not yet"), "x.txt")}
    assert boss.post("/o/work/preview", values).status == 200

    assert stored(archive.engine.settings.home) == before


def test_a_stranger_to_the_file_finds_no_page(archive: Showroom, boss: Visitor) -> None:
    assert boss.get("/files/nothing").status == 404
    assert archive.visitor().get("/files/nothing").status == 303
