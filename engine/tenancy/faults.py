"""What is wrong with definitions, told at the definition and the part of it rather than at a line of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import Complaint
from engine.kernel.source import Span
from engine.kernel.text import EMPTY, LocalText
from engine.metamodel import Document, Layer
from engine.metamodel.definitions.document import Path, Place

Spot = tuple[str, str, Path]
_VERBS = ("set", "insert", "remove")


@dataclass(frozen=True, slots=True)
class Fault(Complaint):
    """A complaint about a definition: ``kind``, ``id`` and ``place`` say which part of which."""

    kind: str = ""
    id: str = ""
    place: Path = ()
    advice: LocalText = field(default=EMPTY, compare=False)

    def hint(self, language: str) -> str:
        """Return what to do about it in ``language``, or an empty text."""
        return self.advice.in_language(language)


def faults_of(diagnostics: Iterable[Diagnostic], layers: Sequence[Layer]) -> tuple[Fault, ...]:
    """Return diagnostics at the parts of the definitions that they are about."""
    return tuple(_fault(one, layers) for one in diagnostics)


def _fault(found: Diagnostic, layers: Sequence[Layer]) -> Fault:
    kind, id, place = _spot(found.span, layers) or ("", "", ())
    path = ".".join(map(str, filter(None, (kind, id, *place))))
    say = found.says or LocalText({"en": found.message, "zh": found.message})
    return Fault(path or str(found.span), found.code, {}, say, kind, id, place, found.advises)


def _spot(span: Span, layers: Sequence[Layer]) -> Spot | None:
    best: tuple[tuple[int, int], Spot] | None = None
    for layer in reversed(layers):  # the overlay first: its file has a name that a pack's may have too
        for document in layer.documents:
            if document.place.file != span.file:
                continue
            for at, path in _places(document.place, ()):
                if at <= (span.line, span.column) and (best is None or at >= best[0]):
                    best = at, _named(document, path)
        if best is not None:
            return best[1]
    return None


def _places(place: Place, path: Path) -> Iterator[tuple[tuple[int, int], Path]]:
    yield (place.key_line or place.line, place.key_column or place.column), path
    for key, child in (place.children or {}).items():
        yield from _places(child, (*path, key))


def _named(document: Document, path: Path) -> Spot:
    """Return which part of which definition a part of a document speaks of."""
    if document.kind != "change":
        return document.kind, document.id, _by_name(document.body, path)
    kind, _, id = document.id.partition(" ")
    return kind, id, _by_name(document.body, path)[1:] if path and path[0] in _VERBS else ()


def _by_name(body: Any, path: Path) -> Path:
    """Return a path with the names of elements where it has their places."""
    found: list[str | int] = []
    value = body
    for key in path:
        value = value[key]
        if isinstance(key, int) and isinstance(value, str):
            found.append(value)
        elif isinstance(key, int) and isinstance(value, dict):
            found.append(str(value.get("field", next(iter(value.values()), key))))
        else:
            found.append(key)
    return tuple(found)
