"""The picture of a flow as its author is writing it, before anything runs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.metamodel.layers.flow import step_id
from engine.ui.screens.custom.people import people_in_words
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.flowcharts import FlowBranch, FlowNode


def nodes_of(shop: Shop, object: str, steps: Sequence[Mapping[str, Any]]) -> Iterator[FlowNode]:
    """Yield the picture of steps as they would be taken."""
    for step in steps:
        state = "maybe" if step.get("when") else "next"
        note = people_in_words(shop, object, step.get("by", step.get("to", ())))
        said = str(step["when"]).strip() if step.get("when") else shop.desk.say(f"flow.node.{state}")
        title = shop.title(step.get("title")) or _untitled(shop, step)
        yield FlowNode(title, state, said, "", note, 0, tuple(_branches(shop, object, step)))


def _untitled(shop: Shop, step: Mapping[str, Any]) -> str:
    kind = str(next(iter(step), ""))
    return shop.desk.say(f"part.stop.is.{step_id(step)}" if kind == "stop" else f"part.kind.{kind}")


def _branches(shop: Shop, object: str, step: Mapping[str, Any]) -> Iterator[FlowBranch]:
    ways, branches = step.get("of"), step.get("branches")
    for way in ways if isinstance(ways, list) else ():
        when = shop.title(way.get("title")) or str(way.get("when", "")).strip() or shop.desk.say("flow.otherwise")
        yield FlowBranch(when, tuple(nodes_of(shop, object, way.get("steps", ()))))
    for name, branch in branches.items() if isinstance(branches, Mapping) else ():
        inner = branch if isinstance(branch, list) else branch.get("steps", ())
        body = {} if isinstance(branch, list) else branch
        when = shop.title(body.get("title")) or str(body.get("when", "")).strip()
        yield FlowBranch(when or str(name), tuple(nodes_of(shop, object, inner)))
    if isinstance(step.get("else"), list):
        yield FlowBranch(shop.desk.say("flow.otherwise"), tuple(nodes_of(shop, object, step["else"])))
