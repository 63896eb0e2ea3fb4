"""What an overlay asks for, taken apart into single wishes: this path set, that key put in, that one out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from engine.kernel.source import Span
from engine.metamodel.definitions import Document, Node
from engine.metamodel.definitions.document import Path
from engine.metamodel.layers.flow import at_path, steps_in

Verb = Literal["set", "insert", "remove", "define"]


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that an overlay says about one definition.

    ``path`` leads into the definition, ``where`` into the overlay's own document.
    """

    verb: Verb
    kind: str
    id: str
    path: Path
    where: Path
    value: Any = field(compare=False)
    span: Span

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.id} {'.'.join(map(str, self.path))}".rstrip()


def wishes_of(document: Document, base: Document | None) -> Iterator[Wish]:
    """Yield the wishes of a document of an overlay; ``base`` is the definition it was written against."""
    if document.kind != "change":
        yield Wish("define", document.kind, document.id, (), (), document.body, document.span)
        return
    kind, _, id = document.id.partition(" ")
    node = Node(document.body, document.place)
    body = base.body if base else {}
    for verb, split in (("remove", _removals), ("set", _settings), ("insert", _insertions)):
        if node.has(verb):
            for path, part in split(node.get(verb), body, ()):
                yield Wish(verb, kind, id, path, part.path, part.value, part.key_span)  # type: ignore[arg-type]


def value_at(body: Any, path: Path) -> Any:
    """Return the value at a path of a definition, MISSING when there is none."""
    for key in path:
        if isinstance(body, str) and key in ("en", "zh"):
            continue
        if isinstance(body, dict) and key in body:
            body = body[key]
        elif isinstance(body, list) and (found := [one for one in body if name_of(one) == key]):
            body = found[0]
        elif isinstance(body, list) and (deep := steps_in(body).get(str(key))) is not None:
            body = at_path(body, deep)
        else:
            return MISSING
    return body


def name_of(element: Any) -> str:
    """Return by what an element of a list is known: its text, or the field it is about."""
    if isinstance(element, dict):
        return str(element.get("field", next(iter(element.values()), "")))
    return str(element)


def _settings(node: Node, base: Any, path: Path) -> Iterator[tuple[Path, Node]]:
    if isinstance(node.value, dict) and node.value and (_has_parts(base) or _is_label(node.value, base)):
        for key, part in node.items():
            yield from _settings(part, value_at(base, (key,)), (*path, key))
    else:
        yield path, node


def _insertions(node: Node, base: Any, path: Path) -> Iterator[tuple[Path, Node]]:
    if isinstance(node.value, dict) and isinstance(base, dict):
        for key, part in node.items():
            yield from _insertions(part, base.get(key, MISSING), (*path, key))
    elif isinstance(node.value, list) and isinstance(base, list):
        for element in node.elements():
            yield (*path, name_of(element.value)), element
    else:
        yield path, node


def _removals(node: Node, base: Any, path: Path) -> Iterator[tuple[Path, Node]]:
    if isinstance(node.value, list):
        for element in node.elements():
            yield (*path, name_of(element.value)), element
        return
    for key, part in node.items():
        if part.value is True:
            yield (*path, key), part
            continue
        yield from _removals(part, base, (*path, key))


def _has_parts(base: Any) -> bool:
    return isinstance(base, dict) or (isinstance(base, list) and bool(steps_in(base)))


def _is_label(value: Any, base: Any) -> bool:
    return isinstance(base, str) and isinstance(value, dict) and all(len(key) in (2, 5) for key in value)
