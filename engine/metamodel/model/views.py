"""Other ways to show many records: as cards in columns, as entries of a calendar, along time; compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.screen import ColumnModel, SortKey
from engine.rules import Expression

AlertTone = Literal["amber", "red"]


@dataclass(frozen=True, slots=True)
class AlertModel:
    """Something that stands out on a record of a view while ``when`` is true; ``say`` tells what, ``tone`` how bad."""

    name: str
    when: Expression
    say: LocalText
    tone: AlertTone = "amber"


@dataclass(frozen=True, slots=True)
class BoardModel:
    """Cards in columns. Every object with a life-cycle has one named after it, declared or by default.

    ``columns`` is the field whose values are the columns: the state, a choice, or a reference; ``hide`` are values
    without a column. ``sum`` is the figure at the head of each column, ``card`` what a card tells beside its title.
    ``per`` is a reference that both the object and the records behind ``columns`` hold: the board then shows the
    columns of one such record at a time, with a choice of the others.
    """

    name: str
    object: str
    title: LocalText
    columns: str
    sum: str | None = None
    card: tuple[ColumnModel, ...] = ()
    where: Expression | None = None
    sort: tuple[SortKey, ...] = ()
    hide: frozenset[str] = frozenset()
    per: str | None = None
    alerts: tuple[AlertModel, ...] = ()
    layer: str = ""


@dataclass(frozen=True, slots=True)
class RepeatModel:
    """How entries come again: ``every`` is a choice with items of PERIODS, ``until`` the last day or none."""

    every: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class BarsModel:
    """Entries as bars along time: ``group`` is a reference whose records gather them, ``progress`` a percentage."""

    group: str | None = None
    progress: str | None = None


PERIODS = frozenset({"daily", "weekdays", "weekly", "biweekly", "monthly", "yearly"})


@dataclass(frozen=True, slots=True)
class CalendarModel:
    """Entries on days and hours.

    ``start`` and ``end`` are dates (whole days) or instants; without ``end`` an entry lasts a day, or an hour.
    ``color`` is a choice whose items colour the entries, ``person`` a user or a reference to a person: the team view
    has a row for each. ``card`` is what entries are called by; without it, by their record's title. ``repeat`` is None
    where entries stand alone, ``bars`` where they are no bars.
    """

    name: str
    object: str
    title: LocalText
    start: str
    end: str | None = None
    color: str | None = None
    person: str | None = None
    card: tuple[ColumnModel, ...] = ()
    where: Expression | None = None
    repeat: RepeatModel | None = None
    bars: BarsModel | None = None
    alerts: tuple[AlertModel, ...] = ()
    layer: str = ""


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """Records of another object that happened to a record: those whose path ``by`` leads to it, at their ``at``.

    ``columns`` are told beside their titles.
    """

    name: str
    title: LocalText
    object: str
    by: tuple[str, ...]
    at: str
    columns: tuple[ColumnModel, ...] = ()
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class TimelineModel:
    """What happened around a record of an object, of all kinds and the newest first; ``changes``: of itself, too."""

    name: str
    object: str
    sources: tuple[TimelineSource, ...]
    changes: bool = False
    layer: str = ""


@dataclass(frozen=True, slots=True)
class TieModel:
    """Lines of the records behind nodes: ``lines`` holds them, ``to`` is their reference to the other record."""

    lines: str
    to: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkModel:
    """The lines ``nodes`` of a record drawn as a map. ``behind`` is the reference of a line to what it stands for.

    ``label``, ``tone`` and ``weight`` are choices of the line: told below the title, its colour, how much it stands
    out. ``above`` is the reference of a record behind a node to the one that stands above it.
    """

    name: str
    object: str
    title: LocalText
    nodes: str
    behind: str
    label: str | None = None
    tone: str | None = None
    weight: str | None = None
    above: str | None = None
    ties: TieModel | None = None
    layer: str = ""


def title_of(own: LocalText, plural: LocalText) -> LocalText:
    """Return the title of a view: its own, or what the object's records are called."""
    return own if own != EMPTY else plural
