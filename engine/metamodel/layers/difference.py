"""What an upper layer has to say so that a definition of a lower one becomes another: set, insert, remove; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.metamodel.definitions.grammar import Schema, grammar_of, is_keyed, is_label, part
from engine.metamodel.layers.flow import is_flow, step_id, steps_in
from engine.metamodel.layers.wishes import name_of

_Json = dict[str, Any]


@dataclass(slots=True)
class _Said:
    """The three verbs of a part; each stays empty until something is to be said."""

    set: _Json = field(default_factory=dict)
    insert: _Json = field(default_factory=dict)
    remove: _Json = field(default_factory=dict)

    def below(self, key: str, said: _Said) -> None:
        """Take over what is said of a part."""
        for verb in ("set", "insert", "remove"):
            if found := getattr(said, verb):
                getattr(self, verb)[key] = found

    def body(self) -> _Json:
        """Return the body of a ``change``."""
        removed = {"remove": _as_written(self.remove)} if self.remove else {}
        return removed | {verb: found for verb, found in (("set", self.set), ("insert", self.insert)) if found}


def difference(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> _Json:
    """Return the body of the ``change`` that makes ``new`` of ``old``; empty when they say the same."""
    said = _Said()
    _compare_maps(old, new, grammar_of(kind), said)
    return said.body()


def _compare_maps(old: Mapping[str, Any], new: Mapping[str, Any], schema: Schema, said: _Said) -> None:
    moved = _moved(list(old), list(new)) if is_keyed(schema) else frozenset()
    for key in old:
        if key not in new or key in moved:
            said.remove[key] = True
    before: str | None = None
    stays = [key for key in new if key in old and key not in moved]
    for key, value in new.items():
        if key in old and key not in moved:
            if old[key] != value or not _same_order(old[key], value):
                _compare(key, old[key], value, part(schema, key), said)
        elif is_keyed(schema):
            said.insert[key] = _placed(value, before, stays)
        else:
            said.set[key] = value
        before = key


def _compare(key: str, old: Any, new: Any, schema: Schema, said: _Said) -> None:
    below = _Said()
    if isinstance(old, dict) and isinstance(new, dict) and not is_label(schema):
        _compare_maps(old, new, schema, below)
        if key in said.remove:
            return
        said.below(key, below)
    elif is_flow(schema) and isinstance(old, list) and isinstance(new, list):
        _compare_steps(key, old, new, part(schema, 0), said)
    elif _named(old) and _named(new):
        _compare_lists(key, old, new, said)
    elif is_label(schema) and isinstance(old, dict) and isinstance(new, dict):
        said.set[key] = new if set(old) - set(new) else {one: text for one, text in new.items() if old.get(one) != text}
        if set(old) - set(new):
            said.remove[key] = True
    else:
        said.set[key] = new


def _compare_lists(key: str, old: Sequence[Any], new: Sequence[Any], said: _Said) -> None:
    """Say of a list of names which go and which come, where that is shorter than the list itself."""
    before = {name_of(one): one for one in old}
    after = {name_of(one): one for one in new}
    moved = _moved(list(before), list(after)) | {
        name for name in after if name in before and before[name] != after[name]
    }
    gone = [name for name in before if name not in after or name in moved]
    come = [name for name in after if name not in before or name in moved]
    if len(gone) + len(come) > max(len(new), 1) or (come and not any(name not in come for name in after)):
        said.set[key] = list(new)
        return
    if gone:
        said.remove[key] = gone
    if come:
        names, stays = list(after), [name for name in after if name not in come]
        said.insert[key] = [_listed(after[name], _neighbour(names, name, stays)) for name in come]


def _compare_steps(key: str, old: list[Any], new: list[Any], schema: Schema, said: _Said) -> None:
    """Say of steps which go, come and change; blocks whose inside changes are said as a whole."""
    before, after = ({step_id(one): one for one in steps} for steps in (old, new))
    deep = any(len(path) > 1 for steps in (old, new) for path in steps_in(steps).values())
    blocks = {id for id in before.keys() & after.keys() if before[id] != after[id] and len(steps_in([after[id]])) > 1}
    moved = _moved(list(before), list(after)) | blocks
    kinds = {id for id in before.keys() & after.keys() if next(iter(before[id])) != next(iter(after[id]))}
    stays = [id for id in after if id in before and id not in moved | kinds]
    if not stays or (deep and len(before) != len(old)):
        said.set[key] = new
        return
    below = _Said()
    gone = [id for id in before if id not in stays]
    for id in stays:
        if before[id] != after[id]:
            _compare(id, before[id], after[id], schema, below)
    names = list(after)
    come = [_listed(after[id], _neighbour(names, id, stays)) for id in names if id not in stays]
    said.below(key, _Said(set=below.set, insert={}, remove={**dict.fromkeys(gone, True), **below.remove}))
    if below.insert or any(
        isinstance(one, dict) and {"after", "before"} & one.keys() for one in (after[id] for id in names)
    ):
        said.set[key] = new  # what an insertion within a step cannot say
        said.remove.pop(key, None)
    elif come:
        said.insert[key] = come


def _moved(old: Sequence[str], new: Sequence[str]) -> frozenset[str]:
    """Return the fewest names that must move so that what both have stands in the new order."""
    place = {name: index for index, name in enumerate(old)}
    common = [name for name in new if name in place]
    ends: list[list[str]] = []
    for name in common:
        best = max((chain for chain in ends if place[chain[-1]] < place[name]), key=len, default=[])
        ends.append([*best, name])
    kept = max(ends, key=len, default=[])
    return frozenset(common) - frozenset(kept)


def _placed(value: Any, before: str | None, stays: Sequence[str]) -> Any:
    if not isinstance(value, dict):
        return value
    if before is not None:
        return {**value, "after": before}
    return {**value, "before": stays[0]} if stays else value


def _neighbour(names: Sequence[str], name: str, stays: Sequence[str]) -> Mapping[str, str]:
    index = names.index(name)
    if index:
        return {"after": names[index - 1]}
    return {"before": stays[0]} if stays else {}


def _listed(element: Any, neighbour: Mapping[str, str]) -> Any:
    return {**(element if isinstance(element, dict) else {"field": element}), **neighbour}


def _named(value: Any) -> bool:
    """Tell whether a list is one of names or of maps about fields, none twice."""
    if not isinstance(value, list) or not all(isinstance(one, str) or "field" in _map(one) for one in value):
        return False
    return len({name_of(one) for one in value}) == len(value)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _same_order(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new) and all(_same_order(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same_order, old, new))
    return True


def _as_written(removed: _Json) -> Any:
    """Return removals as a list of names where nothing is said below any of them."""
    if all(value is True for value in removed.values()):
        return list(removed)
    return {key: _as_written(value) if isinstance(value, dict) else value for key, value in removed.items()}
