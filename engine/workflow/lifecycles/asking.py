"""What a transition is asked with: the record, who asks, what is given; and which transition is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Complaint, Malformed, Rejected
from engine.kernel.names import RecordRef
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import LifecycleModel, TransitionModel
from engine.records import Unit


@dataclass(frozen=True, slots=True)
class Move:
    """What is asked for. ``version`` None: as the record is now. ``system``: nobody asks, so nobody's rights count."""

    record: RecordRef
    transition: str
    version: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    system: bool = False


def known_transition(unit: Unit, object: str, name: str) -> tuple[LifecycleModel, TransitionModel]:
    """Return a transition of an object's life-cycle; Malformed when there is none."""
    unit.policy.require(object, "read")
    life = unit.model.lifecycle_of(object)
    known = {} if life is None else life.transitions
    if life is None or name not in known:
        raise Malformed("unknown_transition", object=object, transition=name, guess=guess(name, known))
    return life, known[name]


def simple(life: LifecycleModel, transition: TransitionModel, source: str) -> bool:
    """Tell whether a transition can be saved in one step: nothing comes between its demands and its state."""
    state = life.states.get(source)
    return not (transition.before or transition.gates or (state is not None and state.leave))


def at(move: Move) -> tuple[str, str, int | None]:
    """Return object, id and version that a move is asked for."""
    return move.record.object, move.record.id, move.version


def now(move: Move) -> tuple[str, str, int | None]:
    """Return object and id of a move on the record as it is now."""
    return move.record.object, move.record.id, None


def comment_of(move: Move, transition: TransitionModel) -> str:
    """Return the comment that was given, where one is asked for."""
    text = move.comment
    if not text and transition.comment != "none" and "comment" not in transition.ask:
        text = str(move.given.get("comment") or "")
    if transition.comment == "required" and not text.strip() and not move.system:
        raise Rejected("invalid", [Complaint("comment", "required")], count=1)
    return text


def asked(move: Move, transition: TransitionModel) -> dict[str, Any]:
    """Return what was given for the fields that a transition asks for."""
    given = dict(move.given)
    if transition.comment != "none" and "comment" not in transition.ask:
        given.pop("comment", None)
    return given
