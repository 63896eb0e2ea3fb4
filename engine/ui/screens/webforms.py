"""A web form: the questions that people without an account answer, drawn with the inputs of every other form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.model import FormField, FormModel, FormSection, FormTab
from engine.metamodel.model.webform import WebformModel
from engine.ui.desk import Desk
from engine.ui.screens.forms import FieldBox, FormFacts, SummaryLine, build_form
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, plain_cell

_WHOLE, _HALF = 12, 6
_WIDE = frozenset({"area", "checks", "address"})


@dataclass(frozen=True, slots=True)
class WebformScreen:
    """A web form ready to be drawn; without boxes it is the page at the end."""

    tenant: str
    title: str
    help: str
    action: str
    language: str
    token: str = ""
    boxes: tuple[FieldBox, ...] = ()
    shown: tuple[tuple[str, Cell], ...] = ()
    summary: tuple[SummaryLine, ...] = ()
    again: bool = False
    thanks: str = ""


@dataclass(frozen=True, slots=True)
class OfferedForm:
    """A web form in the list of those that there are."""

    title: str
    object: str
    href: str
    address: str


def build_webform(
    desk: Desk, form: WebformModel, values: Mapping[str, Any], complaints: Sequence[Complaint], action: str
) -> WebformScreen:
    """Return the page with what was entered so far and everything that is wrong with it."""
    drawn = build_form(desk, _as_form(form), FormFacts(values, {}, complaints, required=_required(desk, form)), "")
    boxes = tuple(
        replace(box, title=_question(desk, form, box), width=_width(box))
        for tab in drawn.tabs
        for section in tab.sections
        for box in section.boxes
    )
    return WebformScreen(
        tenant=desk.tenant_title,
        title=desk.title(form.title),
        help=desk.title(form.help),
        action=action,
        language=desk.words.language,
        boxes=_in_rows(boxes),
        summary=drawn.summary,
    )


def told_of(desk: Desk, form: WebformModel, values: Mapping[str, Any]) -> tuple[tuple[str, Cell], ...]:
    """Return what is shown of the record behind a link."""
    return tuple(_told(desk, form, values))


def _told(desk: Desk, form: WebformModel, values: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    found = desk.model.objects[form.object]
    look = desk.look(form.object, values)
    for name in form.shows:
        field = found.fields[name]
        if values.get(name) is not None:
            cell = plain_cell(widget_of(field).show(field, look)(values[name]))
            # a stranger is told what stands there, and led nowhere
            yield desk.title(field.title), replace(cell, href="")


def _as_form(form: WebformModel) -> FormModel:
    fields = tuple(FormField(field.name) for field in form.fields)
    tab = FormTab("all", form.title, (FormSection("all", form.title, fields),))
    return FormModel(form.name, form.object, form.title, (tab,))


def _required(desk: Desk, form: WebformModel) -> Mapping[str, bool]:
    own = desk.model.objects[form.object].fields
    return {field.name: field.required or own[field.name].required for field in form.fields}


def _width(box: FieldBox) -> int:
    return _WHOLE if box.input is not None and box.input.kind in _WIDE else _HALF


def _question(desk: Desk, form: WebformModel, box: FieldBox) -> str:
    own = next(field.title for field in form.fields if field.name == box.name)
    return desk.title(own) or box.title


def _in_rows(boxes: Sequence[FieldBox]) -> tuple[FieldBox, ...]:
    """Return the boxes so that none of half a row stands alone."""
    placed = list(boxes)
    filled = 0
    for place, box in enumerate(placed):
        if filled and box.width == _WHOLE:
            placed[place - 1] = replace(placed[place - 1], width=_WHOLE)
        filled = (filled + box.width) % _WHOLE if box.width != _WHOLE else 0
    if filled:
        placed[-1] = replace(placed[-1], width=_WHOLE)
    return tuple(placed)
