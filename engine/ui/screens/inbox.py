"""The work centre: what waits for the reader, what he decided, submitted and was copied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from engine.metamodel.model import TenantModel
from engine.ui.desk import Desk
from engine.ui.formatting import duration_text
from engine.ui.widgets.base import NOTHING, Cell, Option
from engine.ui.widgets.references import person_cell
from engine.workflow.approvals.reading.inbox import LISTS
from engine.workflow.approvals.state.tree import step_by_id

SOON = timedelta(hours=2)
OUTCOME_TONES: Mapping[str, tuple[str, str]] = {
    "running": ("amber", "waiting"),
    "returned": ("amber", "waiting"),
    "suspended": ("gray", "waiting"),
    "approved": ("green", "done"),
    "completed": ("green", "done"),
    "rejected": ("red", "failed"),
    "withdrawn": ("gray", "closed"),
    "cancelled": ("gray", "closed"),
}
_HEADS: Mapping[str, tuple[str, ...]] = {
    "todo": ("title", "record", "submitter", "step", "since", "due"),
    "done": ("title", "record", "submitter", "step", "decision", "at"),
    "mine": ("title", "record", "state", "started", "closed"),
    "copied": ("title", "record", "text", "at"),
}
# the instant of reading, where a list knows of one
_UNREAD: Mapping[str, str] = {"todo": "seen_at", "copied": "read_at"}
_CARDS: Mapping[str, str] = {"title": "1", "due": "2", "state": "2", "decision": "2", "step": "3", "text": "3"}


@dataclass(frozen=True, slots=True)
class InboxTab:
    """One of the four lists."""

    title: str
    href: str
    current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class InboxHead:
    """A column; ``card`` is its place where a row becomes a card."""

    title: str
    card: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A task, a process or a copy. ``pick`` is the task for decisions on many; ``read`` marks a copy as read."""

    href: str
    title: str
    unread: bool
    cells: tuple[Cell, ...]
    pick: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class InboxScreen:
    """A list of the work centre ready to be drawn."""

    list: str
    tabs: tuple[InboxTab, ...]
    heads: tuple[InboxHead, ...]
    rows: tuple[InboxRow, ...]
    flows: tuple[Option, ...]
    text: str
    here: str
    next: str
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxFacts:
    """What the list is drawn from: which, narrowed by what, the page, how much waits."""

    list: str
    flow: str
    text: str
    page: Mapping[str, Any]
    count: Mapping[str, Any]


def build_inbox(desk: Desk, facts: InboxFacts, results: tuple[str, ...] = ()) -> InboxScreen:
    """Return the list; ``results`` says what could not be done of a decision on many."""
    narrowed = {name: value for name, value in (("flow", facts.flow), ("text", facts.text)) if value}
    tabs = tuple(
        InboxTab(
            desk.say(f"flow.list.{name}"),
            f"/work?{urlencode({'list': name, **narrowed})}",
            name == facts.list,
            count_text(facts.count) if name == "todo" else "",
        )
        for name in LISTS
    )
    more = facts.page["next"]
    here = f"/work?{urlencode({'list': facts.list, **narrowed})}"
    return InboxScreen(
        facts.list,
        tabs,
        tuple(InboxHead(desk.say(f"flow.head.{name}"), _CARDS.get(name, "3")) for name in _HEADS[facts.list]),
        tuple(_row(desk, facts.list, item) for item in facts.page["items"]),
        _flows(desk, facts.flow),
        facts.text,
        here,
        f"{here}&{urlencode({'after': more})}" if more else "",
        results,
    )


def count_text(count: Mapping[str, Any]) -> str:
    """Return how much waits, as a badge tells it; empty for nothing."""
    return "99+" if count["more"] else str(count["todo"] or "")


def step_title(desk: Desk, flow: str, step: str) -> str:
    """Return a step in words; the step of the submitter and that of the effects have words of the interface."""
    if step in ("revise", "apply"):
        return desk.say(f"flow.step.{step}")
    known = desk.model.approvals.get(flow)
    found = step_by_id(known.steps, step) if known is not None else None
    return (desk.title(found.title) if found is not None else "") or step


def due_cell(desk: Desk, due: datetime | None) -> Cell:
    """Return until when something is due: calm, within two hours, overdue; in words, for colour says nothing alone."""
    if due is None:
        return NOTHING
    left = due - desk.dates.now
    if left < timedelta(0):
        return Cell("tag", desk.say("flow.overdue", span=duration_text(-left, desk.words)), tone="red")
    if left <= SOON:
        return Cell("tag", desk.say("flow.left", span=duration_text(left, desk.words)), tone="amber")
    return Cell("text", desk.dates.instant_or_word(due))


def state_of(desk: Desk, status: str, outcome: str | None) -> Cell:
    """Return the state of a process, or its outcome once it is closed."""
    name = outcome or status
    tone, phase = OUTCOME_TONES.get(name, ("gray", "open"))
    return Cell("state", word(desk, f"flow.state.{name}", name), tone=tone, phase=phase)


def word(desk: Desk, key: str, otherwise: str) -> str:
    """Return a text of the interface, or what it is about where there is none."""
    return desk.say(key) if desk.words.has(key) else otherwise


def person_of(person: Any) -> Cell:
    """Return a person of the reading side as a cell."""
    return person_cell(str(person["id"]), str(person["name"] or person["id"])) if person else NOTHING


# ----------------------------------------------------------------------------------------------------------------------


def _flows(desk: Desk, chosen: str) -> tuple[Option, ...]:
    model: TenantModel = desk.model
    found = sorted((desk.title(flow.title) or flow.name, flow.name) for flow in model.approvals.values())
    return tuple(Option(name, title, name == chosen) for title, name in found)


def _row(desk: Desk, name: str, item: Mapping[str, Any]) -> InboxRow:
    instance = item["id"] if name == "mine" else item["instance"]
    flow = desk.title(item["flow_title"]) if item["flow_title"] else str(item["flow"])
    cells = tuple(_cell(desk, item, head) for head in _HEADS[name][1:])
    unread = name in _UNREAD and item[_UNREAD[name]] is None
    title = str(item["title"] or item["record"][-8:])
    title = f"{flow}: {title}" if desk.words.language == "en" else f"{flow}：{title}"
    decided = name == "todo" and item["state"] == "open" and item["step"] not in ("revise", "apply")
    pick = str(item["id"]) if decided and item["kind"] != "question" else ""
    read = str(item["id"]) if name == "copied" and item["read_at"] is None else ""
    return InboxRow(f"/work/flow/{instance}", title, unread, cells, pick, read)


def _cell(desk: Desk, item: Mapping[str, Any], head: str) -> Cell:
    match head:
        case "record":
            return _record(desk, item)
        case "submitter":
            return person_of(item["submitter"])
        case "step":
            return Cell("text", _step(desk, item))
        case "due":
            return due_cell(desk, item["due_at"])
        case "decision":
            verb = str(item["decision"] or "")
            tone = {"approve": "green", "done": "green", "reject": "red", "return": "amber"}.get(verb, "gray")
            return Cell("tag", word(desk, f"flow.did.{verb}", verb), tone=tone) if verb else NOTHING
        case "state":
            return state_of(desk, str(item["status"]), item["outcome"])
        case "text":
            return Cell("text", str(item["text"] or ""))
    at = item[{"since": "opened_at", "started": "started_at", "closed": "closed_at"}.get(head, _at(item))]
    return Cell("text", desk.dates.instant_or_word(at)) if at is not None else NOTHING


def _at(item: Mapping[str, Any]) -> str:
    return "at" if "at" in item else "closed_at"


def _record(desk: Desk, item: Mapping[str, Any]) -> Cell:
    found = desk.model.objects.get(str(item["object"]))
    title = desk.title(found.title) if found is not None else str(item["object"])
    if found is None or not desk.may(found.name, "read"):
        return Cell("text", title)
    return Cell("link", title, href=f"/o/{found.name}/{item['record']}")


def _step(desk: Desk, item: Mapping[str, Any]) -> str:
    title = step_title(desk, str(item["flow"]), str(item["step"]))
    if item["kind"] == "question":
        return desk.say("flow.question_of", step=title)
    principal: Any = item["principal"]
    if principal and principal["id"] != desk.context.actor.user and item["assignee"]:
        return desk.say("flow.for_whom", step=title, name=principal["name"])
    return title


def results_of(desk: Desk, found: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what a decision on many could not do, each with the reason in words."""
    language = desk.words.language
    return tuple(one["error"].message(language) for one in found if not one["done"])
