"""Files over the wire: up into a field, back to whoever may read it, and nothing that a browser could run."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

import pytest

from tests.api.house import House

OVERLAY = "change: object book\ninsert: {fields: {scan: {type: file, title: {zh: 扫描, en: Scan}}}}\n"
PLACE = "/api/v1/files?object=book&field=scan"


@pytest.fixture
def library(house: House) -> House:
    house.engine.tenancy.set_overlay("lib", OVERLAY)
    return house


def test_a_file_goes_up_into_a_record_and_comes_back(library: House):
    boss = library.caller("boss", "lib")
    content = bytes(range(256)) * 20_000  # more than a body without a file may have

    sent = boss.client.post(
        f"{PLACE}&name={quote('报告 1.bin')}",
        data=content,
        headers={"Authorization": f"Bearer {boss.token}", "Content-Type": "image/png"},
    )
    assert sent.status_code == 201, sent.json
    assert {key: sent.json[key] for key in ("name", "size", "type")} == {
        "name": "报告 1.bin",
        "size": len(content),
        "type": "application/octet-stream",
    }
    book = boss.make("book", name="A", scan=sent.json)
    found = boss.get(sent.headers["Location"], Accept="image/*")

    assert book["scan"] == sent.json
    assert (found.status_code, found.data) == (200, content)
    assert found.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote('报告 1.bin')}"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert found.headers["Cache-Control"] == "private, no-store"


def test_a_form_with_one_part_will_do_too(library: House):
    boss = library.caller("boss", "lib")
    headers = {"Authorization": f"Bearer {boss.token}"}

    one = boss.client.post(PLACE, data={"file": (BytesIO(b"hello"), "../a.txt")}, headers=headers)
    two = boss.client.post(PLACE, data={"a": (BytesIO(b"x"), "a"), "b": (BytesIO(b"y"), "b")}, headers=headers)

    assert (one.status_code, one.json["name"], one.json["type"]) == (201, "a.txt", "text/plain")
    assert (two.status_code, two.json["code"]) == (400, "one_file")


def test_other_tenants_and_too_much_are_turned_away(library: House):
    boss = library.caller("boss", "lib")
    headers = {"Authorization": f"Bearer {boss.token}"}
    sent = boss.client.post(PLACE, data=b"hello", headers=headers)
    most = library.engine.settings.limits.upload

    assert library.caller("boss", "acme").get(sent.headers["Location"]).status_code == 404
    assert library.caller("keeper", "lib").get(sent.headers["Location"]).status_code == 404
    assert boss.get("/api/v1/files/nothing").status_code == 404
    assert boss.client.post(PLACE, data=b"x" * (most + 1), headers=headers).status_code == 413
    assert boss.client.post("/api/v1/files", data=b"x", headers=headers).json["errors"][0]["code"] == "no_file_field"


def test_an_upload_repeated_under_its_key_is_one_file(library: House):
    boss = library.caller("boss", "lib")
    headers = {"Authorization": f"Bearer {boss.token}", "Idempotency-Key": "upload-1"}

    sent = [boss.client.post(f"{PLACE}&name=a.txt", data=data, headers=headers) for data in (b"one", b"one", b"two")]

    assert [answer.status_code for answer in sent] == [201, 201, 422]
    assert sent[1].json == sent[0].json
    assert sent[1].headers["Idempotency-Replayed"] == "true"
    assert sent[2].json["code"] == "idempotency_key_reused"
    assert len(library.look("lib", "SELECT id FROM tessera_file")) == 1
