"""What happens in a test, one verb each: the same services that the doors use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from engine.cli.trials.cast import Cast
from engine.cli.trials.outcome import ACTIONS, Touched
from engine.cli.trials.stage import TENANT
from engine.kernel.clock import FrozenClock
from engine.kernel.context import Context
from engine.metamodel import TrialStep
from engine.metamodel.model import Duration

if TYPE_CHECKING:
    from engine.wiring import Engine
    from engine.workflow.approvals.service import ApprovalService

_OPEN = ("open", "ready", "paused")


class Hands:
    """Carries out the steps of one test."""

    def __init__(self, cast_: Cast, touched: Touched) -> None:
        self.cast, self.touched = cast_, touched
        self.engine: Engine = cast_.engine

    def do(self, step: TrialStep) -> None:
        """Carry out one step. Raises what the services raise."""
        self._note(step)
        _VERBS[step.word](self, step)
        self.settle()

    def settle(self) -> None:
        """Do everything that is due in the background."""
        self.engine.background.settle(TENANT)

    def record(self, name: str) -> tuple[str, str]:
        """Return object and id of a record of the test."""
        return self.cast.records[name]

    def _note(self, step: TrialStep) -> None:
        name = step.of or step.what
        object = step.what if step.word == "create" else self.cast.records.get(name, ("", ""))[0]
        action = step.what if step.word == "transition" else ACTIONS.get(step.word)
        for role in self.cast.roles.get(step.by or "", ()):
            if action is not None:
                self.touched.grants.add((role, object, action))

    def _version(self, object: str, id: str) -> int:
        return self.engine.records.get(self.cast.context(None), object, id, ()).version

    def _context(self, step: TrialStep) -> Context:
        return self.cast.context(step.by)

    def create(self, step: TrialStep) -> None:
        """Make a record and keep its name."""
        made = self.engine.records.create(self._context(step), step.what, self.cast.values(step.given))
        if step.name is not None:
            self.cast.records[step.name] = (step.what, made.id)

    def update(self, step: TrialStep) -> None:
        """Change a record."""
        object, id = self.record(step.what)
        ctx = self._context(step)
        self.engine.records.update(ctx, object, id, self._version(object, id), self.cast.values(step.given))

    def delete(self, step: TrialStep) -> None:
        """Delete a record."""
        object, id = self.record(step.what)
        self.engine.records.delete(self._context(step), object, id, self._version(object, id))

    def read(self, step: TrialStep) -> None:
        """Look at a record."""
        object, id = self.record(step.what)
        self.engine.records.get(self._context(step), object, id)

    def find(self, step: TrialStep) -> None:
        """Find a record by values and keep its name."""
        from engine.cli.trials.looking import find

        id = find(self.engine, self._context(step), step.what, self.cast.values(step.given))
        if step.name is not None:
            self.cast.records[step.name] = (step.what, id)

    def transition(self, step: TrialStep) -> None:
        """Perform a transition."""
        object, id = self.record(step.of or "")
        given = self.cast.values(step.given)
        if step.comment is not None:
            given["comment"] = step.comment
        self.touched.transitions.add((object, step.what))
        self.engine.workflow.perform(self._context(step), object, id, self._version(object, id), step.what, given)

    def start(self, step: TrialStep) -> None:
        """Start an approval."""
        object, id = self.record(step.of or "")
        self._approvals.start(self._context(step), object, id, step.what, self.cast.values(step.given))

    def decide(self, step: TrialStep) -> None:
        """Decide the task of a step."""
        task = self._task(step)
        self.touched.steps.add((task["flow"], task["step"]))
        given: dict[str, Any] = {"values": self.cast.values(step.given)} if step.given else {}
        if step.comment is not None:
            given["comment"] = step.comment
        self._approvals.on_task(self._context(step), task["id"], step.what, given)

    def withdraw(self, step: TrialStep) -> None:
        """Withdraw the running approval of a record."""
        object, id = self.record(step.what)
        (running,) = [one for one in self.instances(object, id) if one["closed_at"] is None]
        given = {"comment": step.comment} if step.comment else {}
        self._approvals.on_instance(self._context(step), running["id"], "withdraw", given)

    def wait(self, step: TrialStep) -> None:
        """Let time pass."""
        length = step.length or Duration()
        clock = cast("FrozenClock", self.engine.clock)
        clock.advance(length.time + timedelta(days=length.days))

    def until(self, step: TrialStep) -> None:
        """Let it become an instant."""
        clock = cast("FrozenClock", self.engine.clock)
        clock.instant = datetime.fromisoformat(step.what)

    # -- approvals -------------------------------------------------------------------------------------------------

    @property
    def _approvals(self) -> ApprovalService:
        return self.engine.approvals

    def instances(self, object: str, id: str) -> list[Mapping[str, Any]]:
        """Return the approvals of a record, the newest first."""
        found = self._approvals.instances.of_record(self.cast.context(None), object, id)["items"]
        return sorted(found, key=lambda one: str(one["started_at"]), reverse=True)

    def tasks(self, object: str, id: str) -> list[dict[str, Any]]:
        """Return the open tasks of a record, each with its flow."""
        found: list[dict[str, Any]] = []
        for one in self.instances(object, id):
            if one["closed_at"] is None:
                whole = self._approvals.instances.get(self.cast.context(None), one["id"])
                found += [{**task, "flow": one["flow"]} for task in whole["tasks"] if task["state"] in _OPEN]
        return found

    def _task(self, step: TrialStep) -> dict[str, Any]:
        object, id = self.record(step.of or "")
        fitting = [one for one in self.tasks(object, id) if step.step in (None, one["step"])]
        mine = self.cast.users.get(step.by or "")
        held = [one for one in fitting if one["assignee"] and one["assignee"]["id"] == mine]
        chosen = held or fitting
        if not chosen:
            raise LookupError(f"no open task {step.step or ''} of {step.of}")
        return chosen[0]


_VERBS: Mapping[str, Callable[[Hands, TrialStep], None]] = {
    "create": Hands.create,
    "update": Hands.update,
    "delete": Hands.delete,
    "read": Hands.read,
    "find": Hands.find,
    "transition": Hands.transition,
    "start": Hands.start,
    "decide": Hands.decide,
    "withdraw": Hands.withdraw,
    "wait": Hands.wait,
    "until": Hands.until,
}
