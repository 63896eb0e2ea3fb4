"""The body of a record page: tabs, sections of fields, grids of lines, related records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as slot
from typing import Any

from engine.metamodel.model import FieldModel, FormModel, FormSection, FormTab, ObjectModel
from engine.ui.desk import Desk
from engine.ui.screens.grids import Grid, build_grid
from engine.ui.screens.history import Kept
from engine.ui.screens.networks import NetworkScreen
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Look
from engine.ui.widgets.numbers import unit_before

_WIDE = frozenset({"multiline", "richtext", "address", "json", "files", "expression", "decision_table"})
_AT_MOST_FIELDS = 12
_FEW_TABS = 3


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with its value; ``why`` says that the value can explain itself."""

    name: str
    title: str
    cell: Cell
    wide: bool = False
    why: bool = False
    before: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Fields under a heading, or a grid of lines with its fields below; ``fixed`` ones are not for people to change."""

    name: str
    title: str
    fields: tuple[ShownField, ...] = ()
    rest: tuple[ShownField, ...] = ()
    grid: Grid | None = None
    network: NetworkScreen | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Records that point here through ``field``."""

    object: str
    field: str
    title: str
    icon: str
    grid: Grid
    more: str
    add: str
    empty: str
    bars: str = ""


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab of the record page."""

    name: str
    title: str
    sections: tuple[ShownSection, ...]
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a record page is drawn from.

    ``steps`` are value and title of what its form names as steps; ``closed`` the fields that its form would not change.
    """

    id: str
    version: int
    values: Mapping[str, Any]
    allowed: frozenset[str]
    visible: Mapping[str, bool]
    history: Sequence[Kept]
    related: Mapping[tuple[str, str], Related]
    networks: Mapping[str, NetworkScreen] = slot(default_factory=dict)
    steps: Sequence[tuple[str, str]] = ()
    closed: frozenset[str] = frozenset()
    deleted: bool = False


def shown_field(desk: Desk, field: FieldModel, look: Look, value: Any) -> ShownField:
    """Return a field with its value, its currency sign before it."""
    cell = widget_of(field).show(field, look)(value)
    before = unit_before(field, look) if cell.kind == "number" and not cell.tone else ""
    wide = field.type in _WIDE
    return ShownField(field.name, desk.title(field.title), cell, wide, field.computed, before, desk.title(field.help))


def may_change(desk: Desk, field: FieldModel, object: str, facts: RecordFacts) -> bool:
    """Tell whether the form of a record would let its reader change a field now."""
    written = field.name in desk.policy.writable(object, "update") and not (field.computed or field.readonly)
    return written and field.name not in facts.closed and facts.visible.get(field.name, True)


def build_tabs(desk: Desk, form: FormModel, look: Look, facts: RecordFacts) -> tuple[ShownTab, ...]:
    """Return the tabs of a record page; fewer than three become sections of one."""
    tabs = [_tab(desk, form, tab, look, facts) for tab in form.tabs if facts.visible.get(f"tab:{tab.name}", True)]
    loose = tuple(facts.related[pair] for pair in form.related if pair in facts.related)
    tabs = [tab for tab in tabs if tab.sections or tab.related]
    if len(tabs) < _FEW_TABS:
        sections = tuple(section for tab in tabs for section in tab.sections)
        related = tuple(one for tab in tabs for one in tab.related)
        return (ShownTab("all", desk.say("record.overview"), sections, related + loose),)
    if loose:
        tabs.append(ShownTab("related", desk.say("record.related"), (), loose))
    return tuple(tabs)


def _told_by(desk: Desk, found: ObjectModel, values: Mapping[str, Any]) -> str:
    """Return the field that the title of the page says."""
    called = found.called_in(desk.words.language)
    return next((name for name in called if values.get(name) not in (None, "")), found.display)


def _tab(desk: Desk, form: FormModel, tab: FormTab, look: Look, facts: RecordFacts) -> ShownTab:
    sections = [shown for section in tab.sections for shown in _sections(desk, form, section, look, facts)]
    related = tuple(facts.related[pair] for pair in tab.related if pair in facts.related)
    return ShownTab(tab.name, desk.title(tab.title), tuple(sections), related)


def _sections(
    desk: Desk, form: FormModel, section: FormSection, look: Look, facts: RecordFacts
) -> Iterator[ShownSection]:
    """Yield the section's fields, and each of its line grids as a section of its own; one that is called like its
    section has the fields below it."""
    if not facts.visible.get(f"section:{section.name}", True):
        return
    title = desk.title(section.title)
    found = desk.model.objects[form.object]
    readable = desk.policy.readable(found.name)
    fields: list[ShownField] = []
    grids: list[ShownSection] = []
    for placed in section.fields:
        field = found.fields.get(placed.name)
        if field is None or placed.name not in readable or not facts.visible.get(placed.name, True):
            continue
        value = facts.values.get(placed.name)
        if placed.name == _told_by(desk, found, facts.values):
            continue  # it is the title of the page
        if field.type == "lines":
            grid = build_grid(desk, field, placed.columns, value or ())
            network = facts.networks.get(placed.name)
            named = desk.title(field.title)
            fixed = not may_change(desk, field, found.name, facts)
            grids.append(ShownSection(placed.name, named, grid=grid, network=network, fixed=fixed))
        elif field.type != "secret":
            fields.append(shown_field(desk, field, look, value))
    if fields and len(grids) == 1 and grids[0].title == title:
        yield replace(grids[0], fields=tuple(fields))
        return
    if fields:
        folds = len(fields) > _AT_MOST_FIELDS + 2
        head = fields[:_AT_MOST_FIELDS] if folds else fields
        yield ShownSection(section.name, title, tuple(head), tuple(fields[len(head) :]))
    yield from grids
