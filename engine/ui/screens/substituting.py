"""Who acts for whom while somebody is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import TesseraError
from engine.ui.desk import Desk
from engine.ui.screens.forms import FieldBox, input_id
from engine.ui.screens.inbox import person_of
from engine.ui.widgets.base import Cell, Input, Option, Spot

PEOPLE = "/work/people"


@dataclass(frozen=True, slots=True)
class SubstitutionRow:
    """One arrangement; ``may_end``: it runs or is to come, and is the reader's own."""

    id: str
    principal: Cell
    substitute: Cell
    start: str
    end: str
    scope: str
    mode: str
    state: Cell
    may_end: bool


@dataclass(frozen=True, slots=True)
class SubstitutionScreen:
    """The arrangements and the form for a new one."""

    rows: tuple[SubstitutionRow, ...]
    boxes: tuple[FieldBox, ...]
    open_tasks: bool
    error: str


def build_substitutions(
    desk: Desk,
    found: Sequence[Mapping[str, Any]],
    typed: Mapping[str, str] | None = None,
    error: TesseraError | None = None,
) -> SubstitutionScreen:
    """Return the page; ``typed`` is what was entered and could not be kept."""
    typed = typed or {}
    rows = tuple(_row(desk, one) for one in found)
    beside = ("substitute", "from", "to")
    said = error is not None and not any(one.path in beside for one in error.complaints)
    boxes = tuple(_boxes(desk, typed, error))
    text = error.message(desk.words.language) if error is not None and said else ""
    return SubstitutionScreen(rows, boxes, typed.get("open_tasks") == "true", text)


def _row(desk: Desk, one: Mapping[str, Any]) -> SubstitutionRow:
    now = desk.dates.now
    name, tone, phase = "coming", "gray", "open"
    if one["ended"] or one["to"] <= now:
        name, tone, phase = "over", "gray", "closed"
    elif one["from"] <= now:
        name, tone, phase = "runs", "green", "active"
    flow = desk.model.approvals.get(str(one["flow"] or ""))
    return SubstitutionRow(
        str(one["id"]),
        person_of(one["principal"]),
        person_of(one["substitute"]),
        desk.dates.instant(one["from"]),
        desk.dates.instant(one["to"]),
        desk.title(flow.title) if flow is not None else desk.say("substitute.everything"),
        desk.say(f"substitute.mode.{one['mode']}"),
        Cell("state", desk.say(f"substitute.{name}"), tone=tone, phase=phase),
        name != "over" and one["principal"]["id"] == desk.context.actor.user,
    )


def _boxes(desk: Desk, typed: Mapping[str, str], error: TesseraError | None) -> Sequence[FieldBox]:
    flows = sorted((desk.title(flow.title) or flow.name, flow.name) for flow in desk.model.approvals.values())
    all_flows = (("", desk.say("substitute.everything")), *((name, title) for title, name in flows))
    modes = tuple((mode, desk.say(f"substitute.mode.{mode}")) for mode in ("exclusive", "shared"))
    language = desk.words.language
    found = []
    for name, kind, options, mode in (
        ("substitute", "picker", (), "user"),
        ("from", "text", (), "datetime-local"),
        ("to", "text", (), "datetime-local"),
        ("flow", "select", all_flows, ""),
        ("mode", "select", modes, ""),
    ):
        identity = input_id(f"s-{name}")
        complaints = error.complaints if error is not None else ()
        wrong = tuple(one.message(language) for one in complaints if one.path == name)
        required = name in ("substitute", "from", "to")
        described = f"{identity}-e" if wrong else ""
        spot = Spot(name, identity, required=required, invalid=bool(wrong), described=described, lookup=PEOPLE)
        chosen = tuple(Option(value, text, value == typed.get(name)) for value, text in options)
        text = typed.get(f"{name}.text", "")
        drawn = Input(kind, spot, value=typed.get(name, ""), text=text, options=chosen, mode=mode)
        found.append(FieldBox(name, identity, desk.say(f"substitute.{name}"), 6, "", required, wrong, drawn))
    return found
