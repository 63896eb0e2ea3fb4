"""A walk through an approval: decisions in their order by those whom it names; whoever is not named agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.context import Actor
from engine.kernel.errors import Complaint, Rejected, TesseraError
from engine.metamodel.model import LifecycleModel
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.lifecycle import GateModel, TransitionModel
from engine.metamodel.model.steps import HandleStep
from engine.metamodel.model.walk import WalkAct, WalkModel
from engine.records import Unit
from engine.workflow.approvals.commands import deciding, instance_verbs
from engine.workflow.approvals.commands.allowing import allowed_on_task
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.starting import Start, new_row, picks_wanted
from engine.workflow.approvals.rehearsing.people import MadeUpDirectory
from engine.workflow.approvals.rehearsing.scene import RehearsedCase, RehearsedWorld, supposed_subject
from engine.workflow.approvals.state import deciding as voices
from engine.workflow.approvals.state import holding, returning
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.runtime import Human, Stuck
from engine.workflow.approvals.state.tree import Held, places, step_by_id

_MOST = 400
_OPEN = ("open", "ready")
_Gate = tuple[LifecycleModel, TransitionModel, GateModel]


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a walk: the steps that were visited, how it ended (empty: it did not), what the record holds.

    ``stuck`` tells why it did not end. ``act`` is the decision that was refused, with ``error``; without an act the
    approval could not be started.
    """

    path: tuple[str, ...] = ()
    outcome: str = ""
    record: dict[str, Any] | None = None
    stuck: str = ""
    act: WalkAct | None = None
    error: TesseraError | None = None


def walk_through(kernel: Kernel, unit: Unit, flow: ApprovalModel, walk: WalkModel) -> Walked:
    """Take a walk; its values are plain. Nothing is read of the tenant's records and nothing is written."""
    try:
        rehearsal = _Rehearsal(kernel, unit, flow, walk)
        rehearsal.start()
    except TesseraError as error:
        return Walked(error=error)
    for place, act in enumerate(walk.acts):
        try:
            rehearsal.act(act, frozenset(later.person for later in walk.acts[place:]))
        except TesseraError as error:
            return Walked(rehearsal.path, act=act, error=error)
    return rehearsal.to_the_end()


class _Rehearsal:
    """One walk under way."""

    def __init__(self, kernel: Kernel, unit: Unit, flow: ApprovalModel, walk: WalkModel) -> None:
        self.unit, self.flow, self.walk = unit, flow, walk
        # no neighbour takes part
        self.kernel = Kernel(kernel.records, flows=kernel.flows)
        self.directory = MadeUpDirectory(unit.session, unit.catalog, unit.today)
        unit.suppose_directory(self.directory)
        self.gate = _gate_of(unit, flow, walk)
        subject = supposed_subject(unit, flow.object, {**self._state(), **walk.record}, walk.submitter)
        start = Start(values=walk.change, submitter=walk.submitter)
        self.case = RehearsedCase(unit, new_row(unit, flow, 0, subject, start), flow, subject, self.kernel.ports)
        self.world = RehearsedWorld(self.case, self.directory, walk.people)
        self.named = {walk.submitter, *sum(walk.people.values(), ())}
        self.outcome = ""

    def _state(self) -> dict[str, Any]:
        """Return the state in which such a record waits: where its gate holds it, else where it begins."""
        life = self.unit.model.lifecycle_of(self.flow.object)
        if life is None:
            return {}
        return {life.field: life.initial if self.gate is None else self.gate[2].via}

    @property
    def path(self) -> tuple[str, ...]:
        """The steps that were visited, by their first visit."""
        return tuple(step for step in self.case.state.visits if step != "revise")

    def start(self) -> None:
        """Let the tokens go as far as they come. Raises Rejected when the approval is not for such a record."""
        self._be(self.walk.submitter)
        when = self.flow.start.when
        if when is not None:
            value = self.case.facts.value(when)
            if value is False or (value is None and "gate" not in self.flow.start.by):
                params = {"approval": self.flow.name, "why": when.text}
                raise Rejected("invalid", [Complaint("", "not_startable", params)], count=1)
        self.world.choose_people()
        core = self._machine()
        core.run()
        self._note(core)

    def act(self, act: WalkAct, waiting: frozenset[str]) -> None:
        """Let a person decide; others agree until it is his turn. Raises what the services raise."""
        if act.decision == "withdraw":
            self._be(act.person)
            core = self._machine()
            instance_verbs.withdraw(self.kernel, self.case, core, {"comment": act.comment})
            self._note(core)
            return
        for _ in range(_MOST):
            held = self._task_of(act)
            if held is not None:
                self._decide(act, held)
                return
            if not self._somebody_agrees(waiting):
                break
        raise Rejected("no_task_for", person=act.person, step=act.step or "*")

    def to_the_end(self) -> Walked:
        """Let everybody agree, then let the outcome take effect."""
        try:
            for _ in range(_MOST):
                if not self._somebody_agrees(frozenset()):
                    break
            if self.outcome:
                self._close()
        except TesseraError as error:
            return Walked(self.path, error=error)
        return Walked(self.path, self.outcome, self.case.record(), "" if self.outcome else self._why())

    # -- decisions -------------------------------------------------------------------------------------------------

    def _task_of(self, act: WalkAct) -> Held | None:
        """Return the voice that a person gives: his own, else that of somebody who has no name yet."""
        fitting = [one for one in self._open() if act.step in ("", one.node.step)]
        for held in fitting:
            if held.slot.assignee == act.person:
                return held
        if act.person in self.named:
            return next((held for held in fitting if self._offered(held, act.person)), None)
        for held in fitting:
            if held.slot.state == "ready" and held.node.step not in self.walk.people:
                return held
            if self.directory.made_up(held.slot.assignee):
                self._name(held.slot.assignee, act.person)
                return held
        return None

    def _offered(self, held: Held, person: str) -> bool:
        return held.slot.state == "ready" and person in self.walk.people.get(held.node.step, ())

    def _name(self, label: str, person: str) -> None:
        self.directory.name(label, person)
        self.named.add(person)
        for held in self._open():
            slot = held.slot
            slot.assignee = person if slot.assignee == label else slot.assignee
            slot.principal = person if slot.principal == label else slot.principal
        for agreed in self.case.state.agreed:
            agreed.user = person if agreed.user == label else agreed.user

    def _decide(self, act: WalkAct, held: Held) -> None:
        self._be(act.person)
        self.named.add(act.person)
        core = self._machine()
        if held.slot.state == "ready":
            holding.claim(core, held, act.person)
        if act.decision not in {one.verb for one in allowed_on_task(self.case, core, held, act.person)}:
            raise Rejected("verb_not_allowed", verb=act.decision)
        if act.decision == "resubmit":
            self._resubmit(core, act)
        else:
            deciding.decide(self.kernel, self.case, core, held, act.decision, self._given(act, held))
        self._note(core)

    def _given(self, act: WalkAct, held: Held) -> dict[str, Any]:
        given: dict[str, Any] = {"comment": act.comment, "values": dict(act.values), "output": dict(act.output)}
        if act.to:
            given["to"] = act.to
        step = held.node.step
        if getattr(step_by_id(self.flow.steps, step), "sign", False):
            given["signature"] = act.person
        if act.decision in ("approve", "done"):
            chosen = self.case.state.picks
            given["picks"] = {name: chosen[name] for name in picks_wanted(self.flow, step) if name in chosen}
        return given

    def _resubmit(self, core: Machine, act: WalkAct | None) -> None:
        if act is not None and act.values:
            form = self.flow.subject.resubmit | self.flow.subject.always | frozenset(self.walk.change)
            wrong = [Complaint(name, "not_in_form", {"field": name}) for name in act.values if name not in form]
            if wrong:
                raise Rejected("invalid", wrong, count=len(wrong))
            self.case.write(act.values)
        self.case.row.round += 1
        self.case.state.decided = False
        returning.resubmitted(core)
        self.case.facts.renew()
        core.run()

    def _somebody_agrees(self, waiting: frozenset[str]) -> bool:
        """Let the first who is asked, and of whom nothing is said later, agree; tell whether there was one."""
        held = next((one for one in self._open() if one.slot.assignee not in waiting), None)
        if held is None or self.outcome:
            return False
        core = self._machine()
        if held.node is self.case.state.revise:
            self._be(held.slot.assignee)
            self._resubmit(core, None)
            self._note(core)
            return True
        if held.slot.state == "ready":
            holding.claim(core, held, self.directory.somebody(f"somebody in {held.node.step}").id)
        self._be(held.slot.assignee)
        works = isinstance(core.step(held.node.step), HandleStep)
        voices.decide(core, held, voices.Ruling("done" if works else "approve", held.slot.assignee))
        core.run()
        self._note(core)
        return True

    def _open(self) -> Iterator[Held]:
        state = self.case.state
        if state.revise is not None:
            yield from (Held(None, state.revise, slot) for slot in state.revise.slots if slot.state in _OPEN)
        for place in list(places(state, self.flow.steps)):
            if isinstance(place.node, Human) and not place.parked:
                for slot in list(place.node.slots):
                    if slot.state in _OPEN:
                        yield Held(place, place.node, slot)

    def _be(self, person: str) -> None:
        self.unit.ctx = replace(self.unit.ctx, actor=Actor(person, person, person))
        self.case.facts.roots.forget("actor")

    def _machine(self) -> Machine:
        return Machine(self.flow, self.case.state, self.world)

    def _note(self, core: Machine) -> None:
        self.outcome = core.ended or self.outcome
        self.case.facts.roots.forget("steps")

    # -- the end ---------------------------------------------------------------------------------------------------

    def _why(self) -> str:
        tokens = [place.node for place in places(self.case.state, self.flow.steps)]
        stuck = [f"{one.step}: {one.code} {one.detail}".rstrip() for one in tokens if isinstance(one, Stuck)]
        return "; ".join(stuck) or ", ".join(sorted({one.step for one in tokens}))

    def _close(self) -> None:
        case = self.case
        case.facts.outcome = self.outcome
        if self.flow.subject.mode == "change" and self.outcome != "approved":
            case.row.patch = {}
            case.reread()
        case.facts.renew()
        model = self.flow.outcomes.get(self.outcome)
        if model is not None:
            case.set_fields(model.set)
            case.carry_out(model.do)
        if self.gate is not None:
            life, transition, gate = self.gate
            states = {"approved": gate.approved, "rejected": gate.rejected}
            case.write({life.field: states.get(self.outcome, gate.withdrawn)})
            if self.outcome == "approved":
                case.set_fields(transition.set)
                case.carry_out(transition.do)


def _gate_of(unit: Unit, flow: ApprovalModel, walk: WalkModel) -> _Gate | None:
    """Return the gate that the approval stands in: the first that leads from the state which the record is given."""
    life = unit.model.lifecycle_of(flow.object)
    if life is None or "gate" not in flow.start.by:
        return None
    found = [
        (life, transition, gate)
        for transition in life.transitions.values()
        for gate in transition.gates
        if gate.approval == flow.name
    ]
    state = walk.record.get(life.field)
    return next((one for one in found if state in one[1].sources or state == one[2].via), next(iter(found), None))
