"""Files on their way into an import, between the page that takes them and the one that starts it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.kernel.names import is_record_id, new_record_id

KEPT_SECONDS = 24 * 3600
_UNSAFE = re.compile(r"[^\w.\- ()（）]+")


class Uploads:
    """Keeps a user's files for a day. A file is known by an id and belongs to who sent it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, ctx: Context, name: str, blocks: Iterable[bytes]) -> str:
        """Write a file and return its id. The name is for people; nothing of it becomes a path."""
        own = self._own(ctx)
        self._forget_old(own)
        id = new_record_id()
        place = own / id
        place.mkdir(parents=True)
        with (place / _plain(name)).open("wb") as stream:
            for block in blocks:
                stream.write(block)
        return id

    def find(self, ctx: Context, id: str) -> Path:
        """Return where the file is; Missing when the actor has no such file."""
        place = self._own(ctx) / id
        if not is_record_id(id) or not place.is_dir():
            raise Missing("no_such_file", name=id)
        return next(place.iterdir())

    def drop(self, ctx: Context, id: str) -> None:
        """Remove a file."""
        if is_record_id(id):
            shutil.rmtree(self._own(ctx) / id, ignore_errors=True)

    def _own(self, ctx: Context) -> Path:
        # both names come from the engine, never from a request
        return self._folder / ctx.tenant / "uploads" / ctx.actor.user

    def _forget_old(self, own: Path) -> None:
        if not own.is_dir():
            return
        for place in own.iterdir():
            if time.time() - place.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(place, ignore_errors=True)


def _plain(name: str) -> str:
    return _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).lstrip(".")[:100] or "file"
