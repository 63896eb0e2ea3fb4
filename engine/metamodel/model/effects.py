"""Effects: what follows from a transition, a step, a rule or a clock; one class for each verb, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.source import NOWHERE, Span
from engine.metamodel.model.field import Default
from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import NO_PHRASE, Duration, Phrase
from engine.metamodel.model.screen import SortKey
from engine.rules import Expression

Channel = Literal["inbox", "email", "sms", "webhook"]
Values = Mapping[str, Default]


@dataclass(frozen=True, slots=True)
class SetFields:
    """Give fields of the subject values."""

    values: Values


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """Make a record of ``object``. ``name`` binds it for later effects of the same list; ``link`` is the field of the
    subject that then points to it. A ``lines`` field given records or contexts makes one line of each, taking the
    fields of the same name that a user could give."""

    object: str
    values: Values
    name: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateRecords:
    """Change the records of ``object`` for which ``where`` (on ``item``) is true."""

    object: str
    where: Expression
    values: Values


@dataclass(frozen=True, slots=True)
class RemoveRecords:
    """Put the records of ``object`` for which ``where`` (on ``item``) is true into the recycle bin."""

    object: str
    where: Expression


@dataclass(frozen=True, slots=True)
class FindRecords:
    """Look for records of ``object`` for which ``where`` (on ``item``) is true. ``name`` binds the list of them; with
    ``first`` the first of them, or null."""

    object: str
    name: str
    where: Expression | None = None
    sort: tuple[SortKey, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class TakeNumber:
    """Give the subject's ``field`` the next number of a numbering rule, if it has none yet."""

    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class EvaluateTable:
    """Evaluate a decision with ``values`` as its inputs; the result goes into the subject's field ``into``."""

    decision: str
    values: Values
    into: str


@dataclass(frozen=True, slots=True)
class StartApproval:
    """Start an approval on a record (the subject when ``on`` is None); ``values`` are set on it first."""

    approval: str
    on: Expression | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PerformTransition:
    """Perform a transition on a record (the subject when ``of`` is None). ``objects`` are those it may belong to."""

    transition: str
    objects: tuple[str, ...]
    of: Expression | None = None


@dataclass(frozen=True, slots=True)
class AssignRecord:
    """Give a record (the subject when ``of`` is None) to a person by an assignment."""

    assignment: str
    of: Expression | None = None


@dataclass(frozen=True, slots=True)
class WithdrawApproval:
    """Withdraw the running instance of an approval on a record (the subject when ``of`` is None)."""

    approval: str
    of: Expression | None = None
    reason: Phrase = NO_PHRASE


@dataclass(frozen=True, slots=True)
class ScheduleRule:
    """Run an automation (one with the trigger ``scheduled``) on the subject at the instant ``at`` yields."""

    automation: str
    at: Expression


@dataclass(frozen=True, slots=True)
class RunOverAll:
    """Run an automation (one with the trigger ``scheduled``) on every record that its ``where`` chooses, as a job;
    ``values`` are then its ``event.data``."""

    automation: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConvertRecord:
    """Perform a conversion of the subject; ``name`` binds the first record that it makes."""

    conversion: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RefuseSave:
    """Refuse the save, with this text; only in rules that run inside the transaction."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class EmitEvent:
    """Tell of an event of the pack's own; recorded in the transaction, delivered after."""

    event: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notify:
    """Send people a text or a message template. ``via`` empty: each person's own preference.

    ``outside``: only those who are no users, such as the people of another firm.
    """

    to: People
    text: Phrase = NO_PHRASE
    message: str | None = None
    via: tuple[Channel, ...] = ()
    link: Expression | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """How often an outward call is tried again, the first time after ``backoff``."""

    times: int
    backoff: Duration


@dataclass(frozen=True, slots=True)
class CallConnector:
    """Call another system. ``into``: the field that gets the answer, for which a flow waits."""

    connector: str
    values: Values
    into: str | None = None
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class PrintRecord:
    """Make a printout of the subject, for people or, with ``attach``, for its attachments."""

    template: str
    to: People = ()
    attach: bool = False


Verb = (
    SetFields
    | CreateRecord
    | UpdateRecords
    | RemoveRecords
    | FindRecords
    | TakeNumber
    | EvaluateTable
    | StartApproval
    | PerformTransition
    | AssignRecord
    | WithdrawApproval
    | ScheduleRule
    | RunOverAll
    | ConvertRecord
    | RefuseSave
    | EmitEvent
    | Notify
    | CallConnector
    | PrintRecord
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. ``when`` not true: nothing happens. ``for_each`` yields a list: once per element, bound to ``each``.

    ``path`` is its place in its definition (``transitions.submit.do.0``), part of the stable key of what leaves.
    """

    verb: Verb
    when: Expression | None = None
    for_each: Expression | None = None
    path: str = ""
    span: Span = NOWHERE
    each: str = "item"

    @property
    def outbound(self) -> bool:
        """Tell whether it leaves the transaction by way of the outbox."""
        return isinstance(self.verb, Notify | CallConnector | PrintRecord)


Effects = tuple[Effect, ...]
