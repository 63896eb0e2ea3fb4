"""The question before a transition or a deletion: what will happen, and what must be said first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.model import ObjectModel, TransitionModel
from engine.records import Record
from engine.ui.desk import Desk
from engine.ui.screens.flowcharts import FlowNode
from engine.ui.screens.forms import FieldBox, by_field, input_id, place_name
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Input, Spot


@dataclass(frozen=True, slots=True)
class PartRow:
    """A line of which a part may be taken: what is left of it, and the input for how much."""

    title: str
    whole: str
    open: str
    input: Input
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartTable:
    """Lines to choose from. ``figure`` is what the quantity is called; without one a line is taken or not."""

    title: str
    figure: str
    rows: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class AskScreen:
    """A dialog ready to be drawn. ``seen`` is what the reader saw of the record, ``path`` the way that is ahead,
    ``mend`` leads to where he can put right what is wrong and is not asked here."""

    title: str
    text: str
    action: str
    back: str
    button: str
    icon: str
    danger: bool
    version: int
    boxes: tuple[FieldBox, ...] = ()
    error: str = ""
    errors: tuple[str, ...] = ()
    seen: str = ""
    path: tuple[FlowNode, ...] = ()
    parts: tuple[PartTable, ...] = ()
    mend: str = ""


def build_move(
    desk: Desk,
    record: Record,
    move: TransitionModel,
    entered: Mapping[str, Any],
    complaints: Sequence[Complaint],
    error: str = "",
) -> AskScreen:
    """Return the question before a transition."""
    found = desk.model.objects[record.object]
    path = f"/o/{record.object}/{record.id}"
    title = desk.title(move.title)
    text = desk.title(move.confirm)
    if not text and move.danger:
        text = desk.say("move.danger", action=title, title=_title(desk, record))
    boxes = tuple(_boxes(desk, found, record, move, entered, complaints))
    beside = {box.name for box in boxes}
    others = tuple(_said(desk, found, one) for one in complaints if one.path not in beside)
    return AskScreen(
        f"{title}: {_title(desk, record)}" if desk.words.language == "en" else f"{title}：{_title(desk, record)}",
        text,
        f"{path}/do/{move.name}",
        path,
        title,
        move.icon,
        move.danger,
        record.version,
        boxes,
        error,
        others,
        mend=f"{path}/edit" if others and "update" in record.allowed else "",
    )


def build_deletion(desk: Desk, record: Record, title: str) -> AskScreen:
    """Return the question before a deletion, with its consequence."""
    found = desk.model.objects[record.object]
    path = f"/o/{record.object}/{record.id}"
    lines = sum(len(rows) for rows in record.lines.values())
    text = desk.say("delete.to_bin" if found.recycles else "delete.for_good")
    if lines:
        text = f"{desk.say('delete.lines', n=lines)}{'' if desk.words.language == 'zh' else ' '}{text}"
    name = desk.title(found.title)
    return AskScreen(
        desk.say("delete.title", object=name, title=title),
        text,
        f"{path}/delete",
        path,
        desk.say("record.delete_it", object=name),
        "trash",
        True,
        record.version,
    )


def _boxes(
    desk: Desk,
    found: ObjectModel,
    record: Record,
    move: TransitionModel,
    entered: Mapping[str, Any],
    complaints: Sequence[Complaint],
) -> Iterator[FieldBox]:
    look = desk.look(found.name, {**record.values, **entered})
    errors = by_field(desk, complaints)
    for name in move.ask:
        field = found.fields[name]
        identity = input_id(name)
        wrong = errors.get(name, ())
        required = field.required or name in move.require
        spot = Spot(
            name, identity, required=required, invalid=bool(wrong),
            described=f"{identity}-e" if wrong else "", lookup=f"/o/{found.name}/lookup/{name}",
        )  # fmt: skip
        value = entered[name] if name in entered else record.values.get(name)
        drawn = widget_of(field).ask(field, value, look, spot)
        group = drawn.kind in ("checks", "address", "pickers", "files")
        yield FieldBox(
            name, identity, desk.title(field.title), 12, desk.title(field.help), required, wrong, drawn, group=group
        )


def _said(desk: Desk, found: ObjectModel, complaint: Complaint) -> str:
    text = complaint.message(desk.words.language)
    name = place_name(desk, found, complaint.path)
    return desk.say("form.summary_line", field=name, text=text) if name else text


def _title(desk: Desk, record: Record) -> str:
    shown = desk.title_of(record.object, record.values)
    return shown if isinstance(shown, str) and shown else record.id[-8:]
