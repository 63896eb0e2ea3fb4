"""Dictionary items: the packs' and the tenant's own; read by everybody, kept by those who hold the grant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Conflict, Missing, Refused, Rejected
from engine.kernel.text import LocalText
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import DictionaryItem, DictionaryModel
from engine.records.dictionary_book import Book, compose
from engine.records.item_input import read_item
from engine.records.opening import Opener
from engine.records.plain import as_json
from engine.records.service import RecordService
from engine.records.unit import Unit
from engine.storage import dictionary_rows
from engine.storage.audit import AuditEntry, append_audit
from engine.storage.fetching import is_used

_CODE = re.compile(r"[0-9A-Za-z_.\-]{1,64}")
_RECORD = 36  # characters that the trail has for what a change is about


class DictionaryService:
    """Reading and keeping dictionary items; shares transactions with the record service."""

    def __init__(self, records: RecordService) -> None:
        self._opener: Opener = records.opener

    def items(self, ctx: Context, name: str) -> Mapping[str, DictionaryItem]:
        """Return every item by its code, inactive ones included, in the order in which they are shown."""
        return {code: entry.item for code, entry in self.book(ctx, name).entries.items()}

    def choosable(
        self, ctx: Context, name: str, parent: str | None = None, day: date | None = None
    ) -> Mapping[str, DictionaryItem]:
        """Return the items that can be chosen on a day, below ``parent`` in a dependent dictionary."""
        found = self.book(ctx, name).choosable(day or ctx.today(), parent)
        return {entry.item.code: entry.item for entry in found}

    def book(self, ctx: Context, name: str) -> Book:
        """Return a dictionary as it stands."""
        with self._opener.reading(ctx) as unit:
            return _book(unit, name)

    def save_item(self, ctx: Context, name: str, given: Mapping[str, Any]) -> DictionaryItem:
        """Add an item, or change the keys that are sent of the one with this code."""
        return self._opener.within(ctx, lambda unit: _save(unit, name, given))

    def deactivate(self, ctx: Context, name: str, code: str, successor: str | None = None) -> DictionaryItem:
        """Let an item be chosen no longer; records that have it keep it."""
        given: dict[str, Any] = {"code": code, "active": False}
        if successor is not None:
            given["successor"] = successor
        return self.save_item(ctx, name, given)

    def remove_item(self, ctx: Context, name: str, code: str) -> None:
        """Delete an item of the tenant that nothing uses; Conflict otherwise."""
        self._opener.within(ctx, lambda unit: _remove(unit, name, code))

    def in_use(self, ctx: Context, name: str, code: str) -> bool:
        """Tell whether any field of any object holds an item."""
        with self._opener.reading(ctx) as unit:
            return _in_use(unit, _book(unit, name).model, code)


def _book(unit: Unit, name: str) -> Book:
    if name not in unit.books:
        raise Missing("unknown_dictionary", dictionary=name, guess=guess(name, unit.books))
    return unit.books[name]


def _open_book(unit: Unit, name: str) -> Book:
    book = _book(unit, name)
    if not book.model.open:
        raise Conflict("dictionary_closed", name=name)
    if not unit.policy.may_edit_dictionary(name):
        raise Refused("not_allowed", object=name, action="update")
    return book


def _save(unit: Unit, name: str, given: Mapping[str, Any]) -> DictionaryItem:
    book = _open_book(unit, name)
    code = given.get("code")
    if not isinstance(code, str):
        raise Rejected("invalid", [Complaint("code", "required")], count=1)
    known = book.entries.get(code)
    before = known.item if known else None
    item, complaints = read_item(before or DictionaryItem(code, LocalText()), given)
    if before is None and not _CODE.fullmatch(code):
        complaints.append(Complaint("code", "bad_item_code", {"code": code[:80]}))
    complaints += _check(book, item, unit)
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    if before is None and known is None and not given.keys() & {"order"}:
        item = replace(item, order=max((entry.item.order for entry in book.entries.values()), default=0) + 1)
    dictionary_rows.save_item(unit.session, name, item, unit.now, unit.user)
    _note(unit, name, before, item)
    return item


def _remove(unit: Unit, name: str, code: str) -> None:
    book = _open_book(unit, name)
    entry = book.entries.get(code)
    if entry is None:
        raise Missing("item_missing", code=code)
    if _in_use(unit, book.model, code):
        raise Conflict("item_in_use", code=code)
    if book.below(code) and book.model.depends_on in (None, name):
        raise Conflict("item_below", code=code)
    if any(_is_parent(unit, other, name, code) for other in unit.model.dictionaries.values()):
        raise Conflict("item_below", code=code)
    if entry.from_pack:
        raise Conflict("item_from_pack", code=code)
    dictionary_rows.remove_item(unit.session, name, code)
    _note(unit, name, entry.item, None)


def _check(book: Book, item: DictionaryItem, unit: Unit) -> list[Complaint]:
    found: list[Complaint] = []
    if not item.title:
        found.append(Complaint("title", "label_missing"))
    if item.valid_from and item.valid_to and item.valid_from > item.valid_to:
        found.append(Complaint("valid_to", "item_dates"))
    if item.parent is not None:
        found += _check_parent(book, item, unit)
    if item.successor is not None and (item.successor not in book.entries or item.successor == item.code):
        found.append(
            Complaint("successor", "unknown_item", {"dictionary": book.model.name, "item": item.successor, "guess": ""})
        )
    return found


def _check_parent(book: Book, item: DictionaryItem, unit: Unit) -> list[Complaint]:
    own = book.model.depends_on in (None, book.model.name)
    parents = book if own else unit.books[book.model.depends_on or ""]
    if item.parent not in parents.entries:
        return [Complaint("parent", "unknown_parent_item", {"code": item.parent})]
    if own:
        others = {code: entry.item for code, entry in book.entries.items()}
        grown = compose(book.model, [*others.values(), item])
        if item.code == item.parent or item.code in grown.ancestors(item.code):
            return [Complaint("parent", "item_circle")]
    return []


def _in_use(unit: Unit, model: DictionaryModel, code: str) -> bool:
    for object in unit.model.objects.values():
        for field in object.fields.values():
            if field.dictionary == model.name and field.stored:
                several = field.type == "choices"
                if is_used(unit.session, unit.catalog, object.name, field.name, code, several=several):
                    return True
    return False


def _is_parent(unit: Unit, other: DictionaryModel, name: str, code: str) -> bool:
    return other.depends_on == name and other.name != name and bool(unit.books[other.name].below(code))


def _note(unit: Unit, name: str, before: DictionaryItem | None, after: DictionaryItem | None) -> None:
    """Keep the trail, and tell every process that dictionaries changed."""
    old, new = _told(before), _told(after)
    changes = {key: [old.get(key), new.get(key)] for key in {**old, **new} if old.get(key) != new.get(key)}
    action = "create" if before is None else "delete" if after is None else "update"
    code = (after or before or DictionaryItem("", LocalText())).code
    entry = AuditEntry(
        unit.now, unit.user, f"dictionary.{name}", code[:_RECORD], 1, action, changes, unit.ctx.request_id[:100]
    )
    append_audit(unit.session, entry)
    unit.facts_changed()


def _told(item: DictionaryItem | None) -> dict[str, Any]:
    if item is None:
        return {}
    keys = ("code", "order", "tone", "active", "parent", "valid_from", "valid_to", "successor")
    told: dict[str, Any] = {key: as_json(getattr(item, key)) for key in keys}
    return {**told, "title": dict(item.title.by_language)}
