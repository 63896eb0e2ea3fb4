"""Layer: the documents of one pack or of a tenant's overlay; PackSource: a pack as it lies on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.definitions.document import Document

OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class PackDef:
    """What a pack says of itself in ``pack.yaml``. ``modules`` tells of each whether a tenant may leave it out."""

    name: str
    version: str
    title: LocalText = EMPTY
    languages: tuple[str, ...] = ("zh", "en")
    needs: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""
    description: LocalText = EMPTY
    modules: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layer:
    """A storey of a tenant's model: a pack, or the tenant's own overlay on top."""

    name: str
    version: str
    documents: tuple[Document, ...]

    def without(self, modules: Collection[str]) -> Layer:
        """Return the layer without the documents of some of its folders. ValueError when one may not be left out."""
        optional = {name for name, may_go in self.identity.modules.items() if may_go}
        if set(modules) - optional:
            raise ValueError(f"not optional: {sorted(set(modules) - optional)}")
        kept = (one for one in self.documents if one.place.file.partition("/")[0] not in modules)
        return Layer(self.name, self.version, tuple(kept))

    @property
    def identity(self) -> PackDef:
        """Return what the layer's ``pack`` document says; an overlay has none."""
        for document in self.documents:
            if document.kind == "pack":
                return identity_of(document)
        return PackDef(self.name, self.version)

    def as_json(self) -> dict[str, Any]:
        """Return the form in which the layer is stored in the tenant's database."""
        return {"name": self.name, "version": self.version, "documents": [d.as_json() for d in self.documents]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Layer:
        """Return the layer that ``as_json`` stored."""
        documents = tuple(Document.from_json(document) for document in stored["documents"])
        return cls(stored["name"], stored["version"], documents)


@dataclass(frozen=True, slots=True)
class PackSource:
    """A pack read from its folder. ``seeds`` and ``demo`` are its CSV files, in the order of their names."""

    identity: PackDef
    documents: tuple[Document, ...]
    folder: Path
    seeds: tuple[Path, ...] = ()
    demo: tuple[Path, ...] = ()

    @property
    def layer(self) -> Layer:
        """Return the pack as a layer."""
        return Layer(self.identity.name, self.identity.version, self.documents)

    @property
    def digest(self) -> str:
        """Return a hash of what the documents say, whatever file says it."""
        return digest_of(self.documents)


def identity_of(document: Document) -> PackDef:
    """Read a ``pack`` document; its shape may be wrong, which is told elsewhere."""
    body = document.body
    languages, needs, modules = (body.get(key) for key in ("languages", "needs", "modules"))
    return PackDef(
        name=document.id,
        version=str(body.get("version", "")),
        title=text_of(body.get("title")),
        languages=tuple(map(str, languages)) if isinstance(languages, list) and languages else ("zh", "en"),
        needs={name: str(wanted) for name, wanted in needs.items()} if isinstance(needs, dict) else {},
        engine=str(body.get("engine") or ""),
        description=text_of(body.get("description")),
        modules={name: _may_go(module) for name, module in modules.items()} if isinstance(modules, dict) else {},
    )


def _may_go(module: Any) -> bool:
    return isinstance(module, Mapping) and module.get("optional") is True


def text_of(value: Any) -> LocalText:
    """Return a label: a plain text reads the same in every language."""
    if isinstance(value, str):
        return LocalText({"en": value, "zh": value}) if value else EMPTY
    if not isinstance(value, Mapping):
        return EMPTY
    return LocalText({str(key): str(text) for key, text in value.items()})


def digest_of(documents: Iterable[Document]) -> str:
    """Return a hash of the bodies, independent of their order."""
    bodies = sorted(json.dumps([d.kind, d.id, d.body], ensure_ascii=False, separators=(",", ":")) for d in documents)
    return hashlib.sha256("\n".join(bodies).encode()).hexdigest()
