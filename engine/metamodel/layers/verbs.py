"""set, insert, remove: the only words with which an upper layer changes a definition of a lower one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import NOTHING, Schema, is_keyed, is_label, part
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers.flow import branch_in, edited, is_flow, steps_in
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
    if is_flow(schema) and isinstance(value, list) and isinstance(new.value, dict):
        return _within_steps(old, new, change, "not_there_to_set", _set_in, schema)
    if not isinstance(value, dict) or not isinstance(new.value, dict):
        return _replaced(old, new) if change.allowed(old.path, new.place, whole=True) else old
    copy = _Map(Node(value, old.place, old.path))
    for key, wish in new.items():
        below = Node(value.get(key), old.place.child(key), (*old.path, key))
        if key in value:
            copy.put(key, set_keys(below, wish, part(schema, key), change))
        elif is_keyed(schema):
            change.findings.add("not_there_to_set", wish.key_span, key=key, guess=guess(key, value))
        elif change.allowed(below.path, wish.place):
            copy.put(key, wish)
    return copy.node


def insert_keys(old: Node, new: Node, schema: Schema, change: Change) -> Node:
    """Return ``old`` with what is new in ``new`` put in, behind or before the neighbour it names."""
    if isinstance(old.value, list) and isinstance(new.value, list):
        return _insert_steps(old, new, change) if is_flow(schema) else _insert_elements(old, new, change)
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        change.findings.add("already_there", new.key_span, key=old.path[-1] if old.path else "")
        return old
    copy = _Map(old)
    for key, wish in new.items():
        below = Node(old.value.get(key), old.place.child(key), (*old.path, key))
        if key in old.value:
            copy.put(key, insert_keys(below, wish, part(schema, key), change))
        elif change.allowed(below.path, wish.place):
            newcomer = _Newcomer.of(wish, part(schema, key))
            copy.put(key, newcomer.node, newcomer.index(list(copy.values), change))
    return copy.node


def remove_keys(old: Node, gone: Node, change: Change, schema: Schema = NOTHING) -> Node:
    """Return ``old`` without the keys or elements that ``gone`` names; in a map, ``true`` takes a key away wholly."""
    if isinstance(gone.value, list):
        if is_flow(schema) and isinstance(old.value, list):
            return _remove_steps(old, gone, change)
        return _remove_elements(old, gone, change) if isinstance(old.value, list) else _remove_named(old, gone, change)
    if not isinstance(gone.value, dict):
        change.findings.add("bad_removal", gone.span)
        return old
    if is_flow(schema) and isinstance(old.value, list):
        whole = [key for key, inner in gone.items() if inner.value is True]
        rest = Node({key: inner for key, inner in gone.value.items() if inner is not True}, gone.place, gone.path)
        left = _within_steps(old, rest, change, "not_there_to_remove", remove_keys, schema)
        return _remove_steps(left, Node(whole, gone.place, gone.path), change)
    copy = _Map(old)
    for key, inner in gone.items():
        if key in copy.values and inner.value is True:
            if change.allowed((*old.path, key), inner.place, whole=True):
                copy.drop(key)
        elif key in copy.values:
            copy.put(key, remove_keys(old.get(key), inner, change, part(schema, key)))
        else:
            change.findings.add("not_there_to_remove", inner.key_span, key=key, guess=guess(key, copy.values))
    return copy.node


def _within_steps(
    old: Node,
    new: Node,
    change: Change,
    missing: str,
    verb: Callable[[Node, Node, Change, Schema], Node],
    schema: Schema,
) -> Node:
    node = old
    for id, wish in new.items():
        path = steps_in(node.value).get(id)
        if path is None:
            change.findings.add(missing, wish.key_span, key=id, guess=guess(id, steps_in(node.value)))
            continue

        def change_step(step: Node, wish: Node = wish, id: str = id) -> Node:
            return verb(step._replace(path=(*old.path, id)), wish, change, part(schema, 0))

        node = edited(node, path, change_step)
    return node


def _set_in(old: Node, new: Node, change: Change, schema: Schema) -> Node:
    return set_keys(old, new, schema, change)


def _insert_steps(old: Node, new: Node, change: Change) -> Node:
    node = old
    for element in new.elements():
        newcomer = _Newcomer.of(element)
        id, there = name_of(newcomer.node.value), steps_in(node.value)
        if id in there:
            change.findings.add("already_there", element.span, key=id)
        elif change.allowed((*old.path, id), element.place):
            node = _with_step(node, newcomer, change)
    return node


def _with_step(node: Node, newcomer: _Newcomer, change: Change) -> Node:
    there = steps_in(node.value)
    branch = newcomer.node.value.get("into") if isinstance(newcomer.node.value, dict) else None
    home: Path | None = ()
    if isinstance(branch, str):
        rest = _Map(newcomer.node)
        rest.drop("into")
        newcomer, home = _Newcomer(rest.node), branch_in(node.value, branch)
    elif newcomer.neighbour is not None and newcomer.neighbour in there:
        home = there[newcomer.neighbour][:-1]
    if home is None or (newcomer.neighbour is not None and newcomer.neighbour not in there):
        word = str(branch if home is None else newcomer.neighbour)
        near = guess(word.partition(".")[0], there)
        change.findings.add("no_neighbour", newcomer.node.span, key=word, guess=near)
        home = ()

    def put(steps: Node) -> Node:
        found = list(steps.elements())
        names = [name_of(one.value) for one in found]
        index = newcomer.index(names, change) if newcomer.neighbour in names else len(names)
        found.insert(index, newcomer.node)
        return _list_of(found, steps)

    return edited(node, home, put)


def _remove_steps(old: Node, gone: Node, change: Change) -> Node:
    node = old
    for name in gone.elements():
        path = steps_in(node.value).get(str(name.value))
        if path is None:
            near = guess(str(name.value), steps_in(node.value))
            change.findings.add("not_there_to_remove", name.span, key=name.value, guess=near)
        elif change.allowed((*old.path, str(name.value)), name.place, whole=True):
            index = path[-1]

            def drop(steps: Node, index: str | int = index) -> Node:
                return _list_of([one for at, one in enumerate(steps.elements()) if at != index], steps)

            node = edited(node, path[:-1], drop)
    return node


def _remove_named(old: Node, gone: Node, change: Change) -> Node:
    copy = _Map(old)
    for name in gone.elements():
        if not isinstance(name.value, str) or name.value not in copy.values:
            near = guess(str(name.value), copy.values)
            change.findings.add("not_there_to_remove", name.span, key=name.value, guess=near)
        elif change.allowed((*old.path, name.value), name.place, whole=True):
            copy.drop(name.value)
    return copy.node


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
        newcomer = _Newcomer.of(element).plain
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
    def of(cls, node: Node, schema: Schema = NOTHING) -> _Newcomer:
        own = schema.get("properties", NOTHING)  # a transition has settings of these names
        for word, behind in (("after", 1), ("before", 0)):
            if word not in own and isinstance(node.value, dict) and isinstance(node.value.get(word), str):
                rest = _Map(node)
                neighbour = rest.values[word]
                rest.drop(word)
                return cls(rest.node, neighbour, behind)
        return cls(node)

    @property
    def plain(self) -> _Newcomer:
        """Return the same with a bare name where nothing but a name is left beside the neighbour."""
        if self.neighbour is None or set(self.node.value) != {"field"}:
            return self
        return _Newcomer(self.node.get("field")._replace(path=self.node.path), self.neighbour, self.behind)

    def index(self, names: list[str], change: Change) -> int:
        if self.neighbour is None:
            return len(names)
        if self.neighbour not in names:
            near = guess(self.neighbour, names)
            change.findings.add("no_neighbour", self.node.key_span, key=self.neighbour, guess=near)
            return len(names)
        return names.index(self.neighbour) + self.behind
