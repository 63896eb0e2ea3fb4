"""Files that were sent for an import and wait for their owner to say what their columns mean."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.kernel.names import is_name, is_record_id, new_record_id

_A_DAY = 86_400
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits. ``path`` is where it lies, ``name`` how its owner calls it."""

    id: str
    object: str
    name: str
    path: Path


class Uploads:
    """The waiting files of all tenants; each is its owner's only, and gone after a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, ctx: Context, object: str, name: str, stream: IO[bytes]) -> Upload:
        """Keep a file that was sent."""
        self._sweep(ctx)
        id = new_record_id()
        place = self._place(ctx) / id
        place.mkdir(parents=True, mode=0o700)
        with (place / "rows").open("wb") as file:
            shutil.copyfileobj(stream, file, _BLOCK)
        told = {"user": ctx.actor.user, "object": object, "name": name[:200]}
        (place / "told.json").write_bytes(orjson.dumps(told))
        return Upload(id, object, told["name"], place / "rows")

    def find(self, ctx: Context, id: str) -> Upload:
        """Return a file of the actor's own."""
        place = self._place(ctx) / id
        if not is_record_id(id) or not (place / "told.json").is_file():
            raise Missing("no_such_page")
        told = orjson.loads((place / "told.json").read_bytes())
        if told["user"] != ctx.actor.user:
            raise Missing("no_such_page")
        return Upload(id, told["object"], told["name"], place / "rows")

    def drop(self, ctx: Context, id: str) -> None:
        """Forget a file."""
        if is_record_id(id):
            shutil.rmtree(self._place(ctx) / id, ignore_errors=True)

    def _place(self, ctx: Context) -> Path:
        if not is_name(ctx.tenant):
            raise Missing("no_such_page")
        return self._folder / ctx.tenant

    def _sweep(self, ctx: Context) -> None:
        oldest = time.time() - _A_DAY
        for place in self._place(ctx).glob("*"):
            if place.stat().st_mtime < oldest:
                shutil.rmtree(place, ignore_errors=True)
