"""set, insert, remove: the only words with which an upper layer changes a definition of a lower one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import Schema, is_keyed, is_label, part
from engine.metamodel.definitions.guess import guess

Children = dict[str | int, Place]


@dataclass(slots=True)
class Change:
    """What one ``change`` document does; it notes each path that it touches and complains where it cannot."""

    findings: Findings
    touch: Callable[[Path, Place, bool], bool]
    touched: list[Path] = field(default_factory=list)

    def allowed(self, path: Path, place: Place, *, whole: bool = False) -> bool:
        """Note that ``path`` is touched; ``whole`` when what stood there goes. False when it is locked."""
        if not self.touch(path, place, whole):
            return False
        self.touched.append(path)
        return True


def set_keys(old: Any, at: Place, new: Any, by: Place, schema: Schema, path: Path, change: Change) -> tuple[Any, Place]:
    """Return ``old`` with the keys of ``new`` set; keys that are not mentioned stay."""
    if is_label(schema) and isinstance(old, str) and isinstance(new, dict):
        old = {"en": old, "zh": old}
    if not isinstance(old, dict) or not isinstance(new, dict):
        return (new, by) if change.allowed(path, by, whole=True) else (old, at)
    values, places = dict(old), dict(at.children or {})
    for key, value in new.items():
        place, below = by.child(key), (*path, key)
        if key not in old and is_keyed(schema):
            change.findings.add("not_there_to_set", place.key_span, key=key, guess=guess(key, old))
        elif key not in old:
            if change.allowed(below, place):
                values[key], places[key] = value, place
        else:
            values[key], places[key] = set_keys(old[key], at.child(key), value, place, part(schema, key), below, change)
    return values, at._replace(children=places)


def insert_keys(
    old: Any, at: Place, new: Any, by: Place, schema: Schema, path: Path, change: Change
) -> tuple[Any, Place]:
    """Return ``old`` with what is new in ``new`` put in, behind or before the neighbour it names."""
    if isinstance(old, list) and isinstance(new, list):
        return _insert_elements(old, at, new, by, path, change)
    if not isinstance(old, dict) or not isinstance(new, dict):
        change.findings.add("already_there", by.key_span, key=path[-1] if path else "")
        return old, at
    values, places = dict(old), dict(at.children or {})
    for key, value in new.items():
        place, below = by.child(key), (*path, key)
        if key in values:
            values[key], places[key] = insert_keys(
                values[key], at.child(key), value, place, part(schema, key), below, change
            )
        elif change.allowed(below, place):
            value, place, neighbour, behind = _position(value, place)
            index = len(values)
            if neighbour is not None:
                if neighbour in values:
                    index = list(values).index(neighbour) + behind
                else:
                    change.findings.add("no_neighbour", place.key_span, key=neighbour, guess=guess(neighbour, values))
            values = _put(values, index, key, value)
            places[key] = place
    return values, at._replace(children=places)


def remove_keys(old: Any, at: Place, gone: Any, by: Place, path: Path, change: Change) -> tuple[Any, Place]:
    """Return ``old`` without the keys or elements that ``gone`` names."""
    if isinstance(gone, list):
        return _remove_named(old, at, gone, by, path, change)
    if not isinstance(gone, dict):
        change.findings.add("bad_removal", by.span)
        return old, at
    if not isinstance(old, dict):
        change.findings.add("not_there_to_remove", by.key_span, key=path[-1] if path else "", guess="")
        return old, at
    values, places = dict(old), dict(at.children or {})
    for key, inner in gone.items():
        place = by.child(key)
        if key not in old:
            change.findings.add("not_there_to_remove", place.key_span, key=key, guess=guess(key, old))
        else:
            values[key], places[key] = remove_keys(old[key], at.child(key), inner, place, (*path, key), change)
    return values, at._replace(children=places)


def _remove_named(old: Any, at: Place, gone: list[Any], by: Place, path: Path, change: Change) -> tuple[Any, Place]:
    if isinstance(old, list):
        return _remove_elements(old, at, gone, by, path, change)
    if not isinstance(old, dict):
        change.findings.add("not_there_to_remove", by.key_span, key=path[-1] if path else "", guess="")
        return old, at
    values, places = dict(old), dict(at.children or {})
    for index, key in enumerate(gone):
        place = by.child(index)
        if not isinstance(key, str) or key not in values:
            change.findings.add("not_there_to_remove", place.span, key=key, guess=guess(str(key), old))
        elif change.allowed((*path, key), place, whole=True):
            del values[key]
            places.pop(key, None)
    return values, at._replace(children=places)


def _remove_elements(
    old: list[Any], at: Place, gone: list[Any], by: Place, path: Path, change: Change
) -> tuple[list[Any], Place]:
    kept = [(value, at.child(index)) for index, value in enumerate(old)]
    for index, name in enumerate(gone):
        place = by.child(index)
        left = [(value, where) for value, where in kept if name not in (value, _name_of(value))]
        if len(left) == len(kept):
            known = [_name_of(value) for value, _ in kept]
            change.findings.add("not_there_to_remove", place.span, key=name, guess=guess(str(name), known))
        elif change.allowed((*path, _name_of(name)), place, whole=True):
            kept = left
    return _list_of(kept, at)


def _insert_elements(
    old: list[Any], at: Place, new: list[Any], by: Place, path: Path, change: Change
) -> tuple[list[Any], Place]:
    found = [(value, at.child(index)) for index, value in enumerate(old)]
    for index, value in enumerate(new):
        value, place, neighbour, behind = _position(value, by.child(index))
        names = [_name_of(element) for element, _ in found]
        if _name_of(value) in names:
            change.findings.add("already_there", place.span, key=_name_of(value))
            continue
        if not change.allowed((*path, _name_of(value)), place):
            continue
        where = len(found)
        if neighbour is not None:
            if neighbour in names:
                where = names.index(neighbour) + behind
            else:
                change.findings.add("no_neighbour", place.span, key=neighbour, guess=guess(neighbour, names))
        found.insert(where, (value, place))
    return _list_of(found, at)


def _list_of(found: list[tuple[Any, Place]], at: Place) -> tuple[list[Any], Place]:
    children: Children = {index: place for index, (_, place) in enumerate(found)}
    return [value for value, _ in found], at._replace(children=children)


def _name_of(value: Any) -> str:
    # an element of a list is known by its text, or by the field it is about
    if isinstance(value, dict):
        return str(value.get("field", next(iter(value.values()), "")))
    return str(value)


def _position(value: Any, place: Place) -> tuple[Any, Place, str | None, int]:
    if not isinstance(value, dict):
        return value, place, None, 0
    for word, behind in (("after", 1), ("before", 0)):
        if isinstance(value.get(word), str):
            rest = {key: part for key, part in value.items() if key != word}
            return rest, place, value[word], behind
    return value, place, None, 0


def _put(values: dict[str, Any], index: int, key: str, value: Any) -> dict[str, Any]:
    pairs = list(values.items())
    pairs.insert(index, (key, value))
    return dict(pairs)
