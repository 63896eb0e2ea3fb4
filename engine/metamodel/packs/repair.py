"""Takes the parts with a wrong shape out of a document, so that the rest of a pack can still be checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from engine.metamodel.definitions import Document, Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.packs.shape import faults, has_shape

_MOST_ROUNDS = 8


def repaired(document: Document) -> tuple[Document | None, frozenset[str]]:
    """Return what is left of a document, None when too little is, and the names that went with the rest."""
    lost: set[str] = set()
    left = document
    for _ in range(_MOST_ROUNDS):
        if has_shape(left):
            return left, frozenset(lost)
        gone = faults(left)
        if () in gone:
            break
        node = Node(left.body, left.place)
        lost.update(_names_at(node, gone))
        node = _without(node, gone)
        left = Document(left.kind, left.id, node.value, node.place)
    return None, frozenset({document.id, *_names(document.body)})


def _without(node: Node, gone: Collection[Path]) -> Node:
    if isinstance(node.value, dict):
        parts = {key: _without(part, gone) for key, part in node.items() if part.path not in gone}
        places: dict[str | int, Place] = {key: part.place for key, part in parts.items()}
        return Node({key: part.value for key, part in parts.items()}, node.place._replace(children=places), node.path)
    if isinstance(node.value, list):
        kept = [_without(part, gone) for part in node.elements() if part.path not in gone]
        return Node(
            [part.value for part in kept],
            node.place._replace(children={index: part.place for index, part in enumerate(kept)}),
            node.path,
        )
    return node


def _names_at(node: Node, gone: Collection[Path]) -> Iterator[str]:
    for path in gone:
        part = node
        for key in path:
            part = part.get(key)
        yield str(path[-1])
        yield from _names(part.value)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)
    elif isinstance(value, str):
        yield value
