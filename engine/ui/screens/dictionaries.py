"""Dictionaries and their items, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.model import DictionaryItem
from engine.records import Book
from engine.ui.desk import Desk
from engine.ui.widgets.base import Cell, Option
from engine.ui.widgets.choices import in_tree_order, is_open

TONES = ("", "gray", "blue", "green", "amber", "red", "violet", "teal")


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """A dictionary in the list."""

    name: str
    title: str
    count: int
    depends_on: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in its dictionary; ``depth`` is its place in the tree."""

    code: str
    cell: Cell
    depth: int
    parent: str
    order: int
    state: str
    open: bool
    own: bool


@dataclass(frozen=True, slots=True)
class DictionaryScreen:
    """A dictionary with all its items."""

    name: str
    title: str
    items: tuple[ItemRow, ...]
    parents: str
    tree: bool


@dataclass(frozen=True, slots=True)
class ItemScreen:
    """An item, or the form for a new one."""

    dictionary: str
    dictionary_title: str
    title: str
    code: str
    titles: tuple[tuple[str, str, str], ...]
    order: str
    tones: tuple[Option, ...]
    parents: tuple[Option, ...]
    parents_title: str
    valid_from: str
    valid_to: str
    successors: tuple[Option, ...]
    active: bool
    is_new: bool
    may_delete: bool
    errors: Mapping[str, str] = field(default_factory=dict)


def build_dictionary(desk: Desk, book: Book) -> DictionaryScreen:
    """Return a dictionary with its items, each branch of a tree under its parent."""
    items = {code: entry.item for code, entry in book.entries.items()}
    above = _parents(desk, book)
    rows = []
    for item, depth in in_tree_order(items):
        kept = book.entries[item.code]
        parent = above.get(item.parent or "")
        rows.append(
            ItemRow(
                item.code,
                Cell("tag" if item.tone else "text", desk.title(item.title), tone=item.tone),
                depth,
                desk.title(parent.title) if parent is not None else "",
                item.order,
                _state(desk, item),
                is_open(item, desk.dates.today),
                not kept.from_pack,
            )
        )
    model = book.model
    own_tree = model.depends_on in (None, model.name)
    parents = "" if own_tree else desk.title(desk.model.dictionaries[model.depends_on or ""].title)
    return DictionaryScreen(model.name, desk.title(model.title), tuple(rows), parents, any(row.depth for row in rows))


def build_item(
    desk: Desk, book: Book, item: DictionaryItem, is_new: bool, entered: Mapping[str, Any], wrong: Sequence[Complaint]
) -> ItemScreen:
    """Return the form of an item; what was entered stands before what is stored."""
    model = book.model
    parents = _parents(desk, book)
    parent = str(entered.get("parent", item.parent) or "")
    successor = str(entered.get("successor", item.successor) or "")
    tone = str(entered.get("tone", item.tone) or "")
    titles = entered.get("title") or item.title.by_language
    own_tree = model.depends_on in (None, model.name)
    above = model if own_tree else desk.model.dictionaries[model.depends_on or ""]
    kept = book.entries.get(item.code)
    return ItemScreen(
        model.name,
        desk.title(model.title),
        desk.title(item.title) or item.code,
        str(entered.get("code", item.code) or ""),
        tuple((code, _language_name(desk, code), str(titles.get(code) or "")) for code in desk.model.languages),
        "" if is_new and "order" not in entered else str(entered.get("order", item.order)),
        tuple(Option(name, desk.say(f"tone.{name or 'none'}"), name == tone, name) for name in TONES),
        (Option("", desk.say("value.none")), *_options(desk, parents, parent, but=item.code if own_tree else "")),
        desk.title(above.title),
        str(entered.get("valid_from", item.valid_from) or ""),
        str(entered.get("valid_to", item.valid_to) or ""),
        (Option("", desk.say("value.none")), *_options(desk, _own(book), successor, but=item.code)),
        bool(entered.get("active", item.active)),
        is_new,
        kept is not None and not kept.from_pack,
        _errors(desk, wrong),
    )


def _own(book: Book) -> Mapping[str, DictionaryItem]:
    return {code: entry.item for code, entry in book.entries.items()}


def _parents(desk: Desk, book: Book) -> Mapping[str, DictionaryItem]:
    depends_on = book.model.depends_on
    return _own(book) if depends_on in (None, book.model.name) else desk.items(depends_on or "")


def _options(desk: Desk, items: Mapping[str, DictionaryItem], chosen: str, but: str) -> tuple[Option, ...]:
    return tuple(
        Option(item.code, "\u3000" * depth + desk.title(item.title), item.code == chosen)
        for item, depth in in_tree_order(items)
        if item.code != but
    )


def _state(desk: Desk, item: DictionaryItem) -> str:
    if not item.active:
        return desk.say("items.off")
    if is_open(item, desk.dates.today):
        return desk.say("items.on")
    return desk.say("items.outside")


def _language_name(desk: Desk, code: str) -> str:
    key = f"language.{code}"
    return desk.say(key) if desk.words.has(key) else code


def _errors(desk: Desk, wrong: Sequence[Complaint]) -> Mapping[str, str]:
    language = desk.words.language
    found: dict[str, str] = {}
    for one in wrong:
        key = one.path.partition(".")[0]
        found[key] = " ".join(filter(None, (found.get(key), one.message(language), one.hint(language))))
    return found
