"""Node: a value of a definition together with its place; what the compiler walks over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.kernel.source import Span
from engine.kernel.text import LocalText
from engine.metamodel.definitions.document import Path, Place
from engine.metamodel.definitions.layer import text_of


class Node(NamedTuple):
    """A value, its place, and its path in the document. Its shape has been checked before."""

    value: Any
    place: Place
    path: Path = ()

    @property
    def span(self) -> Span:
        return self.place.span

    @property
    def key_span(self) -> Span:
        return self.place.key_span

    def has(self, key: str) -> bool:
        """Tell whether the key is written and not null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def get(self, key: str | int) -> Node:
        """Return a part; its value is None when it is not written."""
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int):
            value = self.value[key]
        else:
            value = None
        return Node(value, self.place.child(key), (*self.path, key))

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the parts of a mapping in their order; nothing when there are none."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, Node(value, self.place.child(key), (*self.path, key))

    def elements(self) -> Iterator[Node]:
        """Yield the elements of a list; a single value counts as a list of one; nothing when there is none."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(value, self.place.child(index), (*self.path, index))
        elif self.value is not None:
            yield self

    def text(self, key: str, default: str = "") -> str:
        """Return a text part."""
        value = self.get(key).value
        return default if value is None else str(value)

    def maybe(self, key: str) -> str | None:
        """Return a text part, or None."""
        value = self.get(key).value
        return None if value is None else str(value)

    def flag(self, key: str) -> bool:
        """Return a truth value; false when it is not written."""
        return self.get(key).value is True

    def number(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self.get(key).value
        return default if value is None else int(value)

    def label(self, key: str) -> LocalText:
        """Return a label; empty when it is not written."""
        return text_of(self.get(key).value)

    def behind_equals(self) -> Node:
        """Return a formula in a value position without its sign; a blank keeps every offset where it is."""
        raw = self.place.raw.replace("=", " ", 1) if self.place.raw is not None else None
        return Node(" " + str(self.value)[1:], self.place._replace(raw=raw), self.path)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(str(node.value) for node in self.get(key).elements())
