"""Why an effect happens, with whose rights, and who does what other rooms of the workflow can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.kernel.errors import Rejected
from engine.kernel.names import RecordRef
from engine.metamodel.model.people import People
from engine.records import Unit

# definition: the consequence of a life-cycle or an approval, with the engine's rights and noted under who acted;
# actor: with that person's rights (A6); system: as the engine itself
Authority = Literal["definition", "actor", "system"]
# people of a rule -> ids of users; the mapping holds the roots of expressions
FindPeople = Callable[[Unit, People, Mapping[str, Any], RecordRef], list[str]]


@dataclass(frozen=True, slots=True)
class Cause:
    """What effects follow from. ``key`` is stable and its own for each execution: keys of outbound rows begin with it.

    ``label`` is noted in the trail (the name of the rule, transition or flow); ``kind`` says what a notice is about;
    ``waits`` names who goes on when a call is answered.
    """

    key: str
    record: RecordRef
    authority: Authority = "definition"
    label: str = ""
    kind: str = "notice"
    waits: str = ""


def _nowhere(verb: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise Rejected("effect_not_here", effect=verb)

    return refuse


@dataclass(slots=True)
class Doers:
    """What effects leave to other rooms; filled once when the workflow is put together."""

    people: FindPeople = field(default=lambda unit, people, facts, record: [])
    # (unit, approval, record, cause)
    start: Callable[[Unit, str, RecordRef, Cause], Any] = field(default_factory=lambda: _nowhere("start"))
    # (unit, approval, record, reason, cause)
    withdraw: Callable[[Unit, str, RecordRef, str, Cause], Any] = field(default_factory=lambda: _nowhere("withdraw"))
    # (unit, transition, record, cause)
    transition: Callable[[Unit, str, RecordRef, Cause], Any] = field(default_factory=lambda: _nowhere("transition"))
    # (unit, assignment, record, cause)
    assign: Callable[[Unit, str, RecordRef, Cause], Any] = field(default_factory=lambda: _nowhere("assign"))
    # (unit, automation, record, at, cause)
    schedule: Callable[[Unit, str, RecordRef, datetime, Cause], Any] = field(
        default_factory=lambda: _nowhere("schedule")
    )
    # (unit, automation, event.data, cause)
    run: Callable[[Unit, str, Mapping[str, Any], Cause], Any] = field(default_factory=lambda: _nowhere("run"))
    # (unit, conversion, record, cause) -> the first record that was made
    convert: Callable[[Unit, str, RecordRef, Cause], RecordRef | None] = field(
        default_factory=lambda: _nowhere("convert")
    )
