"""The reader takes plain YAML 1.2 and nothing else, keeps every place, and holds its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import check_pack, limits, load_pack, read_text
from engine.metamodel.packs.reader import compose
from tests.metamodel.conftest import Write

GOOD = "object: thing\ntitle: Thing\nfields: {name: {type: text}}\n"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("1:30", "1:30"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("010", 10),
        ("0o17", 15),
        ("0xFF", 255),
        ("1_000", "1_000"),
        ("+5", 5),
        ("-5", -5),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=today()", "=today()"),
        ("1.0.0", "1.0.0"),
        ("9007199254740991", 9007199254740991),
    ],
)
def test_a_scalar_is_what_it_looks_like(written: str, value: Any) -> None:
    found = compose(f"key: {written}\n", "x.yaml", Findings())[0].value["key"]

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", ["9007199254740992", "1.2345678901234567", ".inf", "-.inf", ".nan", "1e999"])
def test_a_number_that_json_would_change_is_refused(written: str) -> None:
    findings = Findings()
    compose(f"key: {written}\n", "x.yaml", findings)

    assert [error.code for error in findings.errors] == ["inexact_number"]


def test_keys_stay_texts() -> None:
    value = compose("010: a\ntrue: b\n1.0: c\nnull: d\n", "x.yaml", Findings())[0].value

    assert value == {"010": "a", "true": "b", "1.0": "c", "null": "d"}


def test_every_value_and_key_keeps_its_place() -> None:
    document = read_text("object: thing\ntitle: {zh: 东西, en: Thing}\nfields:\n  name: {type: text}\n")[0]

    assert str(document.span) == "overlay.yaml:1:1"
    assert str(document.place.child("title").child("en").span) == "overlay.yaml:2:21"
    assert str(document.place.child("title").child("en").key_span) == "overlay.yaml:2:17"
    assert str(document.places["fields", "name", "type"]) == "overlay.yaml:4:16"


def test_windows_line_ends_are_read(write: Write) -> None:
    pack = load_pack(write({"x.yaml": GOOD.replace("\n", "\r\n")}))

    assert [document.kind for document in pack.documents] == ["pack", "object"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xef\xbb\xbf" + GOOD.encode(), "1:1 byte_order_mark"),
        (b"object: th\xffing\n", "1:11 not_utf8"),
        ("title: 东西\nx: ".encode()[:-6], "1:9 not_utf8"),
        (b"", "1:1 empty_file"),
        (b"\n\n  \n", "1:1 empty_file"),
        (b"object: th\x00ing\n", "1:11 control_character"),
        (b"object:\tthing\n", "1:8 tab_character"),
        (b"object: thing\rtitle: x\n", "1:14 control_character"),
        ("object: \ufeffthing\n".encode(), "1:9 control_character"),
        ("object: th\u202eing\n".encode(), "1:11 control_character"),
        (b"\xed\xa0\x80: x\n", "1:1 not_utf8"),
    ],
)
def test_unreadable_bytes_are_told_with_their_place(content: bytes, error: str, write: Write) -> None:
    report = check_pack(write({"x.yaml": content}))

    assert [f"{found.span.line}:{found.span.column} {found.code}" for found in report.errors] == [error]


def test_a_file_of_comments_holds_no_definition(write: Write) -> None:
    pack = load_pack(write({"x.yaml": "# nothing yet\n---\n# nor here\n"}))

    assert [document.kind for document in pack.documents] == ["pack"]


def test_a_link_is_not_followed(write: Write, tmp_path: Path) -> None:
    folder = write(GOOD)
    (tmp_path / "secret.yaml").write_text(GOOD)
    (folder / "linked.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "way").symlink_to(tmp_path)

    report = check_pack(folder)

    assert {f"{error.span.file} {error.code}" for error in report.errors} == {
        "linked.yaml outside_folder",
        "way outside_folder",
    }


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDefinition) as caught:
        load_pack(tmp_path / "nowhere")

    assert [error.code for error in caught.value.diagnostics] == ["no_such_pack"]


def test_a_folder_without_pack_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(GOOD)

    assert [error.code for error in check_pack(tmp_path).errors] == ["no_pack_document"]


def test_a_pack_says_once_who_it_is(write: Write) -> None:
    report = check_pack(write("pack: other\nversion: 1.0.0\ntitle: Other\n"))

    assert [error.code for error in report.errors] == ["two_pack_documents"]


def test_seeds_and_demo_files_are_found(write: Write) -> None:
    pack = load_pack(write({"seeds/b.csv": "x", "seeds/a.csv": "x", "demo/c.csv": "x", "other/d.csv": "x"}))

    assert [path.name for path in pack.seeds] == ["a.csv", "b.csv"]
    assert [path.name for path in pack.demo] == ["c.csv"]


def limit_of(report: Any) -> list[str]:
    return [error.message.split(" is ")[0] for error in report.errors if error.code == "limit_exceeded"]


def test_a_file_may_have_a_megabyte(write: Write) -> None:
    full = GOOD + "#" * (limits.FILE_BYTES - len(GOOD) - 1) + "\n"

    assert check_pack(write(full)).sound
    assert limit_of(check_pack(write(full + "#"))) == ["pack file bytes"]


def test_a_pack_may_have_ten_megabytes(write: Write) -> None:
    files: dict[str, str | bytes] = {f"f{index}.txt": b"x" * limits.FILE_BYTES for index in range(10)}

    assert limit_of(check_pack(write(files))) == ["pack bytes"]


def test_a_pack_may_have_five_hundred_files(write: Write) -> None:
    files: dict[str, str | bytes] = {f"f{index}.txt": b"x" for index in range(limits.PACK_FILES - 1)}

    assert not limit_of(check_pack(write(files)))
    assert limit_of(check_pack(write({**files, "one.txt": b"x"}))) == ["pack files"]


def test_yaml_may_be_thirty_two_deep() -> None:
    deepest = limits.YAML_DEPTH - 2

    for depth, wanted in ((deepest, []), (deepest + 1, ["limit_exceeded"])):
        findings = Findings()
        compose("k: " + "[" * depth + "x" + "]" * depth, "x.yaml", findings)
        assert [error.code for error in findings.errors] == wanted


def test_yaml_may_have_two_hundred_thousand_nodes() -> None:
    elements = limits.YAML_NODES - 3

    for count, wanted in ((elements, []), (elements + 1, ["limit_exceeded"])):
        findings = Findings()
        compose("k: [" + "x," * count + "]", "x.yaml", findings)
        assert [error.code for error in findings.errors] == wanted


def test_a_text_may_have_sixty_four_kilobytes() -> None:
    for size, wanted in ((limits.SCALAR_BYTES, []), (limits.SCALAR_BYTES + 1, ["limit_exceeded"])):
        findings = Findings()
        compose("k: " + "x" * size, "x.yaml", findings)
        assert [error.code for error in findings.errors] == wanted


@pytest.mark.parametrize("bomb", ["[" * 500_000, "{a: " * 200_000, "- " * 300_000, "? " * 200_000, "'" * 900_001])
def test_a_bomb_is_refused_at_once(bomb: str, write: Write) -> None:
    assert not check_pack(write({"x.yaml": bomb})).sound
