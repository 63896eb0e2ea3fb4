"""The steps of an approval: one class for each word of the language, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.effects import Effects, Values
from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import NO_PHRASE, Duration, Phrase
from engine.metamodel.model.policy import PolicyModel, Quorum, SmsDecision, StepForm
from engine.rules import Expression

TaskAction = Literal["transfer", "delegate", "add_before", "add_after", "add_with", "remove", "ask", "cc"]
WorkAction = Literal["return", "decline", "transfer"]
StepKind = Literal["approve", "handle", "choose", "parallel", "include", "cc", "wait", "call", "do", "stop"]


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has; ``kind`` is its word in the language.

    ``when`` null counts as true in an approve step (it demands control), elsewhere as false.
    """

    kind: ClassVar[StepKind]

    id: str
    title: LocalText = EMPTY
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class ApproveStep(Step):
    """A decision by people. ``output`` are values that the decider gives besides, by name and FEEL type name."""

    kind: ClassVar[StepKind] = "approve"

    by: People = ()
    mode: Literal["any", "all", "vote"] = "all"
    quorum: Quorum | None = None
    sequence: bool = False
    abstain: bool = False
    distinct: bool = False
    form: StepForm = field(default_factory=StepForm)
    actions: frozenset[TaskAction] = frozenset(get_args(TaskAction))
    sla: SlaModel | None = None
    sms: SmsDecision | None = None
    sign: bool = False
    output: Mapping[str, str] = field(default_factory=dict)
    on_reject: Literal["end", "return", "continue"] = "end"
    policy: PolicyModel = field(default_factory=PolicyModel)


@dataclass(frozen=True, slots=True)
class HandleStep(Step):
    """Work to be done. ``by`` names people, or ``assignment`` finds one; ``pool``: offered to all, the first claims."""

    kind: ClassVar[StepKind] = "handle"

    by: People = ()
    assignment: str | None = None
    pool: bool = False
    form: StepForm = field(default_factory=StepForm)
    sla: SlaModel | None = None
    may: frozenset[WorkAction] = frozenset()
    policy: PolicyModel = field(default_factory=PolicyModel)


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps under a name. ``when`` None: always taken (the ``else`` of a choice)."""

    name: str
    steps: tuple[Step, ...]
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class ChooseStep(Step):
    """The first branch whose condition is true. Branches are named ``0``, ``1`` ... and ``else``."""

    kind: ClassVar[StepKind] = "choose"

    of: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class ParallelStep(Step):
    """All branches at once. ``join``: how many must pass (None: all). ``collect``: the others go on after a reject."""

    kind: ClassVar[StepKind] = "parallel"

    branches: tuple[Branch, ...] = ()
    join: int | None = None
    collect: bool = False


@dataclass(frozen=True, slots=True)
class IncludeStep(Step):
    """Those branches whose condition is true, at once; ``otherwise`` when there is none."""

    kind: ClassVar[StepKind] = "include"

    branches: tuple[Branch, ...] = ()
    otherwise: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyStep(Step):
    """People get a copy to read; nobody waits for them."""

    kind: ClassVar[StepKind] = "cc"

    to: People = ()
    text: Phrase = NO_PHRASE


@dataclass(frozen=True, slots=True)
class WaitStep(Step):
    """Wait for a length of time, until an instant, or for an event for which ``where`` is true; exactly one is set."""

    kind: ClassVar[StepKind] = "wait"

    length: Duration | None = None
    until: Expression | None = None
    event: str | None = None
    where: Expression | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class CallStep(Step):
    """Another approval as a step, on one record or on each of a list. ``wait`` false: it runs by itself."""

    kind: ClassVar[StepKind] = "call"

    flow: str = ""
    on: Expression | None = None
    for_each: Expression | None = None
    values: Values = field(default_factory=dict)
    wait: bool = True
    rejected: Literal["fail", "return", "continue"] = "fail"


@dataclass(frozen=True, slots=True)
class DoStep(Step):
    """Effects in the middle of a flow. ``failed`` says what happens when a call outward fails for good."""

    kind: ClassVar[StepKind] = "do"

    effects: Effects = ()
    failed: Literal["incident", "continue"] = "incident"


@dataclass(frozen=True, slots=True)
class StopStep(Step):
    """The flow ends here with this outcome."""

    kind: ClassVar[StepKind] = "stop"

    outcome: Literal["approved", "rejected"] = "approved"
