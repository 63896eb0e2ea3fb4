"""A drawer: a tenant whose records hold files, on each database, and the service over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from engine.attachments import AttachmentService
from engine.kernel.clock import FrozenClock
from engine.kernel.context import Context
from engine.settings import Limits, Settings
from tests.records.conftest import House, build_house

MOST = 10_000
PACK = """
pack: drawer
version: 1.0.0
title: {zh: T, en: T}
engine: ">=0.1"
languages: [zh, en]
---
object: paper
title: {zh: T, en: T}
display: name
traits: [owned, history]
fields:
  name: {type: text, title: {zh: T, en: T}, required: true}
  scan: {type: file, title: {zh: T, en: T}}
  inside: {type: file, title: {zh: T, en: T}}
  all: {type: files, title: {zh: T, en: T}}
  photo: {type: image, title: {zh: T, en: T}}
  pages: {type: lines, title: {zh: T, en: T}, of: page}
---
object: page
title: {zh: T, en: T}
display: text
parent: paper
fields:
  paper: {type: reference, title: {zh: T, en: T}, to: paper, required: true}
  text: {type: text, title: {zh: T, en: T}, required: true}
  scan: {type: file, title: {zh: T, en: T}}
---
role: clerk
title: {zh: T, en: T}
grants:
  paper: {read: {}, create: {}, update: {scope: own}, fields: {inside: hidden}}
---
role: loner
title: {zh: T, en: T}
grants:
  paper: {read: {scope: own}, create: {}}
"""


@dataclass
class Drawer:
    """The tenant, and its files."""

    house: House
    files: AttachmentService
    folder: Path

    def keep(self, ctx: Context, field: str, name: str = "a.txt", content: bytes = b"hello") -> dict[str, Any]:
        return dict(self.files.keep(ctx, "paper", field, name, BytesIO(content)))

    def read(self, ctx: Context, id: str) -> bytes:
        with self.files.open(ctx, id).stream as stream:
            return stream.read()

    def kept(self) -> list[Path]:
        """Return the files on the disk."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def drawer(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Drawer]:
    """A drawer on SQLite and on PostgreSQL."""
    settings = Settings(home=tmp_path, state_seconds=0.0, synchronous="NORMAL", limits=Limits(upload=MOST))
    house = build_house(database_url, PACK, clock, settings)
    yield Drawer(house, AttachmentService(house.records, settings), tmp_path / "files")
    house.shelf.close()
