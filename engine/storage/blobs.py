"""Contents of files on the local disk, each kept once per tenant under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from engine.kernel.errors import LimitExceeded, Missing, Unavailable

_BLOCK = 1 << 16
_HEAD = 4096
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Readable(Protocol):
    """Something that gives bytes until it is empty."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Blob:
    """A content that is kept: its hash, its length, and its first bytes."""

    digest: str
    size: int
    head: bytes


class Blobs:
    """A store below one folder. Paths are made of the tenant and hashes alone, never of what a client sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, tenant: str, stream: Readable, most: int) -> Blob:
        """Write what the stream gives and return what it was; LimitExceeded as soon as it is more than ``most``."""
        own = self._inside(tenant)
        draft = own / f".{secrets.token_hex(16)}"
        try:
            own.mkdir(parents=True, exist_ok=True)
            blob = _write(draft, stream, most)
            place = self._place(tenant, blob.digest)
            if _renewed(place):
                return blob
            place.parent.mkdir(exist_ok=True)
            draft.replace(place)
            _sync_folder(place.parent)
            return blob
        except OSError as error:
            raise Unavailable("storage_unavailable") from error
        finally:
            draft.unlink(missing_ok=True)

    def open(self, tenant: str, digest: str) -> BinaryIO:
        """Return a content for reading, which the caller closes; Missing when it is not here."""
        try:
            return self._place(tenant, digest).open("rb")
        except FileNotFoundError:
            raise Missing("not_found") from None

    def old(self, tenant: str, before: float) -> Iterator[str]:
        """Yield the hashes of contents that were last sent before a moment (seconds of the epoch)."""
        for place in self._inside(tenant).glob("[0-9a-f][0-9a-f]/*"):
            if _DIGEST.fullmatch(place.name) and place.stat().st_mtime < before:
                yield place.name

    def remove(self, tenant: str, digest: str, before: float) -> bool:
        """Remove a content that nobody has sent again since ``before``; tell whether it is gone."""
        place = self._place(tenant, digest)
        aside = place.with_name(f".{secrets.token_hex(16)}")
        try:
            place.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before:
            aside.replace(place)  # somebody sent it while we looked
            return False
        aside.unlink()
        return True

    def remove_drafts(self, tenant: str, before: float) -> None:
        """Remove what uploads left that were cut off before a moment."""
        for draft in [*self._inside(tenant).glob(".*"), *self._inside(tenant).glob("[0-9a-f][0-9a-f]/.*")]:
            if draft.stat().st_mtime < before:
                draft.unlink(missing_ok=True)

    def _place(self, tenant: str, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise Missing("not_found")
        return self._inside(tenant) / digest[:2] / digest

    def _inside(self, tenant: str) -> Path:
        root = self._folder.resolve()
        place = (root / tenant).resolve()
        if place.parent != root:
            raise Missing("not_found")
        return place


def _renewed(place: Path) -> bool:
    """Tell whether a content is here already; from now on it counts as sent just now, so that nobody removes it."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, stream: Readable, most: int) -> Blob:
    hashed = hashlib.sha256()
    size, head = 0, b""
    with path.open("xb") as file:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise LimitExceeded("upload", f"> {most}", most, 413)
            if len(head) < _HEAD:
                head += block[: _HEAD - len(head)]
            hashed.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return Blob(hashed.hexdigest(), size, head)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
