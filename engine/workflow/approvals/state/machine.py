"""The machine: moves every token until all of them wait for something outside (K2)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.metamodel.model.steps import (
    ApproveStep,
    CallStep,
    ChooseStep,
    CopyStep,
    DoStep,
    HandleStep,
    IncludeStep,
    ParallelStep,
    Step,
    StopStep,
    WaitStep,
)
from engine.workflow.approvals.errors import BadCondition
from engine.workflow.approvals.state import closing, joining, people_step, returning
from engine.workflow.approvals.state.asking import drop_questions
from engine.workflow.approvals.state.core import Core, Jump, Stop
from engine.workflow.approvals.state.runtime import (
    Calls,
    Choice,
    Fork,
    Frame,
    Human,
    Node,
    Pause,
)
from engine.workflow.approvals.state.tree import Steps, branch_of, step_by_id


class Machine(Core):
    """Moves tokens. What a command changes is in ``state``, what it did in ``log``."""

    def run(self) -> None:
        """Move every token as far as it goes; close the instance when there is nothing left to wait for."""
        while not self.ended and self.state.revise is None:
            try:
                outcome = self._settle(self.state.root, self.flow.steps)
            except Jump as jump:
                jump.act(self)
                continue
            except Stop as stop:
                outcome = stop.outcome
                self.ended_because = stop.reason
            if outcome is None:
                break
            self.close({"passed": "approved", "failed": "rejected"}.get(outcome, outcome))
        if self.acted:
            closing.forget_undo(self.state.root)

    def reopen(self, node: Human) -> None:
        """Open the undecided voices of a step that is entered again."""
        step = step_by_id(self.flow.steps, node.step)
        assert step is not None
        people_step.open_slots(self, step, node)

    def close(self, outcome: str, reason: str | None = None) -> None:
        """End the instance: nothing of it stays open."""
        self.ended = outcome
        self.ended_because = reason or self.ended_because
        if self.ended_because is None and not self.state.peopled:
            self.ended_because = "rule"
        closing.void_all(self, self.ended_because or outcome)
        drop_questions(self, self.ended_because or outcome)

    def _settle(self, frame: Frame, steps: Steps) -> str | None:
        while True:
            self.spend()
            if frame.node is None:
                if frame.at >= len(steps):
                    return "passed"
                self._enter(frame, steps[frame.at])
                continue
            outcome = self._look(frame.node, steps[frame.at])
            if outcome is None:
                return None
            if outcome == "picked":
                frame.node = None
                continue
            if outcome != "passed":
                closing.drop_parked(self, frame)
                return outcome
            frame.last = _behind(frame.node) or frame.last
            if frame.parked is not None:
                returning.end_detour(self, frame, steps)
            else:
                frame.node, frame.at = None, frame.at + 1

    # -- entering ------------------------------------------------------------------------------------------------------

    def _enter(self, frame: Frame, step: Step) -> None:
        try:
            if not self._wanted(step):
                self.skip(frame, step, "when")
                return
            self._begin(frame, step)
        except BadCondition as error:
            if self.world.by_person:
                raise
            frame.node = self.stick(step, "bad_condition", str(error))

    def _wanted(self, step: Step) -> bool:
        if step.when is None:
            return True
        return self.world.demands(step.when) if isinstance(step, ApproveStep) else self.world.permits(step.when)

    def skip(self, frame: Frame, step: Step, reason: str) -> None:
        """Pass a step over, with the reason in the trail."""
        self.log.tell("step.skipped", step, reason=reason, condition=step.when.text if step.when else "")
        self.note(step.id, "skipped")
        if frame.parked is not None:
            # the target of a return is wanted no more: whoever returned is asked again
            frame.node = Pause(step.id, self.state.visits.get(step.id, 1), done=True)
            return
        frame.node, frame.at = None, frame.at + 1

    def _begin(self, frame: Frame, step: Step) -> None:
        match step:
            case ApproveStep() | HandleStep():
                frame.node = people_step.enter(self, step, frame.last)
            case ChooseStep():
                self._choose(frame, step)
            case ParallelStep():
                self._fork(frame, step, [branch.name for branch in step.branches])
            case IncludeStep():
                chosen = [branch.name for branch in step.branches if self.world.permits(branch.when)]
                self._fork(frame, step, chosen or (["else"] if step.otherwise else []))
            case CopyStep():
                self.world.copy(step)
                self._after(frame, step)
            case DoStep():
                self._do(frame, step)
            case WaitStep():
                self._wait(frame, step)
            case CallStep():
                self._call(frame, step)
            case StopStep():
                self.log.tell("stopped", step, reason="rule")
                raise Stop(step.outcome, "rule")

    def _after(self, frame: Frame, step: Step) -> None:
        self.acted = True
        self.visit(step.id)
        self.note(step.id, "passed")
        frame.node, frame.at = None, frame.at + 1

    def _choose(self, frame: Frame, step: ChooseStep) -> None:
        for branch in step.of:
            if branch.when is None or self.world.permits(branch.when):
                self.visit(step.id)
                self.log.tell("branch.chosen", step, branch=branch.name)
                self.note(step.id, "open", branch=branch.name)
                frame.node = Choice(step.id, branch.name, Frame(last=list(frame.last)))
                return
        self.skip(frame, step, "no_branch")

    def _fork(self, frame: Frame, step: Step, names: Sequence[str]) -> None:
        if not names:
            self.skip(frame, step, "no_branch")
            return
        self.visit(step.id)
        self.log.tell("branches.entered", step, branches=list(names))
        self.note(step.id, "open", branches=list(names))
        frame.node = Fork(step.id, {name: Frame(last=list(frame.last)) for name in names})

    def _do(self, frame: Frame, step: DoStep) -> None:
        waits = self.world.carry_out(step)
        self.log.tell("effects.done", step)
        if waits:
            self.acted = True
            frame.node = Pause(step.id, self.visit(step.id), "call")
            return
        self._after(frame, step)

    def _wait(self, frame: Frame, step: WaitStep) -> None:
        visit = self.visit(step.id)
        until = self.world.wait(step, visit)
        self.log.tell("wait.began", step, visit=visit, until=until)
        kind = "event" if step.event else "time"
        frame.node = Pause(step.id, visit, kind, "" if until == "past" else until, done=until == "past")

    def _call(self, frame: Frame, step: CallStep) -> None:
        self.acted = True
        visit = self.visit(step.id)
        started = self.world.start(step, visit)
        self.log.tell("children.started", step, visit=visit, children=[child.id for child in started])
        if not step.wait:
            self.note(step.id, "passed")
            frame.node, frame.at = None, frame.at + 1
            return
        frame.node = Calls(step.id, visit, {one.key: [one.id, one.digest, one.outcome] for one in started})

    # -- looking -------------------------------------------------------------------------------------------------------

    def _look(self, node: Node, step: Step) -> str | None:
        match node:
            case Human():
                return people_step.look(self, node, step)
            case Choice():
                outcome = self._settle(node.frame, branch_of(step, node.branch).steps)
                if outcome is not None:
                    kept = {"branch": node.branch}
                    self.note(step.id, outcome, **kept)
                return outcome
            case Fork():
                return joining.look(self, node, step, self._settle)
            case Calls():
                return joining.look_at_children(self, node, step)
            case Pause():
                if not node.done:
                    return None
                self.log.tell("wait.ended", step, visit=node.visit)
                self.acted = True
                self.note(step.id, "passed")
                return "passed"
        return None


def _behind(node: Node | None) -> list[str]:
    """Return the steps for people that a token left last in a node."""
    match node:
        case Human() | Calls():
            # after a sub-flow nobody has approved directly before
            return [node.step]
        case Choice():
            return node.frame.last
        case Fork():
            return [
                name for key, frame in node.branches.items() if node.closed.get(key) == "passed" for name in frame.last
            ]
    return []
