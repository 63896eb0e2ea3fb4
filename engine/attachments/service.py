"""Uploads for the doors: keep a file for a field, give it out to whoever may read that field there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import quote

from engine.access import Policy
from engine.attachments.names import IMAGES, clean_name, type_of
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Refused, Rejected
from engine.kernel.names import is_record_id, new_record_id
from engine.records import RecordService, Unit
from engine.settings import Settings
from engine.storage.blobs import Blob, Blobs, Readable
from engine.storage.file_rows import FileRow, add_file, digests_among, find_file, forget_unused_files

_BLOCK = 1 << 16
# uploads that no record was saved with for so long are forgotten
UNUSED = timedelta(days=1)
_AT_ONCE = 500
KINDS = frozenset({"file", "files", "image"})


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way out; whoever gets it closes the stream."""

    name: str
    type: str
    size: int
    stream: BinaryIO

    def blocks(self) -> Iterator[bytes]:
        """Yield the content and close the stream behind it."""
        with self.stream:
            while block := self.stream.read(_BLOCK):
                yield block

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers that make of it a download which no browser runs."""
        return {
            "Content-Type": self.type,
            "Content-Length": str(self.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(self.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }


@dataclass(frozen=True, slots=True)
class Received:
    """A content that was stored, and what it is to be noted as."""

    object: str
    field: str
    name: str
    type: str
    size: int
    digest: str

    @property
    def fingerprint(self) -> bytes:
        """Return what two uploads share that are the same upload."""
        return f"{self.object}\x00{self.field}\x00{self.name}\x00{self.digest}".encode()


class AttachmentService:
    """A file belongs to who sent it until a record is saved with it; from then on to the record."""

    def __init__(self, records: RecordService, settings: Settings) -> None:
        self._records = records
        self._most = settings.limits.upload
        self._blobs = Blobs(settings.home / "files")

    def keep(self, ctx: Context, object: str, field: str, name: str, stream: Readable) -> Mapping[str, Any]:
        """Store a file and return what a record takes for it: id, name, size and type."""
        return self.note(ctx, self.receive(ctx, object, field, name, stream))

    def receive(self, ctx: Context, object: str, field: str, name: str, stream: Readable) -> Received:
        """Store the content of a file; nobody knows of it before it is noted."""
        kind = self._require_field(ctx, object, field)
        blob = self._blobs.keep(ctx.tenant, stream, self._most)
        shown = clean_name(name)
        type = type_of(shown, blob.head)
        _require_content(field, kind, shown, type, blob)
        return Received(object, field, shown, type, blob.size, blob.digest)

    def note(self, ctx: Context, received: Received) -> Mapping[str, Any]:
        """Note a file that was received and return what a record takes for it; joins an open transaction."""
        id, one = new_record_id(), received

        def note(unit: Unit) -> None:
            row = FileRow(
                id, one.object, None, one.field, one.name, one.type, one.size, one.digest, unit.now, unit.user
            )
            add_file(unit.session, row)

        self._records.opener.within(ctx, note)
        return {"id": id, "name": one.name, "size": one.size, "type": one.type}

    def sweep(self, ctx: Context) -> tuple[int, int]:
        """Forget uploads that no record was saved with for a day; return how many, and how many contents went too."""
        before = ctx.now() - UNUSED
        rows = self._records.opener.within(ctx, lambda unit: forget_unused_files(unit.session, before))
        moment = before.timestamp()
        contents = 0
        for digests in _batched(self._blobs.old(ctx.tenant, moment)):
            with self._records.opener.reading(ctx) as unit:
                used = digests_among(unit.session, digests)
            contents += sum(self._blobs.remove(ctx.tenant, digest, moment) for digest in digests if digest not in used)
        self._blobs.remove_drafts(ctx.tenant, moment)
        return rows, contents

    def open(self, ctx: Context, id: str) -> Download:
        """Return a file; Missing when there is none or the actor may not know of it."""
        row = self._readable(ctx, id)
        if row is None:
            raise Missing("not_found")
        return Download(row.name, row.type, row.size, self._blobs.open(ctx.tenant, row.digest))

    def _require_field(self, ctx: Context, object: str, field: str) -> str:
        with self._records.opener.reading(ctx) as unit:
            found = unit.model.objects.get(object)
            model = found.fields.get(field) if found is not None else None
            if model is None or model.type not in KINDS or not _may_fill(unit.policy, object, field):
                wrong = Complaint("field", "no_file_field", {"object": object[:60], "field": field[:60]})
                raise Rejected("invalid", [wrong], count=1)
            return model.type

    def _readable(self, ctx: Context, id: str) -> FileRow | None:
        if not is_record_id(id):
            return None
        with self._records.opener.reading(ctx) as unit:
            row = find_file(unit.session, id)
            if row is None:
                return None
            if row.record is None:
                return row if row.created_by == unit.user else None
            found = unit.model.objects.get(row.object)
            if found is None:
                return None
            readable = unit.policy.readable(row.object)
            fields = [name for name, field in found.fields.items() if field.type in KINDS and name in readable]
            if not fields:
                return None
            try:
                record = self._records.get(ctx, row.object, row.record, fields)
            except (Missing, Refused):
                return None
            shown = [value for name, value in record.values.items() if name in fields and name not in record.masked]
            return row if id in _ids(shown) else None


def _may_fill(policy: Policy, object: str, field: str) -> bool:
    if policy.follows(object) and field in policy.line_fields(object):
        return True
    return any(policy.may(object, act) and field in policy.writable(object, act) for act in ("create", "update"))


def _require_content(field: str, kind: str, name: str, type: str, blob: Blob) -> None:
    if not blob.size:
        raise Rejected("invalid", [Complaint(field, "nothing_in_file", {"name": name})], count=1)
    if kind == "image" and type not in IMAGES:
        raise Rejected("invalid", [Complaint(field, "not_an_image", {"name": name})], count=1)


def _batched(digests: Iterator[str]) -> Iterator[list[str]]:
    while several := list(islice(digests, _AT_ONCE)):
        yield several


def _ids(values: list[Any]) -> Iterator[str]:
    for value in values:
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, Mapping):
                yield str(one.get("id"))
