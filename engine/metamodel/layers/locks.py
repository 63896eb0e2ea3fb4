"""Paths that a pack has locked for the layers above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import KINDS, Layer, Node
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers.provenance import MergedDocument

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lock:
    """One locked path. It also holds for everything below it."""

    layer: str
    text: str
    key: Key
    path: Path

    def holds(self, key: Key, path: Path, whole: bool) -> bool:
        """Tell whether a change of ``path`` is forbidden; ``whole`` when all below it goes."""
        if key != self.key:
            return False
        if path[: len(self.path)] == self.path:
            return True
        return whole and self.path[: len(path)] == path


def locks_of(layer: Layer, documents: Mapping[Key, MergedDocument], findings: Findings) -> Iterator[Lock]:
    """Yield what a layer locks; a path that leads nowhere is complained about."""
    for document in layer.documents:
        if document.kind == "pack":
            for node in Node(document.body, document.place).get("locked").elements():
                lock = _lock(layer.name, node, documents, findings)
                if lock:
                    yield lock


def _lock(layer: str, node: Node, documents: Mapping[Key, MergedDocument], findings: Findings) -> Lock | None:
    text = str(node.value)
    kind, *rest = text.split(".")
    if kind not in KINDS or not rest or (kind, rest[0]) not in documents:
        kind, rest = "object", [kind, *rest]
    key = (kind, rest[0])
    if key not in documents:
        known = [id for of, id in documents if of == kind]
        findings.add("unknown_lock", node.span, path=text, guess=guess(rest[0], known))
        return None
    part = documents[key].node
    for name in rest[1:]:
        if not isinstance(part.value, Mapping) or name not in part.value:
            known = list(part.value) if isinstance(part.value, Mapping) else []
            findings.add("unknown_lock", node.span, path=text, guess=guess(name, known))
            return None
        part = part.get(name)
    return Lock(layer, text, key, tuple(rest[1:]))
