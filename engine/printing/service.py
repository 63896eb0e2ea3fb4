"""Printing for the doors: which formats a record offers to whom, its document, and what one being written makes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote, unquote

from engine.kernel.context import Context
from engine.kernel.errors import Missing, Refused, TesseraError
from engine.kernel.names import RecordRef, is_record_id
from engine.metamodel import print_of_body
from engine.metamodel.model import PrintModel
from engine.printing.bars import bars_svg
from engine.printing.facts import facts_of
from engine.printing.press import Pictures, Press
from engine.printing.sheet import document, sources_of
from engine.records import Record, RecordService, Unit
from engine.records.trail import note_act
from engine.storage.fetching import Want, fetch

MOST_PICTURE = 5 * 1024 * 1024
_PICTURE = re.compile(r'src="tessera-(file|bars):([^"]{1,400})"')
_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class File(Protocol):
    """A file that belongs to a record."""

    @property
    def type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def stream(self) -> BinaryIO: ...


class Files(Protocol):
    """Gives out files to whoever may read them."""

    def open(self, ctx: Context, id: str) -> File:
        """Return a file; Missing when the actor may not know of it."""
        ...


class Templates(Protocol):
    """Renders templates in the sandbox."""

    def render(self, sources: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, str]:
        """Return the texts by name; the one called ``html`` is escaped."""
        ...


@dataclass(frozen=True, slots=True)
class Printed:
    """A document on its way out."""

    name: str
    pdf: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers with which a browser shows it."""
        return {
            "Content-Type": "application/pdf",
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(self.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        }


class PrintService:
    """One for a process. Every verb asks the permission ``print`` of the record, and prints what its reader sees."""

    def __init__(self, records: RecordService, templates: Templates, files: Files, press: Press) -> None:
        self._records = records
        self._templates = templates
        self._files = files
        self._press = press

    def offered(self, ctx: Context, object: str, id: str) -> tuple[PrintModel, ...]:
        """Return the formats of a record that the actor may use now."""
        with self._records.opener.reading(ctx) as unit:
            formats = [one for one in unit.model.prints.values() if one.object == object]
            if not formats or not unit.policy.may(object, "print"):
                return ()
            if "print" not in self._records.get(ctx, object, id, ("id",)).allowed:
                return ()
            return tuple(_offered(unit, formats, id))

    def pdf(self, ctx: Context, object: str, id: str, name: str, language: str | None = None) -> Printed:
        """Return the document of a record; that it was printed is kept in its history."""
        with self._records.opener.reading(ctx) as unit:
            format, record = self._allowed(ctx, unit, object, id, name)
        ctx = in_language(ctx, language, format)
        title = f"{format.title.in_language(ctx.language)} {_title(record, unit, ctx.language)}"
        made = Printed(_file_name(title), self._press.pdf(self._html(ctx, format, id, title)))
        if not ctx.read_only:
            self._records.opener.within(ctx, lambda unit: _note(unit, record, name))
        return made

    def html(self, ctx: Context, object: str, id: str, name: str, language: str | None = None) -> str:
        """Return the document of a record before it is set."""
        with self._records.opener.reading(ctx) as unit:
            format, record = self._allowed(ctx, unit, object, id, name)
        return self._html(in_language(ctx, language, format), format, id, _title(record, unit, ctx.language))

    def drafted(self, ctx: Context, name: str, body: Mapping[str, Any]) -> PrintModel:
        """Compile a format that is being written. Raises BadDefinition with everything that is wrong with it."""
        with self._records.opener.reading(ctx) as unit:
            if not unit.policy.everything:
                raise Refused("print_not_yours")
            return print_of_body(name, body, unit.model)

    def pictures(self, ctx: Context, format: PrintModel, id: str, most: int = 3) -> Pictures:
        """Return what a format, in use or being written, makes of a record that the actor may read."""
        return self._press.pictures(self._html(ctx, format, id, format.name), most)

    def _allowed(self, ctx: Context, unit: Unit, object: str, id: str, name: str) -> tuple[PrintModel, Record]:
        unit.require_object(object)
        unit.policy.require(object, "print")
        readable = unit.policy.readable(object)
        found = unit.model.objects[object]
        fields = tuple(name for name in (found.display, *found.names.values()) if name in readable)
        record = self._records.get(ctx, object, id, fields or ("id",))
        if "print" not in record.allowed:
            raise Refused("not_allowed", object=object, action="print")
        format = unit.model.prints.get(name)
        if format is None or format.object != object or not list(_offered(unit, [format], id)):
            raise Missing("no_such_print", print=name[:60])
        return format, record

    def _html(self, ctx: Context, format: PrintModel, id: str, title: str) -> str:
        facts = facts_of(self._records, ctx, format, id)
        texts = self._templates.render(sources_of(format, ctx.language), facts)
        made = document(format, ctx.language, title, texts)
        return _PICTURE.sub(lambda found: f'src="{self._picture(ctx, found[1], unquote(found[2]))}"', made)

    def _picture(self, ctx: Context, kind: str, told: str) -> str:
        if kind == "bars":
            text = told if told.isascii() and told.isprintable() else ""
            return _data("image/svg+xml", bars_svg(text).encode())
        if not is_record_id(told):
            return "data:,"
        try:
            file = self._files.open(ctx, told)
        except TesseraError:
            return "data:,"  # not for this reader
        with file.stream as stream:
            fits = file.type in _TYPES and file.size <= MOST_PICTURE
            return _data(file.type, stream.read()) if fits else "data:,"


def in_language(ctx: Context, language: str | None, format: PrintModel) -> Context:
    """Return the context in the language that was asked for, where the format speaks it."""
    return ctx if language is None or language not in format.body.by_language else replace(ctx, language=language)


def _offered(unit: Unit, formats: list[PrintModel], id: str) -> Iterator[PrintModel]:
    for format in formats:
        if format.when is None:
            yield format
            continue
        paths = tuple(path[1:] for path in format.when.reads if path[0] == "record" and len(path) > 1)
        trees = fetch(unit.session, unit.catalog, Want(format.object, paths or (("id",),)), [id])
        unit.run.restart()
        if trees and format.when.evaluate(unit.around(trees[0]), unit.run) is True:
            yield format


def _note(unit: Unit, record: Record, name: str) -> None:
    note_act(unit, RecordRef(record.object, record.id), record.version, f"print:{name}", "printed")


def _title(record: Record, unit: Unit, language: str) -> str:
    found = unit.model.objects[record.object].title_of(record.values, language)
    return found if isinstance(found, str) and found else record.id[-8:]


def _file_name(title: str) -> str:
    return re.sub(r'[\s/\\:*?"<>|\x00-\x1f]+', " ", title).strip()[:120] + ".pdf"


def _data(type: str, raw: bytes) -> str:
    return f"data:{type};base64,{base64.b64encode(raw).decode('ascii')}"
