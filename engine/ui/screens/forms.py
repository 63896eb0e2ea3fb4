"""The form of an object: fields on twelve columns, line grids, every complaint beside its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as slot
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.model import FieldModel, FormField, FormModel, FormSection, FormTab, ObjectModel
from engine.ui.desk import Desk
from engine.ui.screens.editors import LineEditor, build_editor
from engine.ui.screens.grids import line_fields
from engine.ui.screens.later import told_later
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Input, Look, Spot, plain_cell
from engine.ui.widgets.references import parts_of

_COLUMNS = 12
_WIDEN_TO = 4
_FEW_TABS = 3
# the system fields that a person may set
_GIVEN = frozenset({"owner", "department"})


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What a form is drawn from. ``values`` are those of the record with formulas and defaults, overlaid by what
    was posted; ``visible``, ``required`` and ``readonly`` say what the conditions gave per field path; ``picked`` are
    fields that the engine, and not the user, gave a value."""

    values: Mapping[str, Any]
    posted: Mapping[str, Any] = slot(default_factory=dict)
    complaints: Sequence[Complaint] = ()
    visible: Mapping[str, bool] = slot(default_factory=dict)
    required: Mapping[str, bool] = slot(default_factory=dict)
    readonly: Mapping[str, bool] = slot(default_factory=dict)
    warnings: Sequence[Complaint] = ()
    picked: frozenset[str] = frozenset()
    id: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class FieldBox:
    """A field on a form: an input, or its value where it cannot be written."""

    name: str
    id: str
    title: str
    width: int
    help: str
    required: bool
    errors: tuple[str, ...]
    input: Input | None = None
    shown: Cell | None = None
    note: str = ""
    group: bool = False
    picked: str = ""


@dataclass(frozen=True, slots=True)
class SectionBox:
    """Fields under a legend, or a line editor."""

    name: str
    title: str
    boxes: tuple[FieldBox, ...] = ()
    editor: LineEditor | None = None


@dataclass(frozen=True, slots=True)
class TabBox:
    """A tab of the form; ``wrong`` counts its complaints."""

    name: str
    title: str
    sections: tuple[SectionBox, ...]
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A complaint in the summary at the head; ``target`` is the id of the input it is about."""

    text: str
    target: str
    code: str


@dataclass(frozen=True, slots=True)
class FormScreen:
    """A form ready to be drawn."""

    object: str
    singular: str
    plural: str
    icon: str
    title: str
    action: str
    preview: str
    back: str
    tabs: tuple[TabBox, ...]
    summary: tuple[SummaryLine, ...]
    version: int
    is_new: bool
    warnings: tuple[SummaryLine, ...] = ()
    keep: str = ""


def build_form(desk: Desk, form: FormModel, facts: FormFacts, title: str) -> FormScreen:
    """Return the form with inputs where the reader may write, values where he may only read."""
    found = desk.model.objects[form.object]
    path = f"/o/{found.name}/{facts.id}" if facts.id else f"/o/{found.name}"
    values = {**facts.values, **facts.posted}
    later = frozenset[str]() if facts.id else told_later(desk.model, found.name)
    look, errors = desk.look(found.name, values), by_field(desk, facts.complaints)
    drawer = _Drawer(desk, found, look, facts, values, errors, later)
    tabs = [drawer.tab(tab) for tab in form.tabs if facts.visible.get(f"tab:{tab.name}", True)]
    tabs = [tab for tab in tabs if tab.sections]
    if len(tabs) < _FEW_TABS:
        sections = tuple(section for tab in tabs for section in tab.sections)
        tabs = [TabBox("all", "", sections)]
    return FormScreen(
        object=found.name,
        singular=desk.title(found.title),
        plural=desk.title(found.plural) or desk.title(found.title),
        icon=found.icon,
        title=title,
        action=f"{path}/edit" if facts.id else f"{path}/new",
        preview=f"/o/{found.name}/preview" + (f"?id={facts.id}" if facts.id else ""),
        back=path,
        tabs=tuple(tabs),
        summary=tuple(_summary(desk, found, facts.complaints)),
        version=facts.version,
        is_new=not facts.id,
        warnings=tuple(_summary(desk, found, facts.warnings)),
        keep=desk.title(form.keep),
    )


def input_id(path: str) -> str:
    """Return the id of the input at a field path (``lines[2].quantity`` -> ``f-lines-2-quantity``)."""
    return "f-" + path.replace("[", "-").replace("].", "-").replace("]", "").replace(".", "-")


@dataclass(frozen=True, slots=True)
class _Drawer:
    desk: Desk
    found: ObjectModel
    look: Look
    facts: FormFacts
    values: Mapping[str, Any]
    errors: Mapping[str, tuple[str, ...]]
    later: frozenset[str]

    def tab(self, tab: FormTab) -> TabBox:
        sections = tuple(box for section in tab.sections for box in self.sections(section))
        wrong = sum(len(box.errors) for section in sections for box in section.boxes) + sum(
            len(section.editor.errors) for section in sections if section.editor
        )
        return TabBox(tab.name, self.desk.title(tab.title), sections, wrong)

    def sections(self, section: FormSection) -> Iterator[SectionBox]:
        boxes: list[FieldBox] = []
        editors: list[SectionBox] = []
        for placed in section.fields:
            field = self.found.fields.get(placed.name)
            if field is None or not self.shows(field):
                continue
            if field.type == "lines":
                editors.append(self.lines(placed, field))
            else:
                boxes.append(self.box(placed, field))
        if boxes and self.facts.visible.get(f"section:{section.name}", True):
            yield SectionBox(section.name, self.desk.title(section.title), fill_rows(boxes))
        yield from editors

    def shows(self, field: FieldModel) -> bool:
        readable = field.name in self.desk.policy.readable(self.found.name)
        shown = readable and (not field.system or field.name in _GIVEN) and self.facts.visible.get(field.name, True)
        return shown and not self._says_nothing_yet(field)

    def _says_nothing_yet(self, field: FieldModel) -> bool:
        """Tell whether nobody fills in a field of a new record, and it has nothing to tell before that is saved."""
        if self.facts.id or self.writable(field) or field.name in self.found.numbering:
            return False
        return field.name in self.later or (not field.computed and self.values.get(field.name) in (None, "", (), []))

    def box(self, placed: FormField, field: FieldModel) -> FieldBox:
        widget = widget_of(field)
        errors = self.errors.get(field.name, ())
        identity = input_id(field.name)
        help_text = self.desk.title(field.help)
        required = self.facts.required.get(field.name, field.required)
        width = placed.width or widget.width(field)
        described = " ".join(
            part for part, wanted in ((f"{identity}-e", errors), (f"{identity}-h", help_text)) if wanted
        )
        title = self.desk.title(field.title)
        if not self.writable(field):
            cell = plain_cell(widget.show(field, self.look)(self.values.get(field.name)))
            note = self._unwritten(field)
            return FieldBox(field.name, identity, title, width, "", False, errors, shown=cell, note=note)
        spot = Spot(
            field.name, identity, required=required, invalid=bool(errors), described=described,
            lookup=f"/o/{self.found.name}/lookup/{field.name}",
        )  # fmt: skip
        drawn = widget.ask(field, self.values.get(field.name), self.look, spot)
        group = drawn.kind in ("checks", "address", "pickers", "files")
        picked = self._picked(field)
        return FieldBox(
            field.name, identity, title, width, help_text, required, errors, drawn, group=group, picked=picked
        )

    def _picked(self, field: FieldModel) -> str:
        """Return what the engine picked: while nobody chooses something else, it picks anew."""
        value = self.values.get(field.name)
        if field.pick is None or field.name not in self.facts.picked or value is None:
            return ""
        if self.facts.id and not field.pick.again:
            return ""
        return parts_of(value)[0] if field.references else str(value)

    def lines(self, placed: FormField, field: FieldModel) -> SectionBox:
        without = frozenset[str]() if self.facts.id else told_later(self.desk.model, field.lines_of or "")
        columns = [one for one in line_fields(self.desk, field, placed.columns) if one.name not in without]
        rows = self.values.get(field.name) or ()
        editor = build_editor(self.desk, field, columns, rows, self.errors, self.writable(field))
        return SectionBox(field.name, self.desk.title(field.title), editor=editor)

    def writable(self, field: FieldModel) -> bool:
        return (
            field.name in self.desk.policy.writable(self.found.name, "update" if self.facts.id else "create")
            and not field.computed
            and not field.readonly
            and not self._moved_only(field)
            and not self.facts.readonly.get(field.name, False)
        )

    def _moved_only(self, field: FieldModel) -> bool:
        lifecycle = self.desk.model.lifecycle_of(self.found.name)
        return lifecycle is not None and lifecycle.field == field.name

    def _unwritten(self, field: FieldModel) -> str:
        if field.name in self.found.numbering and not self.values.get(field.name):
            return self.desk.say("form.numbered")
        return ""


def fill_rows(boxes: Sequence[FieldBox]) -> tuple[FieldBox, ...]:
    """Return the boxes with each row filled: the first of a section may be wide, a row's gap is shared out."""
    wide = list(boxes)
    if len(wide) > 1 and wide[0].width == 6 and wide[1].width <= _COLUMNS - 8:
        wide[0] = replace(wide[0], width=8)
    rows: list[list[FieldBox]] = [[]]
    for box in wide:
        if sum(one.width for one in rows[-1]) + box.width > _COLUMNS:
            rows.append([])
        rows[-1].append(box)
    for row in rows:
        gap = _COLUMNS - sum(box.width for box in row)
        short = row is rows[-1] and gap > _WIDEN_TO
        if not row or not gap or short:
            continue
        each, rest = divmod(gap, len(row))
        if rest:
            row[-1] = replace(row[-1], width=row[-1].width + gap)
        else:
            row[:] = [replace(box, width=box.width + each) for box in row]
    return tuple(box for row in rows for box in row)


def by_field(desk: Desk, complaints: Sequence[Complaint]) -> Mapping[str, tuple[str, ...]]:
    """Return the sentences of complaints by the path they are about."""
    found: dict[str, tuple[str, ...]] = {}
    for complaint in complaints:
        found[complaint.path] = (*found.get(complaint.path, ()), complaint.message(desk.words.language))
    return found


def _summary(desk: Desk, found: ObjectModel, complaints: Sequence[Complaint]) -> Iterator[SummaryLine]:
    for complaint in complaints:
        text = complaint.message(desk.words.language)
        name = place_name(desk, found, complaint.path)
        full = desk.say("form.summary_line", field=name, text=text) if name else text
        yield SummaryLine(full, input_id(complaint.path) if complaint.path else "", complaint.code)


def place_name(desk: Desk, found: ObjectModel, path: str) -> str:
    """Return where a complaint is, in words: the field's title, or line and field."""
    head, _, rest = path.partition("[")
    field = found.fields.get(head)
    if field is None:
        return ""
    title = desk.title(field.title)
    number, _, inner = rest.partition("]")
    if not number.isdigit() or field.lines_of is None:
        return title
    child = desk.model.objects[field.lines_of].fields.get(inner.removeprefix("."))
    column = desk.title(child.title) if child is not None else ""
    return desk.say("form.line_place", lines=title, n=int(number) + 1, field=column).rstrip(" ,，")
