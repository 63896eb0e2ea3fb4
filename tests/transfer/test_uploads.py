"""Files that wait for their import: each belongs to who sent it, and no name becomes a path."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.kernel.context import Actor, Context
from engine.kernel.errors import Missing
from engine.kernel.names import new_record_id
from engine.transfer.uploads import KEPT_SECONDS, Uploads

ANN = Context("acme", Actor(new_record_id(), "ann", "Ann"))


@pytest.mark.parametrize(
    "name",
    ["客户 (1).csv", "../../etc/passwd", "..\\..\\x.csv", "/abs.csv", "C:\\x.csv", "", ".", "..", "a\0b", "x" * 500],
)
def test_a_file_is_kept_inside_whatever_its_name(tmp_path: Path, name: str) -> None:
    uploads = Uploads(tmp_path)

    id = uploads.keep(ANN, name, [b"a,b\n", b"1,2\n"])

    path = uploads.find(ANN, id)
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.resolve().is_relative_to(tmp_path.resolve())
    assert len(path.relative_to(tmp_path).parts) == 5


def test_a_file_is_nobody_elses(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    id = uploads.keep(ANN, "a.csv", [b"x"])
    others = [replace(ANN, actor=Actor(new_record_id(), "bob", "Bob")), replace(ANN, tenant="other")]

    for other in others:
        with pytest.raises(Missing):
            uploads.find(other, id)
    for bad in ("", "..", "../" + id, new_record_id()):
        with pytest.raises(Missing):
            uploads.find(ANN, bad)
    uploads.drop(ANN, id)
    with pytest.raises(Missing):
        uploads.find(ANN, id)


def test_a_file_is_forgotten_after_a_day(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    id = uploads.keep(ANN, "a.csv", [b"x"])
    old = time.time() - KEPT_SECONDS - 1
    os.utime(uploads.find(ANN, id).parent, (old, old))

    uploads.keep(ANN, "b.csv", [b"y"])

    with pytest.raises(Missing):
        uploads.find(ANN, id)
