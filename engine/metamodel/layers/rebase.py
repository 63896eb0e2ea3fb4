"""A pack is upgraded under an overlay: which wishes of the overlay stay, which clash, which are lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import Document, Layer, Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.layer import text_of
from engine.metamodel.layers.flow import steps_in
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.layers.provenance import Merged
from engine.metamodel.layers.wishes import MISSING, Wish, value_at, wishes_of


@dataclass(frozen=True, slots=True)
class Clash:
    """The pack has changed what the overlay has changed too. ``before`` and ``after`` are the pack's words."""

    wish: Wish
    before: Any
    after: Any
    words: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What the overlay speaks of is not there any more; ``words`` tell what it was."""

    wish: Wish
    words: str


@dataclass(frozen=True, slots=True)
class Rebase:
    """The outcome. ``overlay`` is the layer that stands on the new packs: without what is lost, without what the
    packs now say themselves, and without the clashes that were decided for the pack."""

    kept: tuple[Wish, ...]
    clashed: tuple[Clash, ...]
    lost: tuple[Lost, ...]
    taken_over: tuple[Wish, ...]
    overlay: Layer


def rebase(
    old: Sequence[Layer],
    new: Sequence[Layer],
    overlay: Layer,
    for_the_pack: Collection[str] = (),
    language: str = "en",
) -> Rebase:
    """Carry an overlay from the ``old`` layers below it to the ``new`` ones.

    ``for_the_pack`` names the clashes (``str(wish)``) in which the pack's word is to count; in the others the
    overlay's does. Nothing is decided silently: every clash and every loss is in the outcome.
    """
    sorter = _Sorter(fold_layers(old, Findings()), fold_layers(new, Findings()), language)
    for document in overlay.documents:
        sorter.sort(document)
    gone = {clash.wish for clash in sorter.clashed if str(clash.wish) in for_the_pack}
    dropped = [*sorter.taken_over, *(lost.wish for lost in sorter.lost), *gone]
    documents = tuple(_remaining(overlay.documents, dropped))
    return Rebase(
        tuple(sorter.kept),
        tuple(sorter.clashed),
        tuple(sorter.lost),
        tuple(sorter.taken_over),
        Layer(overlay.name, overlay.version, documents),
    )


class _Sorter:
    """Puts each wish where it belongs."""

    def __init__(self, old: Merged, new: Merged, language: str) -> None:
        self.old, self.new, self.language = old, new, language
        self.kept: list[Wish] = []
        self.clashed: list[Clash] = []
        self.lost: list[Lost] = []
        self.taken_over: list[Wish] = []

    def sort(self, document: Document) -> None:
        kind, _, id = document.id.partition(" ") if document.kind == "change" else (document.kind, "", document.id)
        before, after = self.old.find(kind, id), self.new.find(kind, id)
        old, new = (found.document if found else None for found in (before, after))
        for wish in wishes_of(document, old):
            self._place(wish, old, new)

    def _place(self, wish: Wish, old: Document | None, new: Document | None) -> None:
        words = self._words(wish, old or new)
        if wish.verb == "define":
            if new is None:
                self.kept.append(wish)
            else:
                self.clashed.append(Clash(wish, None, dict(new.body), words))
            return
        before = value_at(old.body, wish.path) if old else MISSING
        after = value_at(new.body, wish.path) if new else MISSING
        if wish.verb == "remove":
            self._removal(wish, before, after, words)
        elif new is None or _parent_gone(new.body, wish.path) or _neighbour_gone(new.body, wish):
            self.lost.append(Lost(wish, words))
        elif wish.verb == "insert":
            self._insertion(wish, after, words)
        else:
            self._setting(wish, before, after, words)

    def _removal(self, wish: Wish, before: Any, after: Any, words: str) -> None:
        if after is MISSING:
            self.taken_over.append(wish)
        elif after == before:
            self.kept.append(wish)
        else:
            self.clashed.append(Clash(wish, before, after, words))

    def _insertion(self, wish: Wish, after: Any, words: str) -> None:
        if after is MISSING:
            self.kept.append(wish)
        elif after == _plain(wish.value):
            self.taken_over.append(wish)
        else:
            self.clashed.append(Clash(wish, None, after, words))

    def _setting(self, wish: Wish, before: Any, after: Any, words: str) -> None:
        if after == wish.value:
            self.taken_over.append(wish)
        elif after == before:
            self.kept.append(wish)
        elif after is MISSING:
            self.lost.append(Lost(wish, words))
        else:
            self.clashed.append(Clash(wish, None if before is MISSING else before, after, words))

    def _words(self, wish: Wish, document: Document | None) -> str:
        return " › ".join(titles_at(document.body if document else {}, wish.id, wish.path, self.language))


def titles_at(body: Mapping[str, Any], id: str, path: Path, language: str) -> Iterator[str]:
    """Yield how a definition and the parts on the way to one of them are called; by their names where untitled."""
    yield text_of(body.get("title")).in_language(language) or id
    for length, key in enumerate(path, 1):
        value = value_at(body, path[:length])
        title = text_of(value.get("title")).in_language(language) if isinstance(value, dict) else ""
        yield title or str(key)


def _parent_gone(body: Mapping[str, Any], path: Path) -> bool:
    return len(path) > 1 and value_at(body, path[:-1]) is MISSING


def _neighbour_gone(body: Mapping[str, Any], wish: Wish) -> bool:
    """Tell whether a step is put in beside one that is no longer there."""
    steps = steps_in(value_at(body, wish.path[:-1])) if wish.verb == "insert" else {}
    named = [wish.value.get(word) for word in ("after", "before")] if isinstance(wish.value, dict) else []
    return bool(steps) and any(isinstance(name, str) and name not in steps for name in named)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: part for key, part in value.items() if key not in ("after", "before", "into")}
        return plain["field"] if set(plain) == {"field"} and len(value) > 1 else plain
    return value


def _remaining(documents: Sequence[Document], dropped: Sequence[Wish]) -> Iterator[Document]:
    for document in documents:
        id = document.id if document.kind == "change" else f"{document.kind} {document.id}"
        gone = {wish.where for wish in dropped if f"{wish.kind} {wish.id}" == id}
        if () in gone:
            continue
        node = _without(Node(document.body, document.place), gone)
        if node.value or document.kind != "change":
            yield Document(document.kind, document.id, node.value, node.place)


def _without(node: Node, gone: Collection[Path]) -> Node:
    """Return a node without the paths in ``gone``, nor what they leave empty."""
    if not isinstance(node.value, dict | list):
        return node
    parts = node.items() if isinstance(node.value, dict) else enumerate(node.elements())
    kept: list[tuple[str | int, Node]] = []
    for key, part in parts:
        if part.path not in gone:
            left = _without(part, gone)
            if left.value or not part.value or left.value == part.value:
                kept.append((key, left))
    if isinstance(node.value, list):
        children: dict[str | int, Place] = {index: part.place for index, (_, part) in enumerate(kept)}
        return Node([part.value for _, part in kept], node.place._replace(children=children), node.path)
    children = {key: part.place for key, part in kept}
    return Node({key: part.value for key, part in kept}, node.place._replace(children=children), node.path)
