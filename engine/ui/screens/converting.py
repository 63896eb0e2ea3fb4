"""The question before a conversion: fields of what will be made, and how much of each line goes into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.model import ConversionModel
from engine.metamodel.model.conversion import ConversionTarget
from engine.records import Record
from engine.ui.desk import Desk
from engine.ui.formatting import grouped, trimmed
from engine.ui.screens.details import record_title
from engine.ui.screens.forms import FieldBox, by_field, input_id, place_name
from engine.ui.screens.moving import AskScreen, PartRow, PartTable
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Input, Spot
from engine.ui.widgets.numbers import places_of
from engine.workflow.conversions import OpenLine, Proposal

PARTS = "part"


@dataclass(frozen=True, slots=True)
class MakeAct:
    """A conversion as a button. ``asks`` says that a dialog comes first."""

    title: str
    href: str
    icon: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """What a person has said so far: fields by target, quantities by line, and what was wrong with it."""

    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    complaints: Sequence[Complaint] = ()
    error: str = ""


def build_makes(desk: Desk, models: Sequence[ConversionModel], href: str) -> tuple[MakeAct, ...]:
    """Return the buttons for the conversions that are offered on a record."""
    return tuple(
        MakeAct(
            desk.title(model.title),
            f"{href}/make/{model.name}",
            _icon(desk, model),
            asks=bool(model.confirm) or any(one.ask or one.lines for one in model.makes.values()),
        )
        for model in models
    )


def build_conversion(desk: Desk, record: Record, proposal: Proposal, entered: Entered) -> AskScreen:
    """Return the question before a conversion."""
    model = proposal.model
    path = f"/o/{record.object}/{record.id}"
    source = desk.model.objects[record.object]
    subject = record_title(source, desk.look(source.name, record.values), record.values, record.id)
    title = desk.title(model.title)
    errors = by_field(desk, entered.complaints)
    boxes = tuple(
        box
        for name in proposal.fields
        for box in _boxes(desk, model.makes[name], proposal.fields[name], entered.fields.get(name, {}), errors)
    )
    parts = tuple(_table(desk, model, key, lines, entered, errors) for key, lines in proposal.lines.items())
    beside = {box.name for box in boxes} | {
        f"quantities.{line.id}" for rows in proposal.lines.values() for line in rows
    }
    others = tuple(_said(desk, model, one) for one in entered.complaints if one.path not in beside)
    return AskScreen(
        title=f"{title}: {subject}" if desk.words.language == "en" else f"{title}：{subject}",
        text=desk.title(model.confirm),
        action=f"{path}/make/{model.name}",
        back=path,
        button=title,
        icon=_icon(desk, model),
        danger=False,
        version=record.version,
        boxes=boxes,
        error=entered.error,
        errors=others,
        parts=tuple(part for part in parts if part.rows),
    )


def _icon(desk: Desk, model: ConversionModel) -> str:
    """Return the icon of what it is about: the first that somebody is asked about, else the first that is made."""
    made = next((one for one in model.makes.values() if one.ask), next(iter(model.makes.values())))
    return desk.model.objects[made.object].icon


def _boxes(
    desk: Desk,
    target: ConversionTarget,
    proposed: Mapping[str, Any],
    entered: Mapping[str, Any],
    errors: Mapping[str, tuple[str, ...]],
) -> Iterator[FieldBox]:
    made = desk.model.objects[target.object]
    look = desk.look(made.name, {**proposed, **entered})
    writable = desk.policy.writable(made.name, "create")
    for name in target.ask:
        if name not in writable:
            continue
        model = made.fields[name]
        place = f"{target.name}.{name}"
        identity = input_id(place)
        wrong = errors.get(place, ())
        spot = Spot(
            place, identity, required=model.required, invalid=bool(wrong),
            described=f"{identity}-e" if wrong else "", lookup=f"/o/{made.name}/lookup/{name}",
        )  # fmt: skip
        value = entered[name] if name in entered else proposed.get(name)
        drawn = widget_of(model).ask(model, value, look, spot)
        group = drawn.kind in ("checks", "address", "pickers", "files")
        width = 12 if group or model.type in ("multiline", "address") else 6
        yield FieldBox(
            place, identity, desk.title(model.title), width, desk.title(model.help), model.required, wrong, drawn,
            group=group,
        )  # fmt: skip


def _table(
    desk: Desk,
    model: ConversionModel,
    key: tuple[str, str],
    lines: Sequence[OpenLine],
    entered: Entered,
    errors: Mapping[str, tuple[str, ...]],
) -> PartTable:
    part = model.makes[key[0]].lines[key[1]]
    source = desk.model.objects[model.object].fields[part.source]
    child = desk.model.objects[source.lines_of or ""]
    figure = child.fields[part.of] if part.of is not None else None
    some = [line for line in lines if line.open > 0]
    places = places_of(figure, *(n for line in some for n in (line.whole, line.open))) if figure is not None else 0
    rows: list[PartRow] = []
    for line in some:
        title = record_title(child, desk.look(child.name, line.facts), line.facts, line.id)
        wrong = errors.get(f"quantities.{line.id}", ())
        drawn = _how_much(desk, title, line, entered.quantities.get(line.id), whole=figure is None, wrong=bool(wrong))
        figures = ("", "") if figure is None else (grouped(line.whole, places), grouped(line.open, places))
        rows.append(PartRow(title, *figures, drawn, wrong))
    return PartTable(desk.title(source.title), desk.title(figure.title) if figure is not None else "", tuple(rows))


def _how_much(desk: Desk, title: str, line: OpenLine, said: str | None, *, whole: bool, wrong: bool) -> Input:
    place = f"{PARTS}.{line.id}"
    spot = Spot(place, input_id(place), label=desk.say("make.how_much", title=title), invalid=wrong)
    if whole:
        return Input("switch", spot, value="" if said == "0" else "true")
    return Input("text", spot, value=trimmed(line.open) if said is None else said, mode="decimal", numeric=True)


def _said(desk: Desk, model: ConversionModel, complaint: Complaint) -> str:
    name, _, rest = complaint.path.partition(".")
    target = model.makes.get(name)
    text = complaint.message(desk.words.language)
    place = place_name(desk, desk.model.objects[target.object], rest) if target is not None and rest else ""
    return desk.say("form.summary_line", field=place, text=text) if place else text


def read_quantities(texts: Mapping[str, str]) -> dict[str, str]:
    """Return posted quantities as figures: what is empty is nothing, a ticked box is the one."""
    words = {"": "0", "true": "1", "false": "0"}
    return {id: words.get(text, text).replace(",", "").replace("，", "") for id, text in texts.items()}


__all__ = ["PARTS", "Entered", "MakeAct", "build_conversion", "build_makes", "read_quantities"]
