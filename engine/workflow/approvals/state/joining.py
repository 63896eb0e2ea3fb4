"""Blocks that wait for several: branches of a fork (B2, B3), and instances that a call started (B5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.metamodel.model.steps import CallStep, ParallelStep, Step
from engine.workflow.approvals.state import closing, returning
from engine.workflow.approvals.state.core import Core, Jump
from engine.workflow.approvals.state.runtime import Calls, Fork, Frame
from engine.workflow.approvals.state.tree import Steps, branch_of

Settle = Callable[[Frame, Steps], str | None]


def look(machine: Core, fork: Fork, step: Step, settle: Settle) -> str | None:
    """Return how a fork ended, or None while it waits; branches that are needed no more are void."""
    for name, frame in fork.branches.items():
        if name in fork.closed:
            continue
        outcome = settle(frame, branch_of(step, name).steps)
        if outcome is None:
            continue
        fork.closed[name] = outcome
        machine.log.tell("branch.ended", step, branch=name, outcome=outcome)
        ended = _judged(fork, step)
        if ended is not None:
            _end(machine, fork, step, ended)
            return ended
    ended = _judged(fork, step)
    if ended is not None:
        _end(machine, fork, step, ended)
    return ended


def _judged(fork: Fork, step: Step) -> str | None:
    passed = sum(outcome == "passed" for outcome in fork.closed.values())
    failed = len(fork.closed) - passed
    every = len(fork.branches)
    needed = every
    collect = False
    if isinstance(step, ParallelStep):
        needed = min(step.join or every, every)
        collect = step.collect
    if passed >= needed:
        return "passed"
    if every - failed >= needed:
        return None
    if collect and len(fork.closed) < every:
        return None
    return "failed"


def _end(machine: Core, fork: Fork, step: Step, outcome: str) -> None:
    reason = "join" if outcome == "passed" else "rejected"
    for name, frame in fork.branches.items():
        if name not in fork.closed:
            closing.void_frame(machine, frame, branch_of(step, name).steps, reason)
            fork.closed[name] = "void"
    machine.note(step.id, outcome, branches=list(fork.branches))


def look_at_children(machine: Core, calls: Calls, step: Step) -> str | None:
    """Return how the instances of a call ended together, None while one of them is open."""
    assert isinstance(step, CallStep)
    outcomes = [child[2] for child in calls.children.values()]
    if not all(outcomes):
        return None
    machine.acted = True
    if all(outcome == "approved" for outcome in outcomes):
        machine.log.tell("step.passed", step, visit=calls.visit)
        machine.note(step.id, "passed", "", **_kept(calls))
        return "passed"
    machine.log.tell("step.failed", step, visit=calls.visit)
    machine.note(step.id, "failed", "", **_kept(calls))
    if step.rejected == "continue":
        return "passed"
    if step.rejected == "return":
        raise Jump(lambda m: returning.to_submitter(m, "replay", reason="rejected"))
    return "failed"


def _kept(calls: Calls) -> dict[str, Any]:
    """Return the children that ended approved: visited again, they are taken over where their element is unchanged."""
    return {"approved": {key: child[:2] for key, child in calls.children.items() if child[2] == "approved"}}
