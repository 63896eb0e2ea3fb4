"""Which layer said what, for every key of every definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.kernel.diagnostics import Diagnostic
from engine.metamodel.definitions import Document, Node, PackDef
from engine.metamodel.definitions.document import Path


@dataclass(frozen=True, slots=True)
class MergedDocument:
    """A definition after all layers. ``origins`` holds the paths that another layer than ``layer`` said."""

    document: Document
    layer: str
    origins: Mapping[Path, str] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        return Node(self.document.body, self.document.place)

    def layer_of(self, path: Path) -> str:
        """Return the layer that said the value at ``path``."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return self.layer


@dataclass(frozen=True, slots=True)
class Merged:
    """All definitions of a tenant, by kind and id, in the order in which the layers gave them."""

    packs: tuple[PackDef, ...]
    layers: tuple[str, ...]
    documents: Mapping[tuple[str, str], MergedDocument]
    warnings: tuple[Diagnostic, ...] = ()

    def of_kind(self, kind: str) -> Iterator[MergedDocument]:
        """Yield the definitions of a kind."""
        for (found, _), document in self.documents.items():
            if found == kind:
                yield document

    def find(self, kind: str, id: str) -> MergedDocument | None:
        """Return a definition, or None."""
        return self.documents.get((kind, id))
