"""Files in fields: who may put them there, who gets them out, and what of their names and contents is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from engine.attachments.names import clean_name
from engine.kernel.clock import FrozenClock
from engine.kernel.errors import LimitExceeded, Missing, Rejected
from engine.storage.blobs import Blobs
from tests.attachments.conftest import MOST, Drawer

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def test_a_reader_of_the_record_gets_the_file_as_it_was_sent(drawer: Drawer) -> None:
    ann, bob = drawer.house.as_user("ann", "clerk"), drawer.house.as_user("bob", "clerk")
    scan, photo = drawer.keep(ann, "scan", "报告.txt"), drawer.keep(ann, "photo", "me.png", PNG)

    made = drawer.house.make("paper", ann, name="A", scan=scan, all=[scan["id"]], photo=photo["id"])

    values = drawer.house.records.get(bob, "paper", made.id).values
    assert values["scan"] == scan == {"id": scan["id"], "name": "报告.txt", "size": 5, "type": "text/plain"}
    assert values["photo"]["type"] == "image/png"
    found = drawer.files.open(bob, scan["id"])
    with found.stream as stream:
        assert (found.name, found.type, found.size, stream.read()) == ("报告.txt", "text/plain", 5, b"hello")
    assert drawer.read(bob, photo["id"]) == PNG


def test_an_upload_is_its_owners_alone_until_a_record_holds_it(drawer: Drawer) -> None:
    ann, bob = drawer.house.as_user("ann", "clerk"), drawer.house.as_user("bob", "clerk")
    scan = drawer.keep(ann, "scan")

    assert drawer.read(ann, scan["id"]) == b"hello"
    with pytest.raises(Missing):
        drawer.files.open(bob, scan["id"])
    with pytest.raises(Missing):
        drawer.files.open(drawer.house.admin, scan["id"])
    with pytest.raises(Rejected):
        drawer.house.make("paper", bob, name="B", scan=scan)


def test_who_may_not_read_the_record_or_the_field_finds_no_file(drawer: Drawer) -> None:
    ann, eve = drawer.house.as_user("ann", "clerk"), drawer.house.as_user("eve", "loner")
    admin = drawer.house.admin
    scan, inside = drawer.keep(admin, "scan"), drawer.keep(admin, "inside")
    drawer.house.make("paper", admin, name="A", scan=scan, inside=inside)

    assert drawer.read(ann, scan["id"]) == b"hello"
    for ctx, id in ((ann, inside["id"]), (eve, scan["id"]), (ann, "nothing"), (ann, "../../etc/passwd")):
        with pytest.raises(Missing) as told:
            drawer.files.open(ctx, id)
        assert told.value.code == "not_found"


def test_what_a_hidden_field_holds_cannot_be_carried_into_a_field_that_is_seen(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    made = drawer.house.make("paper", ann, name="A")
    inside = drawer.keep(drawer.house.admin, "inside")
    made = drawer.house.change(made, inside=inside)

    with pytest.raises(Rejected) as told:
        drawer.house.change(made, ann, scan=inside["id"])

    assert [(one.path, one.code) for one in told.value.complaints] == [("scan", "unknown_file")]


def test_a_file_that_was_taken_out_of_its_record_is_gone(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    scan = drawer.keep(ann, "scan")
    made = drawer.house.make("paper", ann, name="A", scan=scan)

    drawer.house.change(made, ann, scan=None)

    with pytest.raises(Missing):
        drawer.files.open(ann, scan["id"])


def test_a_refused_save_leaves_the_upload_with_its_owner(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    scan = drawer.keep(ann, "scan")

    with pytest.raises(Rejected):
        drawer.house.make("paper", ann, name=None, scan=scan)

    assert drawer.house.make("paper", ann, name="A", scan=scan).version == 1
    assert drawer.house.rows('SELECT "record" IS NULL FROM tessera_file') in ([(0,)], [(False,)])


def test_lines_hold_files_that_readers_of_the_parent_get(drawer: Drawer) -> None:
    ann, bob = drawer.house.as_user("ann", "clerk"), drawer.house.as_user("bob", "clerk")
    scan = dict(drawer.files.keep(ann, "page", "scan", "p.txt", BytesIO(b"page")))

    drawer.house.make("paper", ann, name="A", pages=[{"text": "1", "scan": scan}])

    assert drawer.read(bob, scan["id"]) == b"page"
    with pytest.raises(Missing):
        drawer.files.open(drawer.house.as_user("eve", "loner"), scan["id"])


def test_only_into_a_field_for_files_that_the_actor_may_fill(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    for object, field in (("paper", "name"), ("paper", "inside"), ("paper", "x"), ("x", "scan"), ("", "")):
        with pytest.raises(Rejected) as told:
            drawer.files.keep(ann, object, field, "a", BytesIO(b"x"))
        assert told.value.complaints[0].code == "no_file_field"
    with pytest.raises(Rejected):
        drawer.keep(drawer.house.as_user("bob"), "scan")
    assert drawer.kept() == []


def test_a_picture_is_known_by_its_content(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7"):
        with pytest.raises(Rejected) as told:
            drawer.keep(ann, "photo", "a.png", content)
        assert told.value.complaints[0].code == "not_an_image"
    page = drawer.keep(ann, "scan", "a.png", b"<html><script>alert(1)</script>")
    assert page["type"] == "application/octet-stream"
    with pytest.raises(Rejected):
        drawer.house.make("paper", ann, name="A", photo=page)


def test_equal_contents_are_kept_once(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")

    ids = {drawer.keep(ann, "scan", name)["id"] for name in ("a.txt", "b.txt", "c.txt")}

    assert len(ids) == 3
    assert len(drawer.kept()) == 1


def test_what_is_too_long_or_empty_leaves_nothing_behind(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")

    with pytest.raises(LimitExceeded) as told:
        drawer.keep(ann, "scan", content=b"x" * (MOST + 1))
    assert told.value.status == 413
    assert drawer.keep(ann, "scan", content=b"x" * MOST)["size"] == MOST
    with pytest.raises(Rejected):
        drawer.keep(ann, "scan", content=b"")
    assert len([path for path in drawer.kept() if path.stat().st_size]) == 1


def test_a_name_from_outside_never_becomes_a_path(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    for name in ("../../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\x\\y.txt", "..", "", "a\x00b"):
        assert "/" not in drawer.keep(ann, "scan", name)["name"]
    (kept,) = drawer.kept()
    assert kept.parent.parent == drawer.folder / "acme"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.txt", "y.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("..", "file"),
        ("合同.pdf", "合同.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("\ud800.txt", "txt"),
    ],
)
def test_names_are_for_people(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown


def test_a_store_opens_nothing_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    blobs = Blobs(tmp_path / "files")
    digest = blobs.keep("acme", BytesIO(b"x"), 10).digest

    for tenant, name in (
        ("acme", "../../secret"),
        ("..", "secret"),
        ("acme/..", digest),
        ("lib", digest),
        ("", digest),
    ):
        with pytest.raises(Missing):
            blobs.open(tenant, name)


def test_another_tenant_finds_no_file(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    digest = drawer.house.rows
    scan = drawer.keep(ann, "scan")
    (hashed,) = digest("SELECT digest FROM tessera_file")[0]

    with pytest.raises(Missing):
        Blobs(drawer.folder).open(replace(ann, tenant="other").tenant, hashed)
    assert drawer.read(ann, scan["id"]) == b"hello"


def test_uploads_that_no_record_took_are_swept_after_a_day_with_their_contents(drawer: Drawer) -> None:
    ann = drawer.house.as_user("ann", "clerk")
    used, unused = drawer.keep(ann, "scan", "used.txt"), drawer.keep(ann, "photo", "me.png", PNG)
    drawer.house.make("paper", ann, name="A", scan=used)
    later = replace(ann, clock=FrozenClock(datetime.now(UTC) + timedelta(days=2)))

    assert drawer.files.sweep(ann) == (0, 0)
    assert drawer.files.sweep(later) == (1, 1)

    assert drawer.read(ann, used["id"]) == b"hello"
    with pytest.raises(Missing):
        drawer.files.open(ann, unused["id"])
    # sent again, the content is there again
    assert drawer.read(ann, drawer.keep(ann, "photo", "me.png", PNG)["id"]) == PNG
