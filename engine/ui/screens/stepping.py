"""The bar of steps at the head of a record: the states of its life-cycle, or the values that its form names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.metamodel.model import LifecycleModel, ObjectModel, StepsModel
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.screens.history import state_times
from engine.ui.screens.sections import RecordFacts

_SIDE_PHASES = ("failed", "closed")


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the line: done, now or to come."""

    title: str
    place: str
    note: str


def steps_of_field(
    desk: Desk, steps: StepsModel, lifecycle: LifecycleModel | None, facts: RecordFacts
) -> tuple[Step, ...]:
    """Return the values of a field in their order; none when the record stands at none of those the reader sees."""
    present = _key(facts.values.get(steps.field))
    keys = [key for key, _ in facts.steps]
    if present not in keys or len(keys) < 2:
        return ()
    here = keys.index(present)
    entered = _entered(desk, steps, facts.values)
    state = lifecycle.states.get(str(facts.values.get(lifecycle.field))) if lifecycle is not None else None
    reached = state is not None and state.phase == "done"
    found = []
    for index, (key, title) in enumerate(facts.steps):
        place = "done" if index < here or (index == here and reached) else "now" if index == here else ""
        # what was never entered was left out on the way, and is ticked only where nothing tells
        if place == "done" and entered and key not in entered:
            place = ""
        day = entered.get(key)
        found.append(Step(title, place, desk.dates.day_or_word(day) if day is not None and place else ""))
    return tuple(found)


def steps_of_life(
    desk: Desk, found: ObjectModel, lifecycle: LifecycleModel | None, facts: RecordFacts
) -> Iterator[Step]:
    """Yield the states of the life-cycle, but those by its side."""
    if lifecycle is None or lifecycle.field not in desk.policy.readable(found.name):
        return
    present = str(facts.values.get(lifecycle.field))
    times = state_times(found, lifecycle.field, facts.history)
    # where a gate may hold a record up is a step only for one that was held up there
    waits = {gate.via for way in lifecycle.transitions.values() for gate in way.gates} - times.keys()
    states = [
        state
        for state in lifecycle.states.values()
        if state.name == present or (state.phase not in _SIDE_PHASES and state.name not in waits)
    ]
    names = [state.name for state in states]
    if present not in names or len(names) < 2:
        return
    here = names.index(present)
    aside = states[here].phase in _SIDE_PHASES
    for index, state in enumerate(states):
        at = times.get(state.name)
        passed = index < here and (not aside or at is not None or state.initial)
        place = "now" if index == here else "done" if passed else ""
        note = desk.dates.day_or_word(desk.dates.local(at).date()) if at is not None and place == "done" else ""
        yield Step(desk.title(state.title), place, note)


def _entered(desk: Desk, steps: StepsModel, values: Mapping[str, Any]) -> Mapping[str, date]:
    """Return when each step was entered last, as the lines tell."""
    days: dict[str, date] = {}
    for line in values.get(steps.lines or "") or ():
        at = line.get(steps.at or "")
        day = desk.dates.local(at).date() if isinstance(at, datetime) else at
        key = _key(line.get(steps.by or ""))
        if isinstance(day, date):
            days[key] = max(day, days.get(key, day))
    return days


def _key(value: Any) -> str:
    return value.id if isinstance(value, Reference) else str(value or "")
