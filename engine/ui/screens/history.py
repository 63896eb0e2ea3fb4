"""What happened to a record, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from engine.metamodel.model import ObjectModel
from engine.ui.desk import Desk
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell
from engine.ui.widgets.references import initial_of, tone_of

_ICONS = {
    "create": "plus",
    "update": "pencil",
    "delete": "trash",
    "restore": "history",
    "merge": "arrows-join",
    "merged_into": "arrows-join",
}
_TONES = {"create": "green", "delete": "red", "merge": "violet"}
# of an entry that tells of a merger: the records that went into this one
_MERGED = "_merged"
# of an entry of one of these: the record that it went into, None where the reader does not see that
STAYS = "_stays"
_PRINTED = "print:"
# what is told beside the act of a person that brought it about
_PARTS = frozenset({"update", "recompute"})
_UNTOLD = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})


class Entry(Protocol):
    """An entry of a record's history, as the records floor gives it."""

    @property
    def at(self) -> datetime: ...

    @property
    def actor(self) -> str: ...

    @property
    def actor_name(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def changes(self) -> Mapping[str, Sequence[Any]]: ...


class Kept(Entry, Protocol):
    """An entry as the trail keeps it: ``request`` is what it came by."""

    @property
    def request(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Act:
    """What several entries tell together."""

    at: datetime
    actor: str
    actor_name: str
    action: str
    changes: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that changed, as text."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """An entry ready to be drawn."""

    who: str
    initial: str
    tone: str
    icon: str
    text: str
    time: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day."""

    title: str
    events: tuple[Event, ...]


def build_history(desk: Desk, found: ObjectModel, entries: Iterable[Kept]) -> tuple[Day, ...]:
    """Return the history of a record by days, the newest first."""
    days: dict[str, list[Event]] = {}
    for entry in acts_of(entries):
        local = desk.dates.local(entry.at)
        title = desk.dates.day_or_word(local.date())
        if title[0].isdigit():
            title = desk.dates.in_sentence(local.date())
        days.setdefault(title, []).append(told_event(desk, found, entry))
    return tuple(Day(title, tuple(events)) for title, events in days.items())


def acts_of(entries: Iterable[Kept]) -> Iterator[Entry]:
    """Yield one entry for each act, the newest first: what a command changed of a record bit by bit is one."""
    for (_, request), at_once in groupby(entries, key=lambda entry: (entry.at, entry.request)):
        told = list(at_once)
        parts = [entry for entry in told if entry.action in _PARTS]
        if not request or not parts or len(told) == 1:
            yield from told
            continue
        mains = [entry for entry in told if entry.action not in _PARTS]
        lead = mains[0] if mains else next((one for one in parts if one.action == "update"), parts[0])
        changes = _in_all([entry for entry in told if entry is lead or entry.action in _PARTS])
        yield _Act(lead.at, lead.actor, lead.actor_name, lead.action, changes)
        yield from mains[1:]


def _in_all(entries: Sequence[Entry]) -> Mapping[str, Sequence[Any]]:
    """Return what entries, the newest first, came to together: each field from its oldest value to its newest."""
    found: dict[str, Sequence[Any]] = {}
    for entry in entries:
        for name, pair in entry.changes.items():
            newer = found.get(name)
            found[name] = pair if newer is None or len(pair) != 2 or len(newer) != 2 else (pair[0], newer[1])
    return {name: pair for name, pair in found.items() if len(pair) != 2 or pair[0] != pair[1]}


def state_times(found: ObjectModel, field: str, entries: Iterable[Entry]) -> Mapping[str, datetime]:
    """Return when each state was entered last."""
    times: dict[str, datetime] = {}
    for entry in entries:
        change = entry.changes.get(field)
        if change is not None and len(change) == 2 and isinstance(change[1], str):
            times.setdefault(change[1], entry.at)
    return times


def text_of_cell(cell: Cell) -> str:
    """Return what a cell says in plain text."""
    if cell.parts:
        return ", ".join(text_of_cell(part) for part in cell.parts)
    return "" if cell.kind == "none" else cell.text


def told_event(desk: Desk, found: ObjectModel, entry: Entry) -> Event:
    """Return an entry in words."""
    name = desk.say("history.engine") if entry.actor == "system" else entry.actor_name or desk.say("history.somebody")
    changes = tuple(_changes(desk, found, entry)) if entry.action != "create" else ()
    return Event(
        name,
        initial_of(name),
        _TONES.get(entry.action) or ("gray" if entry.actor == "system" else tone_of(entry.actor)),
        "printer" if entry.action.startswith(_PRINTED) else _ICONS.get(entry.action, "arrow-right"),
        _text(desk, found, entry, len(changes)),
        desk.dates.clock(entry.at),
        changes,
    )


def _text(desk: Desk, found: ObjectModel, entry: Entry, count: int) -> str:
    lifecycle = desk.model.lifecycle_of(found.name)
    move = lifecycle.transitions.get(entry.action.removeprefix("transition:")) if lifecycle is not None else None
    if move is not None and lifecycle is not None:
        left = entry.changes.get(lifecycle.field, (None,))[0]
        # the end of an approval that the transition went into is told under whoever ended it
        after = any(gate.via == left for gate in move.gates)
        return desk.say("history.after_gate", action=desk.title(move.title)) if after else desk.title(move.title)
    if entry.action.startswith(_PRINTED):
        name = entry.action.removeprefix(_PRINTED)
        format = desk.model.prints.get(name)
        return desk.say("history.print", title=desk.title(format.title) if format is not None else name)
    if entry.action == "update":
        return desk.say("history.update", n=count)
    key = f"history.{entry.action}"
    return desk.say(key) if desk.words.has(key) else entry.action


def _changes(desk: Desk, found: ObjectModel, entry: Entry) -> Iterable[FieldChange]:
    look = desk.look(found.name)
    readable = desk.policy.readable(found.name)
    for name, pair in entry.changes.items():
        field = found.fields.get(name)
        if name == _MERGED:
            titles = desk.say("value.joint").join(one.title or one.id[-8:] for one in pair[1])
            yield FieldChange(desk.say("history.merged"), "", titles or desk.say("history.unseen"))
            continue
        if name == STAYS:
            stays = pair[1]
            told = desk.say("history.unseen") if stays is None else stays.title or stays.id[-8:]
            yield FieldChange(desk.say("history.stays"), "", told)
            continue
        if name in _UNTOLD or (field is not None and name not in readable) or len(pair) != 2:
            continue
        if field is None or field.type == "lines":
            yield FieldChange(desk.title(field.title) if field is not None else name, "", desk.say("history.changed"))
            continue
        draw = widget_of(field).show(field, look)
        nothing = desk.say("value.none")
        before, after = (text_of_cell(draw(value)) or nothing for value in pair)
        if before != after:
            yield FieldChange(desk.title(field.title), before, after)
