"""The page of one record: head, life-cycle, figures, sections, lines, related lists, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.metamodel.model import (
    FormModel,
    LifecycleModel,
    ObjectModel,
    TransitionModel,
)
from engine.metamodel.model.effects import RunOverAll
from engine.ui.desk import Desk
from engine.ui.screens.history import STAYS, Day, build_history, text_of_cell
from engine.ui.screens.sections import RecordFacts, ShownField, ShownTab, build_tabs, may_change, shown_field
from engine.ui.screens.stepping import Step, steps_of_field, steps_of_life
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Look
from engine.ui.widgets.choices import state_cell
from engine.ui.widgets.references import parts_of, person_cell

_FIGURES = frozenset({"money", "percent", "decimal", "integer", "date"})
_AT_MOST_FIGURES = 5


@dataclass(frozen=True, slots=True)
class ActionButton:
    """A transition as a button. ``asks`` says that a dialog comes first, ``gated`` that an approval may hold it."""

    name: str
    title: str
    icon: str
    asks: bool
    danger: bool
    gated: bool = False


@dataclass(frozen=True, slots=True)
class RecordScreen:
    """A record ready to be drawn."""

    object: str
    id: str
    version: int
    href: str
    list_title: str
    singular: str
    icon: str
    title: str
    state: Cell | None
    number: str
    owner: Cell | None
    changed: str
    steps: tuple[Step, ...]
    primary: ActionButton | None
    actions: tuple[ActionButton, ...]
    more: tuple[ActionButton, ...]
    figures: tuple[ShownField, ...]
    tabs: tuple[ShownTab, ...]
    days: tuple[Day, ...]
    timeline: bool
    may_edit: bool
    may_delete: bool
    may_copy: bool
    deleted: bool
    stays: tuple[str, str] | None
    may_restore: bool
    may_share: bool
    may_transfer: bool
    may_merge: bool
    tries: tuple[tuple[str, str], ...] = ()


def build_record(desk: Desk, form: FormModel, facts: RecordFacts) -> RecordScreen:
    """Return the page of a record."""
    found = desk.model.objects[form.object]
    look = desk.look(found.name, facts.values)
    lifecycle = desk.model.lifecycle_of(found.name)
    primary, actions, more = _actions(desk, lifecycle, facts.allowed)
    return RecordScreen(
        object=found.name,
        id=facts.id,
        version=facts.version,
        href=f"/o/{found.name}/{facts.id}",
        list_title=desk.title(found.plural) or desk.title(found.title),
        singular=desk.title(found.title),
        icon=found.icon,
        title=record_title(found, look, facts.values, facts.id),
        state=_state(desk, lifecycle, look, facts.values),
        number=_number(found, facts.values),
        owner=_owner(found, facts.values),
        changed=_changed(desk, facts.values),
        steps=_steps(desk, form, found, lifecycle, facts),
        primary=primary,
        actions=actions,
        more=more,
        figures=_figures(desk, form, look, facts),
        tabs=build_tabs(desk, form, look, facts),
        days=build_history(desk, found, facts.history),
        timeline=found.name in desk.model.timelines,
        may_edit=_may_edit(desk, form, facts),
        may_delete="delete" in facts.allowed and not facts.deleted,
        may_copy=desk.may(found.name, "create") and not facts.deleted,
        deleted=facts.deleted,
        stays=_stays(facts) if facts.deleted else None,
        may_restore="restore" in facts.allowed or desk.may(found.name, "restore"),
        may_share=_may_share(desk, found) and not facts.deleted,
        may_transfer=found.owned and desk.may(found.name, "transfer") and not facts.deleted,
        tries=() if facts.deleted else tuple(_tries(desk, lifecycle, f"/o/{found.name}/{facts.id}")),
        may_merge=not found.parent and desk.may(found.name, "merge") and not facts.deleted,
    )


def _may_edit(desk: Desk, form: FormModel, facts: RecordFacts) -> bool:
    """Tell whether the form of the record has anything that its reader may change now."""
    if "update" not in facts.allowed or facts.deleted:
        return False
    fields = desk.model.objects[form.object].fields
    placed = [one.name for tab in form.tabs for section in tab.sections for one in section.fields]
    return any(may_change(desk, fields[name], form.object, facts) for name in placed if name in fields)


def _tries(desk: Desk, lifecycle: LifecycleModel | None, href: str) -> Iterator[tuple[str, str]]:
    """Yield what can be tried on a few records before it runs over all: title and address."""
    for move in lifecycle.transitions.values() if lifecycle is not None else ():
        runs = any(isinstance(effect.verb, RunOverAll) for effect in move.do)
        if runs and desk.may(lifecycle.object if lifecycle is not None else "", move.name):
            yield desk.say("trying.title", action=desk.title(move.title)), f"{href}/try/{move.name}"


def _stays(facts: RecordFacts) -> tuple[str, str] | None:
    """Return id and title of the record that this one was merged into, where the reader sees it."""
    for entry in facts.history:
        stays = entry.changes.get(STAYS, (None, None))[1]
        if stays is not None:
            return stays.id, stays.title or stays.id[-8:]
        if entry.action in ("restore", "merged_into"):
            return None
    return None


def _may_share(desk: Desk, found: ObjectModel) -> bool:
    return desk.may(found.name, "share") or "sharing" in desk.policy.rules.areas


def record_title(found: ObjectModel, look: Look, values: Mapping[str, Any], id: str) -> str:
    """Return the title of a record: its display field as text."""
    field = found.fields[found.display]
    title = found.title_of(values, look.words.language)
    return text_of_cell(widget_of(field).show(field, look)(title)) or id[-8:]


def _actions(
    desk: Desk, lifecycle: LifecycleModel | None, allowed: frozenset[str]
) -> tuple[ActionButton | None, tuple[ActionButton, ...], tuple[ActionButton, ...]]:
    moves = [move for move in (lifecycle.transitions.values() if lifecycle else ()) if move.name in allowed]
    primary = next((move for move in moves if move.primary), None)
    rest = [move for move in moves if move is not primary]
    near = [move for move in rest if not move.danger][: 1 if primary else 2]
    far = [move for move in rest if move not in near]
    draw = [_button(desk, move) for move in near]
    return _button(desk, primary) if primary else None, tuple(draw), tuple(_button(desk, move) for move in far)


def _button(desk: Desk, move: TransitionModel) -> ActionButton:
    asks = bool(move.confirm or move.ask or move.danger)
    return ActionButton(move.name, desk.title(move.title), move.icon, asks, move.danger, bool(move.gates))


def _state(desk: Desk, lifecycle: LifecycleModel | None, look: Look, values: Mapping[str, Any]) -> Cell | None:
    if lifecycle is None or lifecycle.field not in desk.policy.readable(lifecycle.object):
        return None
    state = lifecycle.states.get(str(values.get(lifecycle.field)))
    return state_cell(state, look) if state is not None else None


def _number(found: ObjectModel, values: Mapping[str, Any]) -> str:
    field = next((name for name in found.numbering if name != found.display), "")
    return str(values.get(field) or "")


def _owner(found: ObjectModel, values: Mapping[str, Any]) -> Cell | None:
    owner = values.get("owner") if found.owned else None
    return person_cell(*parts_of(owner)) if owner is not None else None


def _changed(desk: Desk, values: Mapping[str, Any]) -> str:
    at = values.get("updated_at")
    return desk.say("record.changed", when=desk.dates.told(at)) if isinstance(at, datetime) else ""


def _steps(
    desk: Desk, form: FormModel, found: ObjectModel, lifecycle: LifecycleModel | None, facts: RecordFacts
) -> tuple[Step, ...]:
    if form.steps is not None and form.steps.field in desk.policy.readable(found.name):
        shown = steps_of_field(desk, form.steps, lifecycle, facts)
        if shown:
            return shown
    return tuple(steps_of_life(desk, found, lifecycle, facts))


def _figures(desk: Desk, form: FormModel, look: Look, facts: RecordFacts) -> tuple[ShownField, ...]:
    found = desk.model.objects[form.object]
    readable = desk.policy.readable(found.name)
    names: Iterable[str] = form.figures or [
        name for name, field in found.fields.items() if field.computed and field.type in _FIGURES
    ]
    shown = [name for name in names if name in readable and name in found.fields][:_AT_MOST_FIGURES]
    return tuple(shown_field(desk, found.fields[name], look, facts.values.get(name)) for name in shown)
