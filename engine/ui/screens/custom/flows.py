"""Approval flows: the list of them, one as levels with its picture, and a level as a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.flow import step_id
from engine.tenancy import Fault
from engine.ui.screens.custom.flow_pictures import nodes_of
from engine.ui.screens.custom.lengths import length_in_words, length_values
from engine.ui.screens.custom.people import KINDS, people_in_words, person_values
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.flowcharts import FlowNode
from engine.ui.widgets.base import Option

POLICIES: Mapping[str, tuple[str, ...]] = {
    "self": ("manager", "head", "skip", "allow", "admin"),
    "repeat": ("adjacent", "once", "ask"),
    "empty": ("admin", "block", "pass", "fail"),
    "withdraw": ("until_decided", "until_closed", "never"),
}
MODES = ("all", "any")
REJECTS = ("", "end", "return", "continue")


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
class LevelRow:
    """A step in its order; ``editable``: a plain decision, which the form knows."""

    id: str
    title: str
    kind: str
    people: str
    when: str
    within: str
    editable: bool


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of the flow with the cases that run on it."""

    number: int
    open: int
    current: bool
    when: str
    by: str


@dataclass(frozen=True, slots=True)
class FlowScreen:
    """One flow: settings, levels, picture, versions, and a way to try it."""

    bar: Bar
    name: str
    title: str
    object: str
    object_title: str
    mark: str
    levels: tuple[LevelRow, ...]
    nodes: tuple[FlowNode, ...]
    when: str
    policies: tuple[tuple[str, tuple[Option, ...]], ...]
    versions: tuple[VersionLine, ...]
    problems: tuple[str, ...]
    records: tuple[Option, ...]
    tried: tuple[FlowNode, ...]


@dataclass(frozen=True, slots=True)
class LevelScreen:
    """A level as a form."""

    bar: Bar
    flow: str
    flow_title: str
    object: str
    id: str
    title: str
    is_new: bool
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]
    kinds: tuple[Option, ...]
    choices: Mapping[str, tuple[Option, ...]]
    modes: tuple[Option, ...]
    rejects: tuple[Option, ...]
    calendars: tuple[Option, ...]
    after: tuple[Option, ...]


def build_flows(shop: Shop, running: Mapping[str, int]) -> FlowsScreen:
    """Return all approval flows."""
    rows = tuple(
        FlowRow(
            one.id,
            shop.titled("approval", one.id),
            shop.titled("object", str(one.body.get("object", ""))),
            len(steps_of(one.body)),
            running.get(one.id, 0),
            shop.mark("approval", one.id),
            shop.origin("approval", one.id),
        )
        for one in shop.of_kind("approval")
    )
    return FlowsScreen(shop.bar("approvals"), rows)


def build_flow(
    shop: Shop,
    name: str,
    versions: Sequence[Mapping[str, Any]],
    problems: Sequence[str] = (),
    trial: tuple[Sequence[Option], Sequence[FlowNode]] = ((), ()),
) -> FlowScreen:
    """Return one flow with everything that can be set on screen."""
    body = shop.body("approval", name)
    object = str(body.get("object", ""))
    instant = shop.desk.dates.instant_or_word
    start = body.get("start", {})
    return FlowScreen(
        shop.bar("approvals"),
        name,
        shop.titled("approval", name),
        object,
        shop.titled("object", object),
        shop.mark("approval", name),
        tuple(_level(shop, object, step) for step in steps_of(body)),
        tuple(nodes_of(shop, object, steps_of(body))),
        str(start.get("when", "")).strip() if isinstance(start, Mapping) else "",
        tuple((key, tuple(_policy_options(shop, key, body))) for key in POLICIES),
        tuple(
            VersionLine(one["version"], one["open"], one["current"], instant(one["published_at"]), _by(one))
            for one in versions
        ),
        tuple(problems),
        tuple(trial[0]),
        tuple(trial[1]),
    )


def build_level(
    shop: Shop, flow: str, id: str, given: Mapping[str, str] | None = None, wrong: Sequence[Complaint] = ()
) -> LevelScreen:
    """Return the form of a level; without an id that of a new one."""
    body = shop.body("approval", flow)
    object = str(body.get("object", ""))
    step = next((one for one in steps_of(body) if step_id(one) == id), {})
    values = {**_stored(step), **(given or {})}
    errors, problems = _told(shop, flow, wrong)
    say = shop.desk.say
    names = [step_id(one) for one in steps_of(body)]
    after = values.get("after", names[-1] if names else "")
    return LevelScreen(
        shop.bar("approvals"),
        flow,
        shop.titled("approval", flow),
        object,
        id,
        shop.title(step.get("title"), id),
        not step,
        values,
        errors,
        problems,
        tuple(Option(kind, say(f"custom.by_{kind}"), kind == values["kind"]) for kind in KINDS),
        {key: tuple(options) for key, options in _choices(shop, object, values).items()},
        tuple(Option(mode, say(f"custom.mode_{mode}"), mode == values["mode"]) for mode in MODES),
        tuple(
            Option(one, say(f"custom.reject_{one or 'policy'}"), one == values["on_reject"]) for one in ("", *REJECTS)
        ),
        tuple(_calendars(shop, values["calendar"])),
        (
            Option("", say("custom.comes_first"), not after),
            *(Option(one, say("custom.behind", step=_step_title(shop, body, one)), one == after) for one in names),
        ),
    )


def steps_of(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the steps of a flow; none where it only changes those of another."""
    steps = body.get("steps", [])
    return steps if isinstance(steps, list) else []


def _level(shop: Shop, object: str, step: Mapping[str, Any]) -> LevelRow:
    kind = str(next(iter(step), ""))
    sla = step.get("sla")
    return LevelRow(
        step_id(step),
        shop.title(step.get("title"), step_id(step)),
        shop.desk.say(f"flow.kind.{kind}") if shop.desk.words.has(f"flow.kind.{kind}") else kind,
        people_in_words(shop, object, step.get("by", step.get("to", ()))),
        str(step.get("when", "")).strip(),
        length_in_words(shop, str(sla.get("within", ""))) if isinstance(sla, Mapping) else "",
        kind == "approve",
    )


def _stored(step: Mapping[str, Any]) -> dict[str, str]:
    title = step.get("title", "")
    sla = step.get("sla")
    clock = sla if isinstance(sla, Mapping) else {}
    return {
        "title.zh": title if isinstance(title, str) else str(title.get("zh", "")),
        "title.en": title if isinstance(title, str) else str(title.get("en", "")),
        "when": str(step.get("when", "")).strip(),
        "mode": str(step.get("mode", "all")),
        "on_reject": str(step.get("on_reject", "")),
        **length_values(str(clock.get("within", ""))),
        "calendar": str(clock.get("calendar", "")),
        "name": step_id(step),
        **person_values(step.get("by", ())),
    }


def _choices(shop: Shop, object: str, values: Mapping[str, str]) -> dict[str, list[Option]]:
    model = shop.desk.model
    fields = {
        name: shop.title(field.get("title"), name)
        for name, field in shop.fields(object).items()
        if field.get("type") in ("user", "users", "reference")
    }
    fields |= {"owner": shop.field_title(object, "owner")} if "owner" in model.objects[object].fields else {}
    found = {
        "role": {name: shop.titled("role", name) for name in model.roles},
        "field": fields,
    }
    return {
        key: [Option(name, title, name == values.get(key)) for name, title in options.items()]
        for key, options in found.items()
    }


def _calendars(shop: Shop, chosen: str) -> Iterator[Option]:
    yield Option("", shop.desk.say("custom.plain_time"), not chosen)
    for one in shop.of_kind("worktime"):
        yield Option(one.id, shop.titled("worktime", one.id), one.id == chosen)


def _policy_options(shop: Shop, key: str, body: Mapping[str, Any]) -> Iterator[Option]:
    policy = body.get("policy", {})
    now = policy.get(key, "") if isinstance(policy, Mapping) else ""
    yield Option("", shop.desk.say("custom.policy_default"), not now)
    for value in POLICIES[key]:
        yield Option(value, shop.desk.say(f"custom.policy_{key}_{value}"), value == now)


def _step_title(shop: Shop, body: Mapping[str, Any], id: str) -> str:
    step = next(one for one in steps_of(body) if step_id(one) == id)
    return shop.title(step.get("title"), id)


def _by(one: Mapping[str, Any]) -> str:
    return str(one["published_by"])


def _told(shop: Shop, flow: str, wrong: Sequence[Complaint]) -> tuple[dict[str, str], tuple[str, ...]]:
    beside: dict[str, str] = {}
    others: list[str] = []
    language = shop.desk.words.language
    for one in wrong:
        key = one.path
        if isinstance(one, Fault) and (one.kind, one.id) == ("approval", flow):
            key = next((str(part) for part in one.place if part in ("when", "by", "sla", "title")), "")
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        if key in ("when", "by", "sla", "title", "title.zh", "role", "user", "field", "position", "feel", "within.n"):
            beside[{"title": "title.zh", "sla": "within.n"}.get(key, key)] = text
        else:
            others.append(shop.said(one))
    return beside, tuple(dict.fromkeys(others))
