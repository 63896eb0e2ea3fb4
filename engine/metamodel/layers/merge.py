"""Folds layers from the lowest to the highest; pure, and every disagreement is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel import limits
from engine.metamodel.definitions import KINDS, Document, Layer, Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import grammar_of
from engine.metamodel.definitions.guess import guess
from engine.metamodel.definitions.layer import OVERLAY
from engine.metamodel.layers.locks import Lock, locks_of
from engine.metamodel.layers.provenance import Merged, MergedDocument
from engine.metamodel.layers.verbs import Change, insert_keys, remove_keys, set_keys

Key = tuple[str, str]

# what belongs to its pack alone and is not part of the tenant's model
_OF_THE_PACK = ("pack", "migration", "test")


def merge_layers(layers: Sequence[Layer]) -> Merged:
    """Merge layers, the lowest first. Raises BadDefinition with every complaint."""
    findings = Findings()
    merged = fold_layers(layers, findings)
    if findings.errors:
        raise BadDefinition(findings.errors[: limits.DIAGNOSTICS])
    return merged


def fold_layers(layers: Sequence[Layer], findings: Findings) -> Merged:
    """Merge layers; complaints go to ``findings``, what cannot be changed stays as it was."""
    fold = _Fold(findings)
    for layer in layers:
        fold.add(layer)
    packs = tuple(layer.identity for layer in layers if any(d.kind == "pack" for d in layer.documents))
    return Merged(packs, tuple(layer.name for layer in layers), fold.documents, findings.warnings)


@dataclass(slots=True)
class _Fold:
    findings: Findings
    documents: dict[Key, MergedDocument] = field(default_factory=dict)
    locks: list[Lock] = field(default_factory=list)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        below = frozenset(self.needs)
        self.needs[layer.name] = below if not layer.identity.needs else frozenset(layer.identity.needs)
        for document in layer.documents:
            if document.kind in _OF_THE_PACK:
                if layer.name == OVERLAY:
                    self.findings.add("not_in_an_overlay", document.span, kind=document.kind)
            elif document.kind != "change":
                self._declare(document, layer)
        for document in layer.documents:
            if document.kind == "change":
                self._change(document, layer)
        self.locks += locks_of(layer, self.documents, self.findings)

    def _declare(self, document: Document, layer: Layer) -> None:
        key = (document.kind, document.id)
        first = self.documents.get(key)
        if first is None:
            self.documents[key] = MergedDocument(document, layer.name)
        elif first.layer == layer.name:
            self.findings.add(
                "defined_twice", document.span, kind=document.kind, id=document.id, first=first.document.span
            )
        else:
            self.findings.add("defined_below", document.span, kind=document.kind, id=document.id, layer=first.layer)

    def _change(self, document: Document, layer: Layer) -> None:
        kind, _, id = document.id.partition(" ")
        target = self.documents.get((kind, id))
        if target is None:
            known = [found for of, found in self.documents if of == kind]
            near = guess(id, known) if kind in KINDS else guess(kind, KINDS)
            self.findings.add("nothing_to_change", document.place.span, target=document.id, guess=near)
        elif target.layer == layer.name:
            self.findings.add("change_of_own", document.place.span, target=document.id)
        else:
            self.documents[kind, id] = self._changed(target, document, layer)

    def _changed(self, target: MergedDocument, document: Document, layer: Layer) -> MergedDocument:
        lower = target.document
        keys = _size(document.body)
        if keys > limits.CHANGED_KEYS:
            self.findings.add(
                "limit_exceeded", document.span, limit="keys of a change", value=keys, max=limits.CHANGED_KEYS
            )
            return target
        change = Change(self.findings, self._toucher(target, layer))
        node, wish, schema = target.node, Node(document.body, document.place), grammar_of(lower.kind)
        # first what goes, then what comes, so that a thing can be moved
        if wish.has("remove"):
            node = remove_keys(node, wish.get("remove"), change, schema)
        if wish.has("set"):
            node = set_keys(node, wish.get("set"), schema, change)
        if wish.has("insert"):
            node = insert_keys(node, wish.get("insert"), schema, change)
        origins = {**target.origins, **dict.fromkeys(change.touched, layer.name)}
        return MergedDocument(Document(lower.kind, lower.id, node.value, node.place), target.layer, origins)

    def _toucher(self, target: MergedDocument, layer: Layer) -> Callable[[Path, Place, bool], bool]:
        key = (target.document.kind, target.document.id)

        def touch(path: Path, place: Place, whole: bool) -> bool:
            for lock in self.locks:
                if lock.layer != layer.name and lock.holds(key, path, whole):
                    self.findings.add("locked_key", place.key_span, key=lock.text, layer=lock.layer)
                    return False
            before = target.origins.get(path)
            if before and before != layer.name and before not in self.needs[layer.name]:
                self.findings.warn("layers_disagree", place.key_span, key=".".join(map(str, path)), layer=before)
            return True

        return touch


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(1 + _size(part) for part in value.values())
    return sum(1 + _size(part) for part in value) if isinstance(value, list) else 0
