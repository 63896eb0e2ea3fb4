"""Dictionaries: items, their tree and the dates between which they hold."""

from __future__ import annotations

from datetime import date

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.definitions.layer import text_of
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import DictionaryItem, DictionaryModel

_KEYS = ("title", "order", "tone", "active", "parent", "valid_from", "valid_to", "successor")


def compile_dictionaries(bench: Bench) -> None:
    """Build every dictionary."""
    for merged in bench.documents("dictionary"):
        bench.dictionaries[merged.document.id] = _dictionary(merged, bench)
    for merged in bench.documents("dictionary"):
        _check_links(merged, bench)


def _dictionary(merged: MergedDocument, bench: Bench) -> DictionaryModel:
    node, name = merged.node, merged.document.id
    items = {code: _item(code, item, bench) for code, item in node.get("items").items()}
    return DictionaryModel(
        name=name,
        title=node.label("title"),
        items=items,
        open=node.flag("open"),
        depends_on=node.maybe("depends_on"),
        layer=merged.layer,
    )


def _item(code: str, node: Node, bench: Bench) -> DictionaryItem:
    if not isinstance(node.value, dict) or not any(key in node.value for key in _KEYS):
        return DictionaryItem(code, text_of(node.value))
    for key, part in node.items():
        if key not in _KEYS:
            bench.findings.add("unknown_key", part.key_span, key=key, where=code, guess=guess(key, _KEYS))
    if not node.has("title"):
        bench.findings.add("missing_key", node.key_span, key="title", where=code)
    item = DictionaryItem(
        code=code,
        title=node.label("title"),
        order=node.number("order", 0),
        tone=node.text("tone"),
        active=node.get("active").value is not False,
        parent=node.maybe("parent"),
        valid_from=_date(node.get("valid_from"), bench),
        valid_to=_date(node.get("valid_to"), bench),
        successor=node.maybe("successor"),
    )
    if item.valid_from and item.valid_to and item.valid_to < item.valid_from:
        bench.complain("ends_before_it_begins", node.get("valid_to"), begin=item.valid_from, end=item.valid_to)
    return item


def _date(node: Node, bench: Bench) -> date | None:
    if node.value is None:
        return None
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        bench.complain("bad_literal", node, value=node.value, type="date")
        return None


def _check_links(merged: MergedDocument, bench: Bench) -> None:
    node, dictionary = merged.node, bench.dictionaries[merged.document.id]
    parents = dictionary
    if dictionary.depends_on:
        found = bench.dictionaries.get(dictionary.depends_on)
        if found is None:
            name = dictionary.depends_on
            bench.unknown("dictionary", node.get("depends_on"), name, bench.dictionaries)
        parents = found or dictionary
    for code, item in dictionary.items.items():
        part = node.get("items").get(code)
        if item.parent is not None and item.parent not in parents.items and not parents.open:
            bench.unknown("item", part.get("parent"), item.parent, parents.items, dictionary=parents.name)
        if item.successor is not None and item.successor not in dictionary.items:
            bench.unknown("item", part.get("successor"), item.successor, dictionary.items, dictionary=dictionary.name)
    for key in ("parent", "successor"):
        if key == "parent" and parents is not dictionary:
            continue
        _check_circle(node, dictionary, key, bench)


def _check_circle(node: Node, dictionary: DictionaryModel, key: str, bench: Bench) -> None:
    cleared: set[str] = set()
    for code in dictionary.items:
        walked: dict[str, None] = {}
        at: str | None = code
        while at is not None and at not in cleared and at in dictionary.items:
            if at in walked:
                steps = list(walked)
                circle = [*steps[steps.index(at) :], at]
                bench.complain("circle", node.get("items").get(at).get(key), path=" -> ".join(circle))
                break
            walked[at] = None
            at = getattr(dictionary.items[at], key)
        cleared.update(walked)
