"""Approval flows: the list of them, and one as a tree of steps with its picture, its versions and a way to try it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.layers.flow import branches_of, step_id
from engine.ui.screens.custom.flow_pictures import nodes_of
from engine.ui.screens.custom.flow_steps import KINDS, way_title
from engine.ui.screens.custom.flow_trees import Placed, placed, steps_of
from engine.ui.screens.custom.lengths import length_in_words
from engine.ui.screens.custom.people import people_in_words
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.flowcharts import FlowNode
from engine.ui.widgets.base import Option


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A flow in the list; ``open`` are the cases that are running."""

    name: str
    title: str
    object: str
    levels: int
    open: int
    mark: str
    origin: str


@dataclass(frozen=True, slots=True)
class FlowsScreen:
    """All approval flows."""

    bar: Bar
    rows: tuple[FlowRow, ...]


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way through a block with its steps; ``list`` names it as a place for further ones."""

    list: str
    title: str
    when: str
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step in its place."""

    key: str
    title: str
    kind: str
    icon: str
    people: str
    when: str
    within: str
    first: bool
    last: bool
    ways: tuple[WayRow, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of the flow with the cases that run on it."""

    number: int
    open: int
    current: bool
    closed: bool
    when: str
    by: str


@dataclass(frozen=True, slots=True)
class MoveCheck:
    """What moving the running cases to a version would do: how many can go, and what holds the others.

    ``gone`` are steps at which cases stand and that the version does not have, each with those that may take its place.
    """

    version: int
    done: bool
    possible: int
    blocked: int
    gone: tuple[tuple[str, str, tuple[Option, ...]], ...]


@dataclass(frozen=True, slots=True)
class FlowScreen:
    """One flow: its steps, picture, versions, and a way to try it."""

    bar: Bar
    name: str
    title: str
    object: str
    object_title: str
    mark: str
    when: str
    policies: tuple[tuple[str, str], ...]
    rows: tuple[StepRow, ...]
    nodes: tuple[FlowNode, ...]
    versions: tuple[VersionLine, ...]
    problems: tuple[str, ...]
    records: tuple[Option, ...]
    tried: tuple[FlowNode, ...]
    check: MoveCheck | None


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What a page about a flow shows besides its definition."""

    versions: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[str] = ()
    records: Sequence[Option] = ()
    tried: Sequence[FlowNode] = ()
    check: MoveCheck | None = None


def build_flows(shop: Shop, running: Mapping[str, int]) -> FlowsScreen:
    """Return all approval flows."""
    rows = tuple(
        FlowRow(
            one.id,
            shop.titled("approval", one.id),
            shop.titled("object", str(one.body.get("object", ""))),
            sum(step.kind in ("approve", "handle") for step in placed(steps_of(one.body))),
            running.get(one.id, 0),
            shop.mark("approval", one.id),
            shop.origin("approval", one.id),
        )
        for one in shop.of_kind("approval")
    )
    return FlowsScreen(shop.bar("approvals"), rows)


def build_flow(shop: Shop, name: str, facts: FlowFacts) -> FlowScreen:
    """Return one flow with everything that can be set on screen."""
    body = shop.body("approval", name)
    object = str(body.get("object", ""))
    instant = shop.desk.dates.instant_or_word
    start = body.get("start", {})
    steps = steps_of(body)
    return FlowScreen(
        shop.bar("approvals"),
        name,
        shop.titled("approval", name),
        object,
        shop.titled("object", object),
        shop.mark("approval", name),
        str(start.get("when", "")).strip() if isinstance(start, Mapping) else "",
        tuple(_policies(shop, body)),
        _rows(shop, object, tuple(placed(steps)), ""),
        tuple(nodes_of(shop, object, steps)),
        tuple(
            VersionLine(
                one["version"],
                one["open"],
                one["current"],
                one["closed"],
                instant(one["published_at"]),
                str(one["published_by"]),
            )
            for one in facts.versions
        ),
        tuple(facts.problems),
        tuple(facts.records),
        tuple(facts.tried),
        facts.check,
    )


def build_check(shop: Shop, flow: str, version: int, found: Mapping[str, Any], asked: Mapping[str, str]) -> MoveCheck:
    """Return what moving the running cases came to, or would come to."""
    gone = dict.fromkeys(step for one in found["blocked"] for step in str(one["steps"]).split(", ") if step)
    gone |= dict.fromkeys(asked)
    model = shop.desk.model.approvals.get(flow)
    names = [(one.key, one.step) for one in placed(steps_of(model.body if model is not None else {}))]
    offered = [(key, shop.title(step.get("title"), key)) for key, step in names if not key.startswith("stop-")]
    lines = []
    for step in gone:
        chosen = asked.get(step, "")
        first = Option("", shop.desk.say("part.none"), not chosen)
        options = (first, *(Option(key, title, key == chosen) for key, title in offered))
        lines.append((step, step, options))
    return MoveCheck(version, not found["dry_run"], len(found["possible"]), len(found["blocked"]), tuple(lines))


# ---------------------------------------------------------------------------------------------------------------------


def _rows(shop: Shop, object: str, steps: Sequence[Placed], home: str) -> tuple[StepRow, ...]:
    inside = [one for one in steps if one.list == home]
    return tuple(_row(shop, object, steps, one, len(inside)) for one in inside)


def _row(shop: Shop, object: str, steps: Sequence[Placed], one: Placed, count: int) -> StepRow:
    say, step, kind = shop.desk.say, one.step, one.kind
    sla = step.get("sla")
    named = say(f"part.kind.{kind}") if kind in KINDS else kind
    untitled = say(f"part.stop.is.{step_id(step)}") if kind == "stop" else named
    return StepRow(
        one.key,
        shop.title(step.get("title"), untitled),
        named,
        KINDS.get(kind, "dots"),
        _told(shop, object, one),
        str(step.get("when", "")).strip(),
        length_in_words(shop, str(sla.get("within", ""))) if isinstance(sla, Mapping) else "",
        one.index == 0,
        one.index == count - 1,
        tuple(
            WayRow(
                f"{step_id(step)}.{name}",
                way_title(shop, step, name),
                _condition(step, name),
                _rows(shop, object, steps, f"{step_id(step)}.{name}"),
            )
            for name, _ in branches_of(step)
        ),
    )


def _told(shop: Shop, object: str, one: Placed) -> str:
    """Return whose a step is, or what it does."""
    step, say = one.step, shop.desk.say
    match one.kind:
        case "wait":
            if step.get("for"):
                return length_in_words(shop, str(step["for"]))
            return str(step.get("event") or step.get("until", "")).removeprefix("=").strip()
        case "call":
            return shop.titled("approval", str(step.get("flow", "")))
        case "do":
            verbs = [str(next(iter(effect), "")) for effect in step.get("effects", ())]
            return say("value.joint").join(say(f"part.verb.{verb}") for verb in verbs)
        case "handle" if step.get("assign"):
            return shop.titled("assignment", str(step["assign"]))
        case _:
            return people_in_words(shop, object, step.get("by", step.get("to", ())))


def _condition(step: Mapping[str, Any], name: str) -> str:
    ways, branches = step.get("of"), step.get("branches")
    way: Any = None
    if isinstance(ways, list) and name.isdigit():
        way = ways[int(name)]
    elif isinstance(branches, Mapping):
        way = branches.get(name)
    return str(way.get("when", "")).strip() if isinstance(way, Mapping) else ""


def _policies(shop: Shop, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the policies that differ from what is usual, in words."""
    policy = body.get("policy", {})
    for key, value in policy.items() if isinstance(policy, Mapping) else ():
        if isinstance(value, str):
            wish = f"part.{key}.is.{value}"
            yield shop.desk.say(f"part.{key}"), shop.desk.say(wish) if shop.desk.words.has(wish) else value
