"""What the state machine asks of the world around it; the engine, the simulator and prediction each have an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.metamodel.model.people import People
from engine.metamodel.model.steps import CallStep, CopyStep, DoStep, Step, WaitStep
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class Named:
    """A person whom the rules of a step name, with the voice that he has there."""

    user: str
    weight: str = "1"
    veto: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What rules yield: people in their order, each once, and those who were passed over as inactive."""

    people: tuple[Named, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who acts for a person now: ``chain`` says over whom, ``circle`` that the chain led back to him."""

    user: str
    shared: bool = False
    chain: tuple[str, ...] = ()
    circle: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """An instance that a call step started: its key, its id, and a digest of the element it is about."""

    key: str
    id: str
    digest: str
    outcome: str = ""


class World(Protocol):
    """Everything outside of the runtime state."""

    @property
    def now(self) -> datetime: ...
    @property
    def round(self) -> int: ...
    @property
    def submitter(self) -> str: ...
    @property
    def by_person(self) -> bool:
        """Tell whether a person waits for the answer: what goes wrong is then told, not kept as an incident."""
        ...

    @property
    def asks_picks(self) -> bool:
        """Tell whether the submitter is asked for people whom he has not chosen yet."""
        ...

    def new_id(self) -> str: ...

    def demands(self, condition: Expression | None) -> bool:
        """Return a condition that asks for control: null counts as true. Raises BadCondition."""
        ...

    def permits(self, condition: Expression | None) -> bool:
        """Return a condition that lets something be: null counts as false. Raises BadCondition."""
        ...

    def find(self, rules: People, step: str) -> Found:
        """Return the people whom rules name (P1 to P3)."""
        ...

    def find_worker(self, assignment: str) -> Found:
        """Return the person whom an assignment chooses for the record."""
        ...

    def active(self, user: str) -> bool: ...

    def above(self, user: str, shunned: frozenset[str]) -> str | None:
        """Return the nearest active manager upwards who is not among ``shunned``."""
        ...

    def heads(self, shunned: frozenset[str]) -> str | None:
        """Return the head of the submitter's unit, or the nearest one upwards who is not among ``shunned``."""
        ...

    def admins(self) -> tuple[str, ...]: ...

    def stand_in(self, user: str) -> StandIn:
        """Return who acts for a person (O4, O5)."""
        ...

    def material(self) -> str:
        """Return a digest of the subject's material fields as they are now."""
        ...

    def carry_out(self, step: DoStep) -> bool:
        """Run the effects of a step; tell whether its token must wait for an answer from outside."""
        ...

    def copy(self, step: CopyStep) -> None: ...

    def wait(self, step: WaitStep, visit: int) -> str:
        """Arm what ends a wait; return the instant as text, or empty for an event. ``past``: it is over already."""
        ...

    def unwait(self, step: str, visit: int) -> None: ...

    def start(self, step: CallStep, visit: int) -> tuple[Started, ...]: ...

    def stop_child(self, id: str) -> None: ...


# -- what comes of a command, in the order in which it happened --------------------------------------------------------


@dataclass(slots=True)
class Fact:
    """One thing that happened; a row of the trail."""

    type: str
    step: str | None = None
    visit: int | None = None
    task: str | None = None
    actor: str | None = None
    behalf: str | None = None
    decision: str | None = None
    reason: str | None = None
    comment: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class NewTask:
    """A task that is opened. ``like`` is the task whose due time it takes over."""

    id: str
    step: str
    visit: int
    slot: int
    kind: str
    principal: str | None
    assignee: str | None
    state: str
    candidates: tuple[str, ...] = ()
    like: str = ""


@dataclass(slots=True)
class TurnedTask:
    """A task that stays alive in another state. ``assignee`` None: as before; ``reborn``: it was closed already."""

    id: str
    state: str
    mark: str = ""
    assignee: str | None = None
    reborn: bool = False


@dataclass(slots=True)
class EndedTask:
    """A task that is closed: decided, moved (somebody else holds the voice now) or void (needed no more)."""

    id: str
    state: str
    decision: str | None = None
    by: str | None = None
    behalf: str | None = None
    reason: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """What happens to the clock of a voice: arm, end, pause, resume or revive."""

    verb: str
    step: str
    visit: int
    slot: int
    task: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is told: task, moved, void, opinion, withdrawn, returned, ..."""

    kind: str
    users: tuple[str, ...]
    task: str = ""
    step: str = ""


@dataclass(slots=True)
class Log:
    """All that a command did to an instance."""

    facts: list[Fact] = field(default_factory=list)
    new: dict[str, NewTask] = field(default_factory=dict)
    turned: dict[str, TurnedTask] = field(default_factory=dict)
    ended: dict[str, EndedTask] = field(default_factory=dict)
    clocks: list[Clock] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def tell(self, type: str, step: Step | str | None = None, **more: Any) -> Fact:
        """Note a fact."""
        named = {name: more.pop(name) for name in _FACT & more.keys()}
        fact = Fact(type, step.id if isinstance(step, Step) else step, **named, more=more)
        self.facts.append(fact)
        return fact

    def turn(self, task: TurnedTask) -> None:
        """Note that a task is in another state now."""
        if task.id in self.new:
            made = self.new[task.id]
            made.state, made.assignee = task.state, task.assignee or made.assignee
        elif task.id not in self.ended:
            self.turned[task.id] = task

    def end(self, task: EndedTask) -> None:
        """Note that a task is closed; one that was opened by the same command never was."""
        if task.id in self.new and task.state == "void":
            del self.new[task.id]
            self.notices = [notice for notice in self.notices if notice.task != task.id]
            return
        self.turned.pop(task.id, None)
        self.ended[task.id] = task


_FACT = frozenset({"visit", "task", "actor", "behalf", "decision", "reason", "comment"})
