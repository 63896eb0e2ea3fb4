"""Runtime state: where the tokens of an instance stand, its blocks and voices. Small, and never any history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SYSTEM = "system"
# why a voice that is still open is an incident: its clock may not decide in a person's place (C9)
CLOCK_STUCK = "timeout_needs_person"
LIVE = frozenset({"open", "ready", "waiting", "paused"})


@dataclass(slots=True)
class Slot:
    """One voice that a step waits for, and who holds it now.

    ``state`` is that of its task; closed when the voice was given, removed when it counts no more. ``added_by`` is the
    number of the slot whose holder added this one, ``added_as`` before, after or with; ``due`` is an instant. While
    somebody else is asked for an opinion, ``lender`` is who asked and ``lent`` the task that waits meanwhile.
    ``stopped``: its clock stands, as the pause of its step holds.
    """

    no: int
    principal: str
    assignee: str
    state: str = "waiting"
    task: str = ""
    weight: str = "1"
    veto: bool = False
    vote: str = ""
    by: str = ""
    reason: str = ""
    shared: bool = False
    added_by: int = 0
    added_as: str = ""
    added_mode: str = ""
    lender: str = ""
    lent: str = ""
    transfers: int = 0
    admin: bool = False
    due: str = ""
    stopped: bool = False

    @property
    def live(self) -> bool:
        """Tell whether somebody may still act in it."""
        return self.state in LIVE

    @property
    def counts(self) -> bool:
        """Tell whether it is a voice of the step itself, not one that advises another."""
        return self.state != "removed" and self.added_as in ("", "with")


@dataclass(slots=True)
class Human:
    """A token at a step for people. ``material`` is the digest of the subject's material fields when it opened.

    ``picking``: it is not the step yet, but the submitter, who chooses its people (S5). ``output``: what its deciders
    have given beside their decisions.
    """

    step: str
    visit: int
    slots: list[Slot] = field(default_factory=list)
    material: str = ""
    any_of: bool = False
    picking: bool = False
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Pause:
    """A token that waits for an instant, an event, or the answer of a call outward."""

    step: str
    visit: int
    kind: str = "time"
    until: str = ""
    done: bool = False


@dataclass(slots=True)
class Calls:
    """A token that waits for the instances it started: key -> [instance id, digest of the element, outcome]."""

    step: str
    visit: int
    children: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Stuck:
    """A token that cannot go on; an administrator must help. ``code`` says what failed."""

    step: str
    visit: int
    code: str
    detail: str = ""


@dataclass(slots=True)
class Choice:
    """A token inside the branch that was chosen."""

    step: str
    branch: str
    frame: Frame


@dataclass(slots=True)
class Fork:
    """Child tokens, one for each branch that was entered; ``closed`` says how those ended that did."""

    step: str
    branches: dict[str, Frame] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)


Node = Human | Pause | Calls | Stuck | Choice | Fork


@dataclass(slots=True)
class Parked:
    """What waits while a detour of a return goes on: the place in the sequence, its node, and who returned."""

    at: int
    node: Node | None
    step: str
    slot: int
    material: str


@dataclass(slots=True)
class Frame:
    """A position in a sequence of steps. ``undo`` is what a decision can be taken back to; ``last`` names the steps
    for people that came directly before.
    """

    at: int = 0
    node: Node | None = None
    parked: Parked | None = None
    undo: dict[str, Any] | None = None
    last: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """How a step ended the last time."""

    outcome: str
    by: str = ""
    at: str = ""
    visit: int = 1
    round: int = 1
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Agreement:
    """A person's own approval that may stand for a later step: in which step, on which material."""

    user: str
    step: str
    material: str


@dataclass(slots=True)
class Runtime:
    """Everything that an instance needs to go on.

    ``picks`` are people chosen for steps; ``stopped`` tasks that were paused before the case was suspended;
    ``questions`` what was asked and not answered yet: task of the answer, task asked about, who asked, step, visit.
    """

    root: Frame = field(default_factory=Frame)
    visits: dict[str, int] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    agreed: list[Agreement] = field(default_factory=list)
    picks: dict[str, list[str]] = field(default_factory=dict)
    revise: Human | None = None
    resume: bool = False
    returns: int = 0
    decided: bool = False
    peopled: bool = False
    suspended: bool = False
    stopped: list[str] = field(default_factory=list)
    questions: list[list[str]] = field(default_factory=list)
    closing: Human | None = None
