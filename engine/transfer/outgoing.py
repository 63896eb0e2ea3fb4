"""What a value looks like in an exported cell: for people by labels, for machines by codes and keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from engine.metamodel import TenantModel
from engine.metamodel.model import FieldModel
from engine.records.dictionary_book import Book
from engine.storage import Reference
from engine.transfer.files.writing import OutCell
from engine.transfer.headers import reference_keys

Style = Literal["labels", "codes"]
_BETWEEN = "; "
_YES = {"zh": ("是", "否")}
_ADDRESS = ("country", "province", "city", "district", "street", "postcode")


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column of an export: what is read for it, its heading, and how a value becomes a cell."""

    path: str
    heading: str
    cell: Callable[[Any], OutCell]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Knows how the values of a tenant leave it."""

    model: TenantModel
    books: Mapping[str, Book]
    language: str
    zone: ZoneInfo
    style: Style = "labels"

    def column(self, object: str, path: str) -> OutColumn | None:
        """Return the column for a field or a path; None for what no cell can hold."""
        steps = path.split(".")
        one = field_at(self.model, object, steps)
        if one is None or one.type in ("lines", "secret", "file", "files", "image"):
            return None
        read = path
        if self.style == "codes" and one.type in ("reference", "department"):
            keys = reference_keys(self.model, one)
            read = f"{path}.{keys[0]}" if keys else path
        return OutColumn(read, self._heading(object, steps), self._writer(one))

    def _heading(self, object: str, steps: list[str]) -> str:
        if self.style == "codes":
            return ".".join(steps)
        titles = []
        for end in range(1, len(steps) + 1):
            one = field_at(self.model, object, steps[:end])
            titles.append(one.title.in_language(self.language) if one is not None else steps[end - 1])
        return ".".join(titles)

    def _writer(self, one: FieldModel) -> Callable[[Any], OutCell]:
        def write(value: Any) -> OutCell:
            return None if value is None else self._cell(one, value)

        return write

    def _cell(self, one: FieldModel, value: Any) -> OutCell:
        if isinstance(value, bool):
            return value if self.style == "codes" else _yes_no(value, self.language)
        if one.type == "choice":
            return self._item(one, str(value))
        if isinstance(value, Reference):
            return value.title if value.title is not None else value.id
        if isinstance(value, datetime):
            return value.astimezone(self.zone) if value.tzinfo else value
        if isinstance(value, list | tuple):
            return _BETWEEN.join(self._part(one, entry) for entry in value)
        if isinstance(value, Mapping):
            return self._mapping(one, value)
        if isinstance(value, timedelta):
            return f"PT{int(value.total_seconds())}S"
        if isinstance(value, str | int | Decimal | date | time):
            return value
        return str(value)

    def _part(self, one: FieldModel, entry: Any) -> str:
        if isinstance(entry, Reference):
            return entry.title or entry.id
        if isinstance(entry, Mapping):
            return str(entry.get("title") or entry.get("name") or entry.get("id") or "")
        return self._item(one, str(entry)) if one.type == "choices" else str(entry)

    def _item(self, one: FieldModel, code: str) -> str:
        book = self.books.get(one.dictionary or "")
        entry = book.entries.get(code) if book is not None else None
        if self.style == "codes" or entry is None:
            return code
        return entry.item.title.in_language(self.language) or code

    def _mapping(self, one: FieldModel, value: Mapping[str, Any]) -> str:
        if one.type == "address" and self.style == "labels":
            parts = [str(value[part]) for part in _ADDRESS if value.get(part)]
            return ("" if self.language == "zh" else ", ").join(parts)
        return orjson.dumps(dict(value), default=str).decode()


def field_at(model: TenantModel, object: str, steps: list[str]) -> FieldModel | None:
    """Return the field at the end of a path over references, or None."""
    found: FieldModel | None = None
    at: str | None = object
    for step in steps:
        owner = model.objects.get(at or "")
        found = owner.fields.get(step) if owner is not None else None
        if found is None:
            return None
        at = found.targets[0] if found.references else None
    return found


def _yes_no(value: bool, language: str) -> str:
    yes, no = _YES.get(language, ("yes", "no"))
    return yes if value else no
