"""The dictionaries of a tenant, and the form of a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.metamodel.layers.edits import Edit
from engine.ui.screens.custom.shop import Bar, Shop, free_name, name_from
from engine.ui.widgets.base import Option

_MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class DictionaryLine:
    """A dictionary: ``open``: its items are kept by users; ``there``: it is active already, so that it has items."""

    name: str
    title: str
    items: int
    used: str
    open: bool
    there: bool
    origin: str
    mark: str


@dataclass(frozen=True, slots=True)
class DictionariesScreen:
    """All dictionaries."""

    bar: Bar
    rows: tuple[DictionaryLine, ...]


@dataclass(frozen=True, slots=True)
class NewDictionaryScreen:
    """The form of a new dictionary."""

    bar: Bar
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]
    above: tuple[Option, ...]


def build_dictionaries(shop: Shop) -> DictionariesScreen:
    """Return all dictionaries with the fields that use them."""
    used: dict[str, list[str]] = {}
    for document in shop.of_kind("object"):
        for name, field in document.body.get("fields", {}).items():
            if field.get("type") in ("choice", "choices") and field.get("of"):
                words = f"{shop.titled('object', document.id)} › {shop.title(field.get('title'), name)}"
                used.setdefault(str(field["of"]), []).append(words)
    rows = [_line(shop, one.id, one.body, used.get(one.id, [])) for one in shop.of_kind("dictionary")]
    rows.sort(key=lambda row: (row.mark != "new", row.title))
    return DictionariesScreen(shop.bar("dictionaries"), tuple(rows))


def build_new_dictionary(
    shop: Shop, given: Mapping[str, str] | None = None, wrong: Sequence[Complaint] = ()
) -> NewDictionaryScreen:
    """Return the form of a new dictionary."""
    values = {**dict.fromkeys(("title.zh", "title.en", "name", "items", "depends_on"), ""), **(given or {})}
    language = shop.desk.words.language
    errors = {one.path: one.message(language) for one in wrong if one.path in values}
    problems = tuple(shop.said(one) for one in wrong if one.path not in values)
    above = (
        Option("", shop.desk.say("custom.no_parent"), not values["depends_on"]),
        *(
            Option(one.id, shop.titled("dictionary", one.id), one.id == values["depends_on"])
            for one in shop.of_kind("dictionary")
        ),
    )
    return NewDictionaryScreen(shop.bar("dictionaries"), values, errors, problems, above)


def dictionary_edits(shop: Shop, name: str, given: Mapping[str, str]) -> tuple[Edit, ...]:
    """Return what a posted form means: a new dictionary, or one that users may add items to from now on."""
    if name:
        if shop.found("dictionary", name) is None:
            raise Missing("no_such_page")
        return (Edit("set", "dictionary", name, ("open",), True),)
    zh, en = given.get("title.zh", ""), given.get("title.en", "")
    if not (zh or en):
        raise Rejected("invalid", [Complaint("title.zh", "required")], count=1)
    taken = {one.id: one for one in shop.of_kind("dictionary")}
    made: dict[str, Any] = {"title": {"zh": zh or en, "en": en or zh}, "open": True}
    if given.get("depends_on"):
        made["depends_on"] = given["depends_on"]
    items = items_of(given.get("items", ""))
    if items:
        made["items"] = items
    wish = given.get("name") or free_name(name_from(en), taken, "own_dictionary")
    return (Edit("insert", "dictionary", wish, (), made),)


def items_of(text: str) -> dict[str, Any]:
    """Return items out of lines: a title each; a code before a sign of equality where one is wanted."""
    found: dict[str, Any] = {}
    for line in text.splitlines()[:_MOST_ITEMS]:
        code, sign, title = (part.strip() for part in line.partition("="))
        if not sign:
            code, title = "", code
        if title:
            found[code or free_name(name_from(title), found, "item_1")] = {"zh": title, "en": title}
    return found


def _line(shop: Shop, name: str, body: Mapping[str, Any], used: Sequence[str]) -> DictionaryLine:
    known = shop.desk.model.dictionaries.get(name)
    count = len(shop.desk.items(name)) if known is not None else len(body.get("items", {}))
    told = shop.desk.say("value.joint").join(used[:3]) + ("…" if len(used) > 3 else "")
    opened = body.get("open") is True
    there = known is not None and known.open
    origin = shop.origin("dictionary", name)
    return DictionaryLine(
        name, shop.titled("dictionary", name), count, told, opened, there, origin, shop.mark("dictionary", name)
    )
