"""A life-cycle: states of a record and the transitions between them, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.field import Default
from engine.rules import Expression

Outcome = Literal["won", "lost", "done", "cancelled"]
Phase = Literal["open", "active", "waiting", "done", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class StateModel:
    """A state. A final one may say with which ``outcome`` a life ends there.

    ``lock`` None: fields may change; otherwise only the fields in it may (empty: none).
    """

    name: str
    title: LocalText
    phase: Phase = "open"
    initial: bool = False
    final: bool = False
    lock: frozenset[str] | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class TransitionModel:
    """A way from one state to another. ``who`` None: whoever holds the grant of this action; otherwise one of
    ``owner``, ``role:<name>`` must also fit. ``set`` gives fields values when it is performed."""

    name: str
    title: LocalText
    sources: frozenset[str]
    to: str | None
    who: tuple[str, ...] | None = None
    when: Expression | None = None
    require: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    set: Mapping[str, Default] = field(default_factory=dict)
    confirm: LocalText = EMPTY
    bulk: bool = False
    primary: bool = False
    danger: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class LifecycleModel:
    """The life-cycle of ``object``; ``field`` holds the state and changes only by a transition."""

    name: str
    object: str
    field: str
    states: Mapping[str, StateModel]
    transitions: Mapping[str, TransitionModel]
    layer: str = ""
    title: LocalText = EMPTY

    @property
    def initial(self) -> str:
        """Return the state in which a record is born."""
        return next(state.name for state in self.states.values() if state.initial)
