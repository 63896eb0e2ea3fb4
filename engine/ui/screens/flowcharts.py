"""The flow as a list of steps inside one another, and what happened in it as a timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ui.desk import Desk
from engine.ui.screens.conditions import condition_in_words
from engine.ui.screens.inbox import step_title, word
from engine.ui.widgets.base import Cell
from engine.ui.widgets.references import initial_of, tone_of

# what is told on a timeline: icon and tone; the rest of the trail is bookkeeping
_TOLD: Mapping[str, tuple[str, str]] = {
    "submitted": ("upload", "blue"),
    "resubmitted": ("upload", "blue"),
    "decided": ("check", "green"),
    "returned": ("corner-down-left", "amber"),
    "step.returned": ("corner-down-left", "amber"),
    "step.skipped": ("robot", "gray"),
    "withdrawn": ("x", "gray"),
    "cancelled": ("ban", "red"),
    "closed": ("circle-check", "gray"),
    "comment": ("message", "gray"),
    "asked": ("message", "blue"),
    "answered": ("message", "blue"),
    "moved": ("user-share", "gray"),
    "reassigned": ("user-share", "gray"),
    "delegated": ("user-share", "gray"),
    "opinion": ("message", "gray"),
    "recalled": ("restore", "gray"),
    "retracted": ("restore", "amber"),
    "added": ("users", "gray"),
    "removed": ("minus", "gray"),
    "claimed": ("user", "gray"),
    "pick.asked": ("users", "amber"),
    "picked": ("users", "blue"),
    "released": ("user", "gray"),
    "copied": ("copy", "gray"),
    "urged": ("clock-exclamation", "amber"),
    "suspended": ("player-pause", "gray"),
    "resumed": ("refresh", "gray"),
    "jumped": ("arrow-right", "amber"),
    "overridden": ("edit-circle", "amber"),
    "incident": ("alert-triangle", "red"),
    "retried": ("refresh", "gray"),
    "stopped": ("ban", "gray"),
    "people.empty": ("alert-circle", "amber"),
    "substitution": ("user-share", "gray"),
    "migrated": ("refresh", "gray"),
}
_TONES: Mapping[str, tuple[str, str]] = {
    "reject": ("x", "red"),
    "decline": ("x", "red"),
    "return": ("corner-down-left", "amber"),
    "abstain": ("minus", "gray"),
}
_STATES: Mapping[str, tuple[str, str]] = {
    "done": ("check", "done"),
    "current": ("clock", "now"),
    "certain": ("", "next"),
    "possible": ("", "maybe"),
    "skipped": ("minus", "skip"),
}


@dataclass(frozen=True, slots=True)
class FlowBranch:
    """Steps side by side with others; ``when`` is the condition in words."""

    when: str
    nodes: tuple[FlowNode, ...]


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A step: done, now, next, maybe or skip; ``said`` is that in words, ``note`` whose it is or why not."""

    title: str
    state: str
    said: str
    icon: str
    note: str
    times: int = 0
    branches: tuple[FlowBranch, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowEvent:
    """Something that happened; a robot speaks where nobody acted."""

    icon: str
    tone: str
    who: Cell | None
    text: str
    when: str
    quote: str
    changes: tuple[tuple[str, str, str], ...] = ()
    round: int = 0


def draw_flow(desk: Desk, flow: str, nodes: Sequence[Mapping[str, Any]]) -> tuple[FlowNode, ...]:
    """Return the steps of a diagram or of a path before submission."""
    return tuple(_node(desk, flow, node) for node in nodes)


def output_title(desk: Desk, object: str, name: str) -> str:
    """Return what a value is called that deciders give: the record's field of the same name lends its title."""
    found = desk.model.objects.get(object)
    field = found.fields.get(name) if found is not None else None
    return (desk.title(field.title) if field is not None else "") or name.replace("_", " ")


def draw_events(desk: Desk, instance: Mapping[str, Any]) -> tuple[FlowEvent, ...]:
    """Return the timeline, the newest at the bottom; a round begins with a number."""
    names = _names(instance)
    found: list[FlowEvent] = []
    reached = 1
    for event in _joined(instance["timeline"]):
        if event["type"] not in _TOLD or (event["type"] == "step.skipped" and not event["reason"]):
            continue
        turned = event["round"] if event["round"] > reached else 0
        reached = max(reached, event["round"])
        found.append(_event(desk, instance, event, names, turned))
    return tuple(found)


# ----------------------------------------------------------------------------------------------------------------------


def _node(desk: Desk, flow: str, node: Mapping[str, Any]) -> FlowNode:
    state = str(node.get("state") or node.get("certainty"))
    icon, drawn = _STATES.get(state, ("", "next"))
    if node.get("outcome") == "failed":
        icon, drawn = "x", "failed"
    object = desk.model.approvals[flow].object if flow in desk.model.approvals else ""
    title = desk.title(node["title"]) or word(desk, f"flow.kind.{node['kind']}", str(node["step"]))
    branches = tuple(
        FlowBranch(_when(desk, object, branch), draw_flow(desk, flow, branch["steps"]))
        for branch in node.get("branches", ())
    )
    said = desk.say(f"flow.node.{drawn}")
    return FlowNode(title, drawn, said, icon, _note(desk, object, node, state), int(node.get("visits", 0)), branches)


def _when(desk: Desk, object: str, branch: Mapping[str, Any]) -> str:
    return condition_in_words(desk, object, str(branch["when"] or "")) or _unconditional(desk, branch)


def _unconditional(desk: Desk, branch: Mapping[str, Any]) -> str:
    return desk.say("flow.otherwise") if branch["name"] in ("else", "otherwise") else str(branch["name"])


def _note(desk: Desk, object: str, node: Mapping[str, Any], state: str) -> str:
    if node.get("incident"):
        return desk.say("flow.stuck")
    if state == "done":
        by = node.get("by")
        return str(by["name"]) if by else desk.say("flow.automatic")
    people = [str(one["person"]["name"]) for one in node.get("people", ()) if one.get("person")]
    if not people:
        people = [str(one["name"]) for one in node.get("people", ()) if "name" in one]
    if people:
        return desk.say("value.joint").join(people)
    if node.get("automatic"):
        return desk.say("flow.automatic")
    reason = node.get("reason")
    if state == "skipped" and reason:
        known = f"flow.why.{reason}"
        if desk.words.has(known):
            return desk.say(known)
        return desk.say("flow.why.condition", condition=condition_in_words(desk, object, str(reason)))
    return ""


def _joined(events: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield events; the decision to return and the turn that it caused are one."""
    asked: Mapping[str, Any] | None = None
    for event in events:
        if event["type"] == "decided" and event["decision"] == "return":
            asked = event
        elif asked is not None and event["type"] in ("returned", "step.returned"):
            yield {**asked, "facts": {**event["facts"], **asked["facts"]}}
            asked = None
        else:
            yield event
    if asked is not None:
        yield asked


def _names(instance: Mapping[str, Any]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    keys = ("actor", "behalf", "assignee", "principal", "decided_by", "submitter")
    for one in (*instance["timeline"], *instance["tasks"], instance):
        for key in keys:
            person = one.get(key)
            if person:
                found[str(person["id"])] = str(person["name"])
    return found


def _event(
    desk: Desk, instance: Mapping[str, Any], event: Mapping[str, Any], names: Mapping[str, str], turned: int
) -> FlowEvent:
    type, decision = str(event["type"]), str(event["decision"] or "")
    icon, tone = _TONES.get(decision, _TOLD[type]) if type == "decided" else _TOLD[type]
    actor = event["actor"]
    acted = actor is not None and actor["id"] in names and actor["name"] != "system"
    who = Cell("person", actor["name"], tone=tone_of(actor["id"]), note=initial_of(actor["name"])) if acted else None
    text = _text(desk, instance, event, names)
    if event["behalf"]:
        text = desk.say("flow.on_behalf", text=text, name=event["behalf"]["name"])
    quote = desk.say("flow.unsaid") if event["comment_withdrawn"] else str(event["comment"] or "")
    object, facts = str(instance["object"]), event["facts"]
    changes = (*_changes(desk, object, facts.get("changes") or {}), *_given(desk, object, facts.get("output") or {}))
    if not acted and type in ("decided", "step.skipped"):
        icon, tone = "robot", "gray"
    when = desk.dates.instant_or_word(event["at"])
    return FlowEvent(icon, tone, who, text, when, quote, changes, turned)


def _text(desk: Desk, instance: Mapping[str, Any], event: Mapping[str, Any], names: Mapping[str, str]) -> str:
    type, facts, flow = str(event["type"]), event["facts"], str(instance["flow"])
    step = step_title(desk, flow, str(event["step"])) if event["step"] else ""
    to = facts.get("to")
    if isinstance(to, str):
        target = names.get(to) or (desk.say("flow.to_submitter") if to == "submitter" else step_title(desk, flow, to))
    else:
        target = desk.say("value.joint").join(names.get(str(one), str(one)[-6:]) for one in to or ())
    people = desk.say("value.joint").join(names.get(str(one), "…") for one in facts.get("people") or ())
    key = f"flow.event.{type}"
    if type in ("decided", "opinion"):
        key = f"flow.event.{type}.{event['decision']}"
    elif type == "closed":
        key = f"flow.event.closed.{facts.get('outcome') or instance['outcome']}"
    places = {"step": step, "to": target, "people": people}
    text = desk.say(key, **places) if desk.words.has(key) else type
    reason = str(event["reason"] or "")
    if reason and desk.words.has(f"flow.why.{reason}"):
        text = desk.say("flow.because", text=text, why=desk.say(f"flow.why.{reason}"))
    return text


def _changes(desk: Desk, object: str, changes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    found = desk.model.objects.get(object)
    for name, pair in changes.items():
        field = found.fields.get(name) if found is not None else None
        before, after = (("" if one is None else str(one)) for one in pair)
        yield (desk.title(field.title) if field is not None else name), before, after


def _given(desk: Desk, object: str, output: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what a decider gave besides, as values that were not there before."""
    for name, value in output.items():
        text = desk.say("value.yes" if value else "value.no") if isinstance(value, bool) else str(value)
        yield output_title(desk, object, name), "", text
