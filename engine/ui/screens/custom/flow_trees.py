"""The steps of a flow as a tree: where each stands, and what a change of the tree comes to; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from engine.metamodel.definitions.document import Path
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import at_path, branches_of, step_id

Steps = Sequence[Mapping[str, Any]]
_INSIDES = ("of", "else", "branches")


@dataclass(frozen=True, slots=True)
class Placed:
    """A step and where it stands. ``key`` names it in addresses; ``list`` is ``block.branch``, empty for the flow."""

    key: str
    step: Mapping[str, Any]
    path: Path
    list: str
    index: int

    @property
    def kind(self) -> str:
        """Return the verb of the step."""
        return verb_of(self.step)

    @property
    def home(self) -> Path:
        """Return where its list stands."""
        return self.path[:-1]


def steps_of(body: Mapping[str, Any]) -> Steps:
    """Return the steps of a flow; none where it only changes those of another."""
    steps = body.get("steps", [])
    return steps if isinstance(steps, list) else []


def verb_of(step: Mapping[str, Any]) -> str:
    """Return the word that a step begins with."""
    return str(next(iter(step), ""))


def placed(steps: Steps) -> Iterator[Placed]:
    """Yield all steps in their order, each before those inside it."""
    yield from _placed(steps, (), "")


def lists_of(steps: Steps) -> Iterator[tuple[str, Path]]:
    """Yield every list that a step may stand in, by name."""
    yield "", ()
    for one in placed(steps):
        for name, below in branches_of(one.step):
            yield f"{step_id(one.step)}.{name}", (*one.path, *below)


def find(steps: Steps, key: str) -> Placed | None:
    """Return a step by its key, None when there is none."""
    return next((one for one in placed(steps) if one.key == key), None)


def without(steps: Steps, one: Placed) -> list[Any]:
    """Return the steps without one."""
    made = deepcopy(list(steps))
    del _list(made, one.home)[one.index]
    return made


def replaced(steps: Steps, one: Placed, step: Mapping[str, Any]) -> list[Any]:
    """Return the steps with another in the place of one."""
    made = deepcopy(list(steps))
    _list(made, one.home)[one.index] = step
    return made


def inserted(steps: Steps, home: str, after: str, step: Mapping[str, Any]) -> list[Any]:
    """Return the steps with a new one in a list: behind the step ``after``, else first; at the end where there is no
    such step."""
    made = deepcopy(list(steps))
    there = _list(made, dict(lists_of(made)).get(home, ()))
    keys = [one.key for one in placed(made) if one.list == home]
    there.insert(0 if after == "" else keys.index(after) + 1 if after in keys else len(there), step)
    return made


def shifted(steps: Steps, one: Placed, by: int) -> list[Any]:
    """Return the steps with one moved up or down in its list."""
    made = deepcopy(list(steps))
    there = _list(made, one.home)
    to = one.index + by
    if 0 <= to < len(there):
        there.insert(to, there.pop(one.index))
    return made


def edits_between(flow: str, old: Steps, new: Steps) -> Iterator[Edit]:
    """Yield the smallest edits that make the new steps of the old ones."""
    ids, wanted = [step_id(one) for one in old], [step_id(one) for one in new]
    if not _plain(old) or not _plain(new) or {verb_of(one) for one in (*old, *new)} & {"stop"}:
        if list(old) != list(new):
            yield Edit("set", "approval", flow, ("steps",), list(new))
        return
    now = [id for id in ids if id in wanted]
    yield from (Edit("remove", "approval", flow, ("steps", id)) for id in ids if id not in wanted)
    # what leaves a block goes before it comes elsewhere
    before = dict(zip(ids, old, strict=True))
    for id, one in zip(wanted, new, strict=True):
        if id in before:
            yield from _changes(flow, before[id], one)
    for at, id in enumerate(wanted):
        after = wanted[at - 1] if at else ""
        if id not in ids:
            yield Edit("insert", "approval", flow, ("steps", id), dict(new[at]), after=after)
            now.insert(at, id)
        elif now[at] != id:
            yield Edit("move", "approval", flow, ("steps", id), after=after)
            now.remove(id)
            now.insert(at, id)


# ---------------------------------------------------------------------------------------------------------------------


def _placed(steps: Sequence[Any], path: Path, name: str) -> Iterator[Placed]:
    for index, step in enumerate(steps):
        if not isinstance(step, Mapping):
            continue
        here = (*path, index)
        key = step_id(step) if verb_of(step) != "stop" else "stop-" + "-".join(map(str, here))
        yield Placed(key, step, here, name, index)
        for branch, below in branches_of(step):
            yield from _placed(at_path(step, below), (*here, *below), f"{step_id(step)}.{branch}")


def _list(steps: list[Any], home: Path) -> list[Any]:
    found: list[Any] = at_path(steps, home)
    return found


def _plain(steps: Steps) -> bool:
    names = [step_id(one) for one in steps]
    return len(set(names)) == len(names)


def _changes(flow: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield what changes in a step that stays where it is: each setting by itself, inside blocks step by step."""
    id = step_id(old)
    if old == new:
        return
    if verb_of(old) == "stop" or verb_of(new) != verb_of(old):
        yield Edit("set", "approval", flow, ("steps", id), dict(new))
        return
    if _bare(old) == _bare(new):
        pairs = [
            (at_path(old, path), at_path(new, below))
            for (_, path), (_, below) in zip(branches_of(old), branches_of(new), strict=True)
        ]
        if all(_same_ids(one, other) for one, other in pairs):
            for one, other in pairs:
                for before, after in zip(one, other, strict=True):
                    yield from _changes(flow, before, after)
            return
    for key in (*old, *(key for key in new if key not in old)):
        if key not in new:
            yield Edit("remove", "approval", flow, ("steps", id, key))
        elif old.get(key) != new[key] or key not in old:
            yield Edit("set", "approval", flow, ("steps", id, key), new[key])


def _same_ids(one: Steps, other: Steps) -> bool:
    stops = {verb_of(step) for step in (*one, *other)} & {"stop"}
    return one == other or (not stops and [step_id(step) for step in one] == [step_id(step) for step in other])


def _bare(step: Mapping[str, Any]) -> Any:
    """Return a step without the steps inside it."""
    made = {**step, **{key: deepcopy(step[key]) for key in _INSIDES if key in step}}
    for _, path in branches_of(step):
        at_path(made, path).clear()
    return made
