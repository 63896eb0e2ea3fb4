"""Typed edits of a definition as it stands, and the layer that says what they come to; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import Complaint, Rejected
from engine.metamodel.definitions import KINDS, Document, Layer, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.guess import guess
from engine.metamodel.definitions.layer import OVERLAY
from engine.metamodel.layers.difference import difference
from engine.metamodel.layers.flow import steps_in
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.layers.provenance import Merged
from engine.metamodel.layers.wishes import name_of

Verb = Literal["set", "insert", "remove", "move"]
VERBS: tuple[Verb, ...] = ("set", "insert", "remove", "move")
_NOWHERE = Place("", 1, 1)
_FIRST = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one definition.

    ``path`` leads to the part; elements of lists are called by their text, their field or the id of their step. An
    empty path is the definition itself. ``after`` is the neighbour behind which a part is put, empty text: it comes
    first, None: last. ``to`` is where a part moves to, None: within its list or map.
    """

    verb: Verb
    kind: str
    id: str
    path: tuple[str, ...] = ()
    value: Any = None
    after: str | None = None
    to: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the form in which an edit is kept."""
        told: dict[str, Any] = {"verb": self.verb, "kind": self.kind, "id": self.id, "path": list(self.path)}
        if self.verb in ("set", "insert"):
            told["value"] = self.value
        if self.after is not None:
            told["after"] = self.after
        if self.to is not None:
            told["to"] = list(self.to)
        return told

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Edit:
        """Return the edit that ``as_json`` told."""
        to = stored.get("to")
        place = tuple(stored["path"])
        return cls(
            stored["verb"],
            stored["kind"],
            stored["id"],
            place,
            stored.get("value"),
            stored.get("after"),
            None if to is None else tuple(to),
        )


def edited_layer(packs: Sequence[Layer], overlay: Layer | None, edits: Iterable[Edit], version: str) -> Layer:
    """Return the overlay after edits of what ``packs`` and ``overlay`` say together. Raises Rejected with every edit
    that does not fit."""
    below = fold_layers(packs, Findings())
    now = fold_layers([*packs, overlay], Findings()) if overlay is not None else below
    bodies, touched = _after(now, edits)
    documents = [one for one in (overlay.documents if overlay is not None else ()) if _target(one) not in touched]
    for kind, id in touched:
        documents += _said(kind, id, bodies.get((kind, id)), below)
    return Layer(OVERLAY, version, tuple(documents))


def _after(now: Merged, edits: Iterable[Edit]) -> tuple[dict[tuple[str, str], Any], list[tuple[str, str]]]:
    bodies: dict[tuple[str, str], Any] = {key: found.document.body for key, found in now.documents.items()}
    touched: dict[tuple[str, str], None] = {}
    complaints = []
    for index, edit in enumerate(edits):
        key = (edit.kind, edit.id)
        try:
            made = _edited(bodies.get(key), edit)
        except _Unfit as unfit:
            complaints.append(Complaint(f"edits[{index}]", unfit.code, {"what": unfit.what, "guess": unfit.near}))
            continue
        touched[key] = None
        if made is None:
            bodies.pop(key, None)
        else:
            bodies[key] = made
    if complaints:
        raise Rejected("edits_unfit", complaints, count=len(complaints))
    return bodies, list(touched)


def _said(kind: str, id: str, body: Any, below: Merged) -> list[Document]:
    base = below.find(kind, id)
    if body is None:
        return []
    if base is None:
        return [Document(kind, id, body, _NOWHERE)]
    said = difference(kind, base.document.body, body)
    return [Document("change", f"{kind} {id}", said, _NOWHERE)] if said else []


def _target(document: Document) -> tuple[str, str]:
    if document.kind != "change":
        return document.kind, document.id
    kind, _, id = document.id.partition(" ")
    return kind, id


# ---------------------------------------------------------------------------------------------------------------------


class _Unfit(Exception):
    def __init__(self, code: str, what: str, near: str = "") -> None:
        self.code, self.what, self.near = code, what, near


def _edited(body: Any, edit: Edit) -> Any:
    if edit.kind not in KINDS or edit.kind in ("change", "pack"):
        raise _Unfit("edit_of_nothing", edit.kind, guess(edit.kind, KINDS))
    if not edit.path:
        return _whole(body, edit)
    if body is None:
        raise _Unfit("edit_of_nothing", f"{edit.kind} {edit.id}")
    match edit.verb:
        case "remove":
            return _without(body, edit.path)[0]
        case "move":
            rest, part = _without(body, edit.path)
            home = edit.path[:-1] if edit.to is None else edit.to
            return _within(rest, home, lambda there: _put(there, edit.path[-1], part, edit.after, new=True))
        case verb:
            return _within(
                body,
                edit.path[:-1],
                lambda there: _put(there, edit.path[-1], edit.value, edit.after, new=verb == "insert"),
            )


def _whole(body: Any, edit: Edit) -> Any:
    if edit.verb == "move" or (edit.verb == "remove" and body is None):
        raise _Unfit("edit_of_nothing", f"{edit.kind} {edit.id}")
    if edit.verb == "insert" and body is not None:
        raise _Unfit("edit_there_already", f"{edit.kind} {edit.id}")
    if edit.verb != "remove" and not isinstance(edit.value, dict):
        raise _Unfit("edit_no_definition", f"{edit.kind} {edit.id}")
    return None if edit.verb == "remove" else edit.value


def _without(body: Any, path: Path) -> tuple[Any, Any]:
    taken: list[Any] = []

    def take(there: Any) -> Any:
        place = _place(there, str(path[-1]))
        if len(place) > 1:  # a step deep in a block
            return _at(there, place[:-1], lambda steps: _dropped(steps, place[-1], taken))
        return _dropped(there, place[0], taken)

    return _within(body, path[:-1], take), taken[0]


def _dropped(there: Any, key: Any, taken: list[Any]) -> Any:
    taken.append(there[key])
    if isinstance(there, list):
        return [one for index, one in enumerate(there) if index != key]
    return {name: value for name, value in there.items() if name != key}


def _put(there: Any, name: str, value: Any, after: str | None, *, new: bool) -> Any:
    if isinstance(there, str) and name in ("zh", "en"):
        there = {"zh": there, "en": there}
    if not isinstance(there, dict | list):
        raise _Unfit("edit_of_nothing", name)
    known = _find(there, name)
    if known is not None and new:
        raise _Unfit("edit_there_already", name)
    if known is not None and after is None:
        return _at(there, known, lambda _: value)
    if known is not None:
        there = _at(there, known[:-1], lambda steps: _dropped(steps, known[-1], []))
    if isinstance(there, list):
        names = [name_of(one) for one in there]
        at = _index(names, after)
        return [*there[:at], value, *there[at:]]
    names = list(there)
    at = _index(names, after)
    pairs = list(there.items())
    return dict([*pairs[:at], (name, value), *pairs[at:]])


def _index(names: Sequence[str], after: str | None) -> int:
    if after is None:
        return len(names)
    if after == _FIRST:
        return 0
    if after not in names:
        raise _Unfit("edit_no_neighbour", after, guess(after, names))
    return names.index(after) + 1


def _within(body: Any, path: Path, change: Any) -> Any:
    if not path:
        return change(body)
    place = _find(body, str(path[0]))
    if place is None:
        if isinstance(body, dict) and change is not None:
            return {**body, str(path[0]): _within({}, path[1:], change)}
        raise _Unfit("edit_of_nothing", str(path[0]), guess(str(path[0]), _names(body)))
    return _at(body, place, lambda below: _within(below, path[1:], change))


def _at(body: Any, place: Path, change: Any) -> Any:
    if not place:
        return change(body)
    key, below = place[0], _at(body[place[0]], place[1:], change)
    if isinstance(body, list):
        return [below if index == key else one for index, one in enumerate(body)]
    return {name: below if name == key else value for name, value in body.items()}


def _place(there: Any, name: str) -> Path:
    found = _find(there, name)
    if found is None:
        raise _Unfit("edit_of_nothing", name, guess(name, _names(there)))
    return found


def _find(there: Any, name: str) -> Path | None:
    if isinstance(there, dict):
        return (name,) if name in there else None
    if isinstance(there, list):
        named = [index for index, one in enumerate(there) if name_of(one) == name]
        return (named[0],) if named else steps_in(there).get(name)
    return None


def _names(there: Any) -> list[str]:
    if isinstance(there, dict):
        return list(there)
    return [name_of(one) for one in there] if isinstance(there, list) else []
