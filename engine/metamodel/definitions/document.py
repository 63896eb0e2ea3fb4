"""Document: one definition as plain JSON values, beside it the tree of their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.kernel.source import Span

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Where a value stands, and the key before it; the children are keyed as the value's own are.

    ``raw`` is the scalar as written when that differs from its text (quotes, folds); it is not kept in JSON.
    """

    file: str
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0
    children: Mapping[str | int, Place] | None = None
    raw: str | None = None

    @property
    def span(self) -> Span:
        """Return the place of the value."""
        return Span(self.file, self.line, self.column)

    @property
    def key_span(self) -> Span:
        """Return the place of the key, or of the value where there is no key."""
        if self.key_line:
            return Span(self.file, self.key_line, self.key_column)
        return self.span

    def child(self, key: str | int) -> Place:
        """Return the place of a part; the place of the whole when the part is not written anywhere."""
        return (self.children or {}).get(key, self)

    def at(self, path: Path) -> Place:
        """Return the place of the deepest part of ``path`` that was written."""
        place = self
        for key in path:
            place = place.child(key)
        return place


@dataclass(frozen=True, slots=True)
class Document:
    """One definition: its kind, its id, and its keys as plain JSON values."""

    kind: str
    id: str
    body: Mapping[str, Any]
    place: Place

    @property
    def span(self) -> Span:
        return self.place.key_span

    @property
    def places(self) -> Mapping[Path, Span]:
        """Return the place of every value by its path."""
        return dict(_spans((), self.place))

    def as_json(self) -> dict[str, Any]:
        """Return the form in which an installed layer is stored."""
        return {
            "kind": self.kind,
            "id": self.id,
            "file": self.place.file,
            "body": self.body,
            "places": _to_json(self.place),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Document:
        """Return the document that ``as_json`` stored."""
        place = _from_json(stored["file"], stored.get("places") or [0, 0, 0, 0])
        return cls(stored["kind"], stored["id"], stored["body"], place)


def _spans(path: Path, place: Place) -> Iterator[tuple[Path, Span]]:
    yield path, place.span
    for key, child in (place.children or {}).items():
        yield from _spans((*path, key), child)


def _to_json(place: Place) -> list[Any]:
    head: list[Any] = [place.line, place.column, place.key_line, place.key_column]
    if not place.children:
        return head
    first = next(iter(place.children))
    if isinstance(first, int):
        return [*head, [_to_json(child) for child in place.children.values()]]
    return [*head, {key: _to_json(child) for key, child in place.children.items()}]


def _from_json(file: str, stored: list[Any]) -> Place:
    line, column, key_line, key_column, *rest = stored
    children: dict[str | int, Place] | None = None
    if rest:
        pairs = rest[0].items() if isinstance(rest[0], dict) else enumerate(rest[0])
        children = {key: _from_json(file, child) for key, child in pairs}
    return Place(file, line, column, key_line, key_column, children)
