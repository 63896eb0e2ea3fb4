"""set, insert, remove: the only words with which an upper layer changes a definition of a lower one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import Schema, is_keyed, is_label, part
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers.wishes import name_of


@dataclass(slots=True)
class Change:
    """What one ``change`` document does; it notes each path that it touches and complains where it cannot."""

    findings: Findings
    touch: Callable[[Path, Place, bool], bool]
    touched: list[Path] = field(default_factory=list)

    def allowed(self, path: Path, place: Place, *, whole: bool = False) -> bool:
        """Note that ``path`` is touched; ``whole`` when what stood there goes. False when it is locked."""
        if not self.touch(path, place, whole):
            return False
        self.touched.append(path)
        return True


def set_keys(old: Node, new: Node, schema: Schema, change: Change) -> Node:
    """Return ``old`` with the keys of ``new`` set; keys that are not mentioned stay."""
    value = old.value
    if is_label(schema) and isinstance(value, str) and isinstance(new.value, dict):
        value = {"en": value, "zh": value}
    if not isinstance(value, dict) or not isinstance(new.value, dict):
        return _replaced(old, new) if change.allowed(old.path, new.place, whole=True) else old
    edited = _Map(Node(value, old.place, old.path))
    for key, wish in new.items():
        below = Node(value.get(key), old.place.child(key), (*old.path, key))
        if key in value:
            edited.put(key, set_keys(below, wish, part(schema, key), change))
        elif is_keyed(schema):
            change.findings.add("not_there_to_set", wish.key_span, key=key, guess=guess(key, value))
        elif change.allowed(below.path, wish.place):
            edited.put(key, wish)
    return edited.node


def insert_keys(old: Node, new: Node, schema: Schema, change: Change) -> Node:
    """Return ``old`` with what is new in ``new`` put in, behind or before the neighbour it names."""
    if isinstance(old.value, list) and isinstance(new.value, list):
        return _insert_elements(old, new, change)
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        change.findings.add("already_there", new.key_span, key=old.path[-1] if old.path else "")
        return old
    edited = _Map(old)
    for key, wish in new.items():
        below = Node(old.value.get(key), old.place.child(key), (*old.path, key))
        if key in old.value:
            edited.put(key, insert_keys(below, wish, part(schema, key), change))
        elif change.allowed(below.path, wish.place):
            newcomer = _Newcomer.of(wish)
            edited.put(key, newcomer.node, newcomer.index(list(edited.values), change))
    return edited.node


def remove_keys(old: Node, gone: Node, change: Change) -> Node:
    """Return ``old`` without the keys or elements that ``gone`` names."""
    if isinstance(gone.value, list):
        return _remove_elements(old, gone, change) if isinstance(old.value, list) else _remove_named(old, gone, change)
    if not isinstance(gone.value, dict):
        change.findings.add("bad_removal", gone.span)
        return old
    edited = _Map(old)
    for key, inner in gone.items():
        if key in edited.values:
            edited.put(key, remove_keys(old.get(key), inner, change))
        else:
            change.findings.add("not_there_to_remove", inner.key_span, key=key, guess=guess(key, edited.values))
    return edited.node


def _remove_named(old: Node, gone: Node, change: Change) -> Node:
    edited = _Map(old)
    for name in gone.elements():
        if not isinstance(name.value, str) or name.value not in edited.values:
            near = guess(str(name.value), edited.values)
            change.findings.add("not_there_to_remove", name.span, key=name.value, guess=near)
        elif change.allowed((*old.path, name.value), name.place, whole=True):
            edited.drop(name.value)
    return edited.node


def _remove_elements(old: Node, gone: Node, change: Change) -> Node:
    kept = list(old.elements())
    for name in gone.elements():
        left = [element for element in kept if name.value not in (element.value, name_of(element.value))]
        if len(left) == len(kept):
            near = guess(str(name.value), [name_of(element.value) for element in kept])
            change.findings.add("not_there_to_remove", name.span, key=name.value, guess=near)
        elif change.allowed((*old.path, name_of(name.value)), name.place, whole=True):
            kept = left
    return _list_of(kept, old)


def _insert_elements(old: Node, new: Node, change: Change) -> Node:
    found = list(old.elements())
    for element in new.elements():
        newcomer = _Newcomer.of(element)
        name, names = name_of(newcomer.node.value), [name_of(one.value) for one in found]
        if name in names:
            change.findings.add("already_there", element.span, key=name)
        elif change.allowed((*old.path, name), element.place):
            found.insert(newcomer.index(names, change), newcomer.node)
    return _list_of(found, old)


def _replaced(old: Node, new: Node) -> Node:
    return Node(new.value, new.place, old.path)


def _list_of(elements: Iterable[Node], old: Node) -> Node:
    found = list(elements)
    children: dict[str | int, Place] = {index: element.place for index, element in enumerate(found)}
    return Node([element.value for element in found], old.place._replace(children=children), old.path)


class _Map:
    """A copy of a mapping that is being edited, values and places side by side."""

    def __init__(self, node: Node) -> None:
        self._old = node
        self.values: dict[str, Any] = dict(node.value) if isinstance(node.value, dict) else {}
        self.places: dict[str | int, Place] = dict(node.place.children or {})

    def put(self, key: str, node: Node, index: int | None = None) -> None:
        self.places[key] = node.place
        if index is None or key in self.values:
            self.values[key] = node.value
            return
        if index == len(self.values):
            self.values[key] = node.value
            return
        pairs = list(self.values.items())
        pairs.insert(index, (key, node.value))
        self.values = dict(pairs)

    def drop(self, key: str) -> None:
        del self.values[key]
        self.places.pop(key, None)

    @property
    def node(self) -> Node:
        return Node(self.values, self._old.place._replace(children=self.places), self._old.path)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """What is inserted, and the neighbour beside which it wants to stand."""

    node: Node
    neighbour: str | None = None
    behind: int = 0

    @classmethod
    def of(cls, node: Node) -> _Newcomer:
        for word, behind in (("after", 1), ("before", 0)):
            if isinstance(node.value, dict) and isinstance(node.value.get(word), str):
                rest = _Map(node)
                neighbour = rest.values[word]
                rest.drop(word)
                return cls(rest.node, neighbour, behind)
        return cls(node)

    def index(self, names: list[str], change: Change) -> int:
        if self.neighbour is None:
            return len(names)
        if self.neighbour not in names:
            near = guess(self.neighbour, names)
            change.findings.add("no_neighbour", self.node.key_span, key=self.neighbour, guess=near)
            return len(names)
        return names.index(self.neighbour) + self.behind
