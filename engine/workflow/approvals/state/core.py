"""What every part of the machine shares: the flow, the state, the world, and the log of one command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.steps import Step
from engine.workflow.approvals.errors import Runaway
from engine.workflow.approvals.state.runtime import Human, Result, Runtime, Stuck
from engine.workflow.approvals.state.tree import step_by_id
from engine.workflow.approvals.state.world import Log, Notice, World

MOST_STEPS = 1_000


class Core:
    """One command on one instance. What it changes is in ``state``, what it did in ``log``.

    ``ended`` is the outcome once the instance is closed. ``returned_to`` is the step that a return leads to;
    ``last_decider`` who decides in this command. ``acted``: something happened that no decision can be taken back
    behind.
    """

    def __init__(self, flow: ApprovalModel, state: Runtime, world: World) -> None:
        self.flow = flow
        self.state = state
        self.world = world
        self.log = Log()
        self.ended: str = ""
        self.ended_because: str | None = None
        self.acted = False
        self.returned_to = ""
        self.last_decider = ""
        self._left = MOST_STEPS

    def spend(self) -> None:
        """Count one inner step; a command that takes too many fails as a whole."""
        self._left -= 1
        if self._left < 0:
            raise Runaway(MOST_STEPS)

    def step(self, id: str) -> Step | None:
        """Return a step of the flow."""
        return step_by_id(self.flow.steps, id)

    def visit(self, step: str) -> int:
        """Return the number of the entry of a step that happens now."""
        self.state.visits[step] = self.state.visits.get(step, 0) + 1
        return self.state.visits[step]

    def note(self, step: str, outcome: str, by: str = "", **output: Any) -> None:
        """Keep how a step ended, for conditions and for returns."""
        now = self.world.now.isoformat()
        kept = Result(outcome, by, now, self.state.visits.get(step, 1), self.world.round, dict(output))
        self.state.results[step] = kept

    def run(self) -> None:
        """Move every token as far as it goes; the machine says how."""
        raise NotImplementedError

    def reopen(self, node: Human) -> None:
        """Open the tasks of a step anew; the machine says how."""
        raise NotImplementedError

    def stick(self, step: Step, code: str, detail: str = "") -> Stuck:
        """Return a token that waits for an administrator."""
        visit = self.visit(step.id)
        self.log.tell("incident", step, visit=visit, reason=code, detail=detail[:500])
        self.log.notices.append(Notice("incident", self.world.admins(), step=step.id))
        return Stuck(step.id, visit, code, detail[:500])


@dataclass(eq=False)
class Jump(Exception):
    """A return that the flow itself makes: ``act`` puts the tokens to another place."""

    act: Callable[[Core], None]


@dataclass(eq=False)
class Stop(Exception):
    """The flow ends here."""

    outcome: str
    reason: str | None = None
