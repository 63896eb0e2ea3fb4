"""Every wrong pack of the tables gets exactly the complaints that stand beside it, all at once, in their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.kernel.catalogue import all_codes
from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import check_pack, compile_tenant, load_pack
from engine.metamodel.migrations import check_migrations
from tests.metamodel.conftest import Write

CASES = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case["text"], case["wrong"], id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in YAML(typ="safe").load(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("text", "wrong"), cases())
def test_a_wrong_pack_is_explained(text: str, wrong: list[str], write: Write) -> None:
    report = check_pack(write(text))

    assert [f"{error.span.line}:{error.span.column} {error.code}" for error in report.errors] == wrong
    assert all(error.span.file == "x.yaml" for error in report.errors)
    assert all(error.code in all_codes() for error in report.errors)
    assert not any("guess}" in str(error) for error in report.errors)


@pytest.mark.parametrize(("text", "wrong"), cases())
def test_a_wrong_pack_is_not_compiled(text: str, wrong: list[str], write: Write) -> None:
    with pytest.raises(BadDefinition):
        install(write(text))


def install(folder: Path) -> None:
    layer = load_pack(folder).layer
    findings = Findings()
    check_migrations(layer, compile_tenant([layer]), findings)
    if findings.errors:
        raise BadDefinition(findings.errors)


def test_there_are_enough_wrong_packs() -> None:
    assert len(cases()) >= 100


def test_errors_of_many_files_are_told_together(write: Write) -> None:
    report = check_pack(
        write(
            {
                "a.yaml": "object: a\ntitle: A\nfields: {b: {type: txt}}\n",
                "deep/er/b.yaml": "object: b\ntitle: B\nfields: {a: {type: reference, to: c}}\n",
                "c.yaml": "dictionary: c\n",
                "d.yaml": "object: d\n  title: [\n",
            }
        )
    )

    assert [f"{error.span.file} {error.code}" for error in report.errors] == [
        "a.yaml wrong_value",
        "c.yaml missing_key",
        "d.yaml yaml_syntax",
    ]


def test_errors_of_shape_and_of_meaning_are_told_together(write: Write) -> None:
    report = check_pack(
        write(
            {
                "a.yaml": "object: a\ntitle: A\nfields: {b: {type: txt}}\n",
                "b.yaml": "object: b\ntitle: B\nfields: {a: {type: reference, to: c}}\n",
                "c.yaml": "list: b\ncolumns: [a.name]\n",
            }
        )
    )

    assert [f"{error.span.file} {error.code}" for error in report.errors] == [
        "a.yaml wrong_value",
        "b.yaml unknown_object",
    ]
