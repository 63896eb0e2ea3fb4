"""Steps of a flow by their ids, however deep they stand in its blocks: found, changed, put in, taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.metamodel.definitions import Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import Schema


def is_flow(schema: Schema) -> bool:
    """Tell whether a value is a list of steps."""
    return schema.get("title") == "Steps"


def steps_in(value: Any) -> dict[str, Path]:
    """Return where each step of a list stands, by id."""
    return dict(_walk(value, ()))


def branch_in(value: Any, name: str) -> Path | None:
    """Return where the steps of a branch stand, named ``block.branch`` (``0``, ``1``, ``else`` of a choice)."""
    block, _, branch = name.partition(".")
    path = steps_in(value).get(block)
    if path is None:
        return None
    for found, steps in branches_of(at_path(value, path)):
        if found == branch:
            return (*path, *steps)
    return None


def at_path(value: Any, path: Path) -> Any:
    """Return the value at a path that is there."""
    for key in path:
        value = value[key]
    return value


def edited(node: Node, path: Path, edit: Callable[[Node], Node]) -> Node:
    """Return a copy of ``node`` in which ``edit`` has changed the part at ``path``."""
    if not path:
        return edit(node)
    key, rest = path[0], path[1:]
    below = edited(node.get(key), rest, edit)
    value = list(node.value) if isinstance(node.value, list) else dict(node.value)
    value[key] = below.value  # type: ignore[index] # the path leads through lists and maps that are there
    places: dict[str | int, Place] = {**(node.place.children or {}), key: below.place}
    return Node(value, node.place._replace(children=places), node.path)


def step_id(step: Any) -> str:
    """Return the id of a step: the value of its first key."""
    return str(next(iter(step.values()), "")) if isinstance(step, Mapping) else ""


def branches_of(step: Any) -> Iterator[tuple[str, Path]]:
    """Yield the names of a block's branches, and where the steps of each stand in it."""
    ways, branches = step.get("of"), step.get("branches")
    for index, way in enumerate(ways if isinstance(ways, list) else ()):
        if isinstance(way, dict) and isinstance(way.get("steps"), list):
            yield "else" if way.get("else") is True else str(index), ("of", index, "steps")
    if isinstance(step.get("else"), list):
        yield "else", ("else",)
    for name, branch in branches.items() if isinstance(branches, dict) else ():
        if isinstance(branch, list):
            yield name, ("branches", name)
        elif isinstance(branch, dict) and isinstance(branch.get("steps"), list):
            yield name, ("branches", name, "steps")


def _walk(value: Any, path: Path) -> Iterator[tuple[str, Path]]:
    for index, step in enumerate(value if isinstance(value, list) else ()):
        if isinstance(step, dict):
            here = (*path, index)
            yield step_id(step), here
            for _, below in branches_of(step):
                yield from _walk(at_path(step, below), (*here, *below))
