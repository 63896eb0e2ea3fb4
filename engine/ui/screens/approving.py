"""The panel of a process: its state, whose turn it is, and the buttons that the service offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ui.desk import Desk
from engine.ui.screens.flowcharts import FlowEvent, FlowNode, draw_events, draw_flow
from engine.ui.screens.inbox import due_cell, person_of, state_of, step_title, word
from engine.ui.screens.sections import ShownField, shown_field
from engine.ui.widgets.base import NOTHING, Cell

# done at once: nothing needs to be said first
AT_ONCE = frozenset({"claim", "release", "recall", "urge", "resume", "retry"})
_FIRST = ("approve", "done", "resubmit", "claim", "pick")
_NEAR = ("reject", "decline", "return")
_LATER = ("withdraw", "urge")
_ICONS: Mapping[str, str] = {
    "approve": "check",
    "done": "check",
    "resubmit": "upload",
    "pick": "users",
    "claim": "user",
    "return": "corner-down-left",
    "transfer": "user-share",
    "delegate": "user-search",
    "recall": "restore",
    "release": "restore",
    "add": "users",
    "remove": "minus",
    "ask": "message",
    "answer": "message",
    "comment": "message",
    "copy": "copy",
    "save": "device-floppy",
    "reassign": "user-share",
    "withdraw": "restore",
    "urge": "clock-exclamation",
    "cancel": "ban",
    "suspend": "player-pause",
    "resume": "refresh",
    "jump": "arrow-right",
    "override": "edit-circle",
    "retry": "refresh",
}


@dataclass(frozen=True, slots=True)
class Act:
    """A button: where it leads, whether it acts at once."""

    verb: str
    title: str
    icon: str
    href: str
    at_once: bool
    danger: bool


@dataclass(frozen=True, slots=True)
class ProcessScreen:
    """A process as its reader may see and move it."""

    id: str
    href: str
    flow: str
    title: str
    record: str
    state: Cell
    round: int
    whose: tuple[Cell, ...]
    step: str
    since: str
    due: Cell
    submitter: Cell
    started: str
    closed: str
    incident: bool
    mine: bool
    first: tuple[Act, ...]
    near: tuple[Act, ...]
    more: tuple[Act, ...]
    nodes: tuple[FlowNode, ...]
    events: tuple[FlowEvent, ...]
    archived: int = 0
    fields: tuple[ShownField, ...] = ()
    changes: tuple[tuple[str, ShownField | None, ShownField], ...] = ()


@dataclass(frozen=True, slots=True)
class StartAct:
    """An approval that may be started on a record, or a change of it that may be proposed."""

    title: str
    href: str
    icon: str


def build_process(
    desk: Desk, instance: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]], *, whole: bool = False
) -> ProcessScreen:
    """Return the panel; ``tasks`` are the live ones as the reader may act on them, ``whole`` adds the record."""
    waiting = [task for task in instance["tasks"] if task["state"] in ("open", "ready")]
    voices = [task for task in waiting if task["kind"] != "question"] or waiting
    dues = [task["due_at"] for task in voices if task["due_at"] is not None]
    own = [task for task in voices if _is_mine(desk, task)]
    leading = (own or voices or [None])[0]
    first, near, more = _arranged(list(_acts(desk, instance, tasks)))
    record = tasks[0] if tasks else None
    opened = leading["opened_at"] if leading else None
    people = {task["assignee"]["id"]: person_of(task["assignee"]) for task in voices if task["assignee"]}
    return ProcessScreen(
        id=str(instance["id"]),
        href=f"/work/flow/{instance['id']}",
        flow=desk.title(instance["flow_title"]) if instance["flow_title"] else str(instance["flow"]),
        title=str(instance["title"] or str(instance["record"])[-8:]),
        record=_record_href(desk, instance),
        state=state_of(desk, str(instance["status"]), instance["outcome"]),
        round=int(instance["round"]),
        whose=tuple(people.values()),
        step=step_title(desk, str(instance["flow"]), str(leading["step"])) if leading else "",
        since=desk.dates.since(opened) if opened else "",
        due=due_cell(desk, min(dues)) if dues else NOTHING,
        submitter=person_of(instance["submitter"]),
        started=desk.dates.told(instance["started_at"]),
        closed=desk.dates.told(instance["closed_at"]) if instance["closed_at"] else "",
        incident=bool(instance["incident"]),
        mine=bool(own),
        first=first,
        near=near,
        more=more,
        nodes=draw_flow(desk, str(instance["flow"]), instance["diagram"]),
        events=draw_events(desk, instance),
        archived=int(instance["archived"]),
        fields=_fields(desk, str(instance["object"]), record) if whole else (),
        changes=tuple(_proposed(desk, instance)) if whole else (),
    )


def build_starts(desk: Desk, found: Mapping[str, Any], object: str, id: str) -> tuple[StartAct, ...]:
    """Return the approvals that a person may start on a record; none in a place that is taken."""
    taken = {one["slot"] for one in found["items"] if one["closed_at"] is None}
    return tuple(
        StartAct(
            desk.title(one["title"]) or one["approval"],
            f"/o/{object}/{id}/approve/{one['approval']}",
            "edit-circle" if one["mode"] == "change" else "upload",
        )
        for one in found["startable"]
        if one["slot"] not in taken
    )


# ----------------------------------------------------------------------------------------------------------------------


def _is_mine(desk: Desk, task: Mapping[str, Any]) -> bool:
    user = desk.context.actor.user
    return any(person and person["id"] == user for person in (task["assignee"], task["principal"]))


def _record_href(desk: Desk, instance: Mapping[str, Any]) -> str:
    object = str(instance["object"])
    return f"/o/{object}/{instance['record']}" if desk.may(object, "read") else ""


def _acts(desk: Desk, instance: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> Iterator[Act]:
    said: set[str] = set()
    for task in tasks:
        if task["kind"] == "question" and task["state"] == "open" and _is_mine(desk, task):
            yield _act(desk, "answer", f"/work/tasks/{task['id']}/answer")
        for one in task["allowed"]:
            if one.verb == "reassign" and task["assignee"]:
                name = task["assignee"]["name"]
                title = desk.say("flow.reassign_from", name=name)
                yield Act("reassign", title, _ICONS["reassign"], f"/work/tasks/{task['id']}/reassign", False, False)
            elif one.verb not in said:
                said.add(one.verb)
                yield _act(desk, one.verb, f"/work/tasks/{task['id']}/{one.verb}", danger=one.danger)
    for one in instance["allowed"]:
        if one.verb not in said:
            said.add(one.verb)
            yield _act(desk, one.verb, f"/work/flow/{instance['id']}/{one.verb}", danger=one.danger)


def _act(desk: Desk, verb: str, href: str, *, danger: bool = False) -> Act:
    title = word(desk, f"flow.do.{verb}", verb)
    return Act(verb, title, _ICONS.get(verb, ""), href, verb in AT_ONCE, danger)


def _arranged(acts: Sequence[Act]) -> tuple[tuple[Act, ...], tuple[Act, ...], tuple[Act, ...]]:
    first = tuple(act for act in acts if act.verb in _FIRST)[:1]
    near = tuple(act for verb in _NEAR for act in acts if act.verb == verb)
    if not first and not near:
        near = tuple(act for act in acts if act.verb in ("answer", *_LATER))
    return first, near, tuple(act for act in acts if act not in first and act not in near)


def _fields(desk: Desk, object: str, task: Mapping[str, Any] | None) -> tuple[ShownField, ...]:
    """Return the record in the form of the step: what that hides is absent already."""
    found = desk.model.objects.get(object)
    if found is None or task is None or not task["record"]:
        return ()
    values = task["record"]
    look = desk.look(object, values)
    shown = []
    for name, field in found.fields.items():
        if field.system and name not in ("owner", "department"):
            continue
        if name in values and values[name] not in (None, "", [], ()) and field.type not in ("lines", "secret"):
            shown.append(shown_field(desk, field, look, values[name]))
    return tuple(shown)


def _proposed(desk: Desk, instance: Mapping[str, Any]) -> Iterator[tuple[str, ShownField | None, ShownField]]:
    """Yield what a process in change mode would make of the record: what is in force where it may be told, and then."""
    found = desk.model.objects.get(str(instance["object"]))
    if found is None:
        return
    now: Mapping[str, Any] = instance.get("in_force") or {}
    patch = instance["patch"] or {}
    for name, value in patch.items():
        field = found.fields.get(name)
        if field is not None:
            look = desk.look(found.name, {**now, **patch})
            before = shown_field(desk, field, look, now[name]) if name in now else None
            yield desk.title(field.title), before, shown_field(desk, field, look, value)
