"""What a step of an approval keeps to: policies, returns, its form, its quorum, its short messages; compiled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import NO_PHRASE, Duration, Phrase
from engine.rules import Expression

Decision = Literal["approve", "reject", "return"]
ReturnMode = Literal["replay", "resume"]


@dataclass(frozen=True, slots=True)
class Returns:
    """Where one may return to (``submitter``, ``previous``, ``any`` or ids of steps), how it goes on, how often."""

    to: tuple[str, ...] = ("submitter", "previous", "any")
    then: ReturnMode = "replay"
    maximum: int = 5


@dataclass(frozen=True, slots=True)
class PolicyModel:
    """Policies of a step; those of the approval with the step's own laid over them.

    ``empty`` with ``empty_to``: these people are asked instead. ``withdraw`` holds while the step is open (of several
    open ones the strictest), ``retract`` for its decisions; None: never. ``comment``: decisions that need one.
    """

    empty: Literal["admin", "block", "pass", "fail", "to"] = "admin"
    empty_to: People = ()
    self: Literal["manager", "head", "skip", "allow", "admin"] = "manager"
    repeat: Literal["adjacent", "once", "ask"] = "adjacent"
    withdraw: Literal["until_decided", "until_closed", "never"] = "until_decided"
    retract: Duration | None = None
    comment: frozenset[Decision] = frozenset({"reject", "return"})
    returns: Returns = field(default_factory=Returns)
    substitution: bool = True


@dataclass(frozen=True, slots=True)
class StepForm:
    """The record as a step shows it. ``default`` holds for fields that stand in no list; ``require`` applies to
    approving and doing, not to rejecting or returning."""

    default: Literal["read", "hide"] = "read"
    write: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    require: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quorum:
    """Votes that pass a step: a number of votes, or a share of the weight in percent, to be reached or, when
    ``above``, to be exceeded."""

    votes: int | None = None
    percent: float | None = None
    above: bool = False


@dataclass(frozen=True, slots=True)
class SmsDecision:
    """Decisions by short message. ``limit`` not true: please decide on the web."""

    decide: bool = False
    limit: Expression | None = None
    text: Phrase = NO_PHRASE
