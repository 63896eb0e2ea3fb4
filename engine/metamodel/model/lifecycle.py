"""A life-cycle: states of a record and the transitions between them, compiled."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.effects import Effects
from engine.metamodel.model.field import Default
from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import Duration
from engine.rules import Expression

Outcome = Literal["won", "lost", "done", "cancelled"]
Phase = Literal["open", "active", "waiting", "done", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class StateModel:
    """A state. A final one may say with which ``outcome`` a life ends there.

    ``lock`` None: fields may change; otherwise only the fields in it may (empty: none). ``edit`` None: whoever holds
    the grant may edit in this state; otherwise only these people. ``slas`` are clocks that run while a record is in
    the state, by name (``sla`` when the state has one without a name); ``enter`` and ``leave`` follow the change.
    """

    name: str
    title: LocalText
    phase: Phase = "open"
    initial: bool = False
    final: bool = False
    lock: frozenset[str] | None = None
    outcome: Outcome | None = None
    edit: People | None = None
    slas: Mapping[str, SlaModel] = field(default_factory=dict)
    enter: Effects = ()
    leave: Effects = ()


@dataclass(frozen=True, slots=True)
class GateModel:
    """An approval that holds a transition while ``when`` is not false (null holds too). The record waits in the state
    ``via`` and goes on to one of the three states."""

    approval: str
    via: str
    approved: str
    rejected: str
    withdrawn: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class TransitionModel:
    """A way from one state to another; ``to`` None: the state stays the same.

    ``who`` None: whoever holds the grant of this action; otherwise the actor must also be one of these people; empty:
    nobody but the system. ``ask`` are fields asked for when it is performed; those in ``ask_required`` must be given
    then, and ``comment`` says whether a comment is asked for. ``before`` is done before the gates are tested, ``set``
    gives fields values and ``do`` follows when it completes. ``auto``: it fires by itself when ``when`` becomes true.
    ``after`` (a length, or an expression that yields one; counted from entering the state) and ``at`` (an instant)
    fire it in time.
    """

    name: str
    title: LocalText
    sources: frozenset[str]
    to: str | None
    who: People | None = None
    when: Expression | None = None
    require: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    set: Mapping[str, Default] = field(default_factory=dict)
    confirm: LocalText = EMPTY
    bulk: bool = False
    primary: bool = False
    danger: bool = False
    icon: str = ""
    ask_required: frozenset[str] = frozenset()
    comment: Literal["none", "optional", "required"] = "none"
    gates: tuple[GateModel, ...] = ()
    before: Effects = ()
    do: Effects = ()
    auto: bool = False
    after: Duration | Expression | None = None
    at: Expression | None = None

    @property
    def timed(self) -> bool:
        """Tell whether a clock performs it."""
        return self.after is not None or self.at is not None


@dataclass(frozen=True, slots=True)
class LifecycleModel:
    """The life-cycle of ``object``; ``field`` holds the state and changes only by a transition.

    ``slas`` are clocks that run across states. ``migrate`` says where records go that stand in a state that is no
    longer there.
    """

    name: str
    object: str
    field: str
    states: Mapping[str, StateModel]
    transitions: Mapping[str, TransitionModel]
    layer: str = ""
    title: LocalText = EMPTY
    slas: Mapping[str, SlaModel] = dataclasses.field(default_factory=dict)
    migrate: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def initial(self) -> str:
        """Return the state in which a record is born."""
        return next(state.name for state in self.states.values() if state.initial)
