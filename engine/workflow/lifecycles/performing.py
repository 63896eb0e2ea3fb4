"""One transition from its demands to its effects, in the order that L1 says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import LifecycleModel, TransitionModel
from engine.metamodel.model.effects import Effects
from engine.metamodel.model.lifecycle import GateModel
from engine.records import Change, RecordService, Unit
from engine.records.ordering import Step, lock_record, take_step
from engine.records.worktime import calendar_of
from engine.storage.life_rows import (
    PendingRow,
    StepRow,
    add_step,
    entered_at,
    forget_pending,
    read_pending,
    save_pending,
)
from engine.workflow.effects import Cause, EffectService
from engine.workflow.facts import Lazily, Subject, read_subject
from engine.workflow.lifecycles.asking import Move, asked, at, comment_of, known_transition, now, simple
from engine.workflow.lifecycles.gates import GateOutcome, Gates, resting_on, state_after
from engine.workflow.lifecycles.views import names_of, reads_of_life


@dataclass(slots=True)
class Moving:
    """A transition under way: the record as it was, the names that expressions see, and what has come of it."""

    unit: Unit
    move: Move
    life: LifecycleModel
    transition: TransitionModel
    source: str
    names: Lazily
    change: Change | None = None
    comment: str = ""


class Performer:
    """Performs transitions inside a unit."""

    def __init__(self, records: RecordService, effects: EffectService, gates: Gates) -> None:
        self.gates = gates
        self._records, self._effects = records, effects

    def perform(self, unit: Unit, move: Move) -> Change | None:
        """Perform a transition, or leave it with the gate that holds it. Return what came of the record."""
        life, transition = known_transition(unit, move.record.object, move.transition)
        if not move.system:
            # as everywhere, what is not granted at all is refused before anybody looks whether the record is there
            unit.policy.require(move.record.object, transition.name)
        lock_record(unit, move.record.object, move.record.id)
        unit.chain.step()
        moving = self._moving(unit, move, life, transition)
        if simple(life, transition, moving.source):
            moving.change = take_step(self._asking(moving), *at(move), self._step(moving, "whole"))
            self._entered(moving, transition.name, moving.source, transition.to or moving.source)
        else:
            moving.change = take_step(self._asking(moving), *at(move), self._step(moving, "ask"))
            moving.names.forget("record")
            self._run(moving, transition.before, "before")
            held = self._held(moving, {})
            if not held:
                self._finish(moving, transition.to)
        return moving.change

    def foresee(self, unit: Unit, move: Move) -> tuple[GateModel, ...]:
        """Return the gates that would hold a transition as things stand, in their order; nothing is changed."""
        life, transition = known_transition(unit, move.record.object, move.transition)
        unit.policy.require(move.record.object, transition.name)
        moving = self._moving(unit, move, life, transition)
        names: Mapping[str, Any] = moving.names
        if transition.before:
            cause = Cause("", move.record, label=f"transition:{transition.name}")
            names = self._effects.suppose(unit, transition.before, names, cause)
        return tuple(gate for gate in transition.gates if _demands(unit, names, gate))

    def gate_closed(self, unit: Unit, record: RecordRef, approval: str, outcome: GateOutcome) -> bool:
        """Let a transition go on, or back, when the approval that held it has ended; tell whether it was held by it."""
        if ("#gate", record.id) in unit.chain.acted:
            return False
        pending = read_pending(unit.session, record.object, record.id)
        life = unit.model.lifecycle_of(record.object)
        transition = life.transitions.get(pending.transition) if life is not None and pending is not None else None
        if pending is None or life is None or transition is None or pending.gate >= len(transition.gates):
            return False
        gate = transition.gates[pending.gate]
        if gate.approval != approval:
            return False
        forget_pending(unit.session, record.object, record.id)
        move = Move(record, transition.name, system=True, comment=pending.comment)
        moving = self._moving(unit, move, life, transition)
        if moving.source != gate.via:
            # it was led elsewhere meanwhile
            return False
        moving.comment = pending.comment
        if outcome == "approved":
            self._passed(moving, pending, gate)
        else:
            self._back(moving, state_after(gate, outcome), outcome)
        return True

    # -- gates -----------------------------------------------------------------------------------------------------

    def _passed(self, moving: Moving, pending: PendingRow, gate: GateModel) -> None:
        record = moving.move.record
        passed = {**pending.passed, str(pending.gate): resting_on(moving.unit, record, gate)}
        if not self._held(moving, passed):
            self._finish(moving, gate.approved)

    def _held(self, moving: Moving, passed: dict[str, str]) -> bool:
        """Test the gates in order; tell whether one holds the transition, or has sent it back."""
        unit, record = moving.unit, moving.move.record
        for place, gate in enumerate(moving.transition.gates):
            stands = passed.get(str(place))
            if stands is not None and stands == resting_on(unit, record, gate):
                continue
            passed.pop(str(place), None)
            if not _demands(unit, moving.names, gate):
                continue
            self._wait(moving, gate)
            row = PendingRow(
                record.object,
                record.id,
                moving.transition.name,
                place,
                moving.source,
                unit.user,
                unit.now,
                moving.comment or moving.move.comment,
                dict(passed),
            )
            save_pending(unit.session, row)
            outcome = self._started(unit, record, gate, moving.transition.name)
            if outcome is None:
                return True
            forget_pending(unit.session, record.object, record.id)
            moving.names.forget("record")
            if outcome != "approved":
                self._back(moving, state_after(gate, outcome), outcome)
                return True
            passed[str(place)] = resting_on(unit, record, gate)
        return False

    def _started(self, unit: Unit, record: RecordRef, gate: GateModel, name: str) -> GateOutcome | None:
        """Start the approval of a gate; one that is over at once is answered here and not by ``gate_closed``."""
        starting = ("#gate", record.id)
        unit.chain.acted.add(starting)
        try:
            return self.gates.start_gate(unit, record.object, record.id, gate, name)
        finally:
            unit.chain.acted.discard(starting)

    def _wait(self, moving: Moving, gate: GateModel) -> None:
        if moving.source != gate.via:
            self._lead(moving, gate.via)

    def _back(self, moving: Moving, target: str, outcome: GateOutcome) -> None:
        moving.comment = moving.comment or outcome
        self._lead(moving, target)

    # -- states ----------------------------------------------------------------------------------------------------

    def _lead(self, moving: Moving, target: str) -> None:
        """Lead a record into a state without completing the transition."""
        source = moving.source
        self._leave(moving, source, target)
        step = replace(self._step(moving, "via"), target=target)
        moving.change = take_step(self._commanding(moving), *now(moving.move), step) or moving.change
        self._entered(moving, moving.transition.name, source, target, completing=False)
        moving.source = target

    def _finish(self, moving: Moving, target: str | None) -> None:
        """Complete a transition: leave, the new state with what is set, enter, do."""
        source, goal = moving.source, target or moving.source
        self._leave(moving, source, goal)
        step = replace(self._step(moving, "finish"), target=target)
        moving.change = take_step(self._commanding(moving), *now(moving.move), step) or moving.change
        self._entered(moving, moving.transition.name, source, goal)

    def _leave(self, moving: Moving, source: str, target: str) -> None:
        state = moving.life.states.get(source)
        if state is not None and target != source:
            self._run(moving, state.leave, f"leave.{source}")

    def _entered(self, moving: Moving, transition: str, source: str, target: str, *, completing: bool = True) -> None:
        id = self._note(moving, transition, source, target)
        moving.names.forget("record")
        if target != source and target in moving.life.states:
            self._run(moving, moving.life.states[target].enter, f"enter.{target}", id)
        if completing:
            self._run(moving, moving.transition.do, "do", id)

    def _note(self, moving: Moving, transition: str, source: str, target: str) -> str:
        """Write the step with the time that was spent in the state before (L8)."""
        unit, record = moving.unit, moving.move.record
        since = entered_at(unit.session, record.object, record.id)
        if since is None and moving.change is not None:
            since = (moving.change.before or moving.change.after or {}).get("created_at")
        plain = working = None
        if since is not None:
            plain = int((unit.now - since).total_seconds())
            working = int(calendar_of(unit.model, None).measure(since, unit.now).total_seconds())
        row = StepRow(
            id=str(new_record_id()),
            object=record.object,
            record=record.id,
            transition=transition,
            source=source,
            target=target,
            actor=unit.user,
            at=unit.now,
            comment=moving.comment or moving.move.comment,
            plain=plain,
            working=working,
            cause=unit.cause,
        )
        add_step(unit.session, row)
        return row.id

    # -- effects ---------------------------------------------------------------------------------------------------

    def _run(self, moving: Moving, effects: Effects, part: str, id: str = "") -> None:
        if not effects:
            return
        key = f"{moving.life.name}.{moving.transition.name}/{id or new_record_id()}/{part}"
        cause = Cause(key, moving.move.record, label=f"transition:{moving.transition.name}")
        self._effects.run(moving.unit, effects, moving.names, cause)
        moving.names.forget("record")

    def _moving(self, unit: Unit, move: Move, life: LifecycleModel, transition: TransitionModel) -> Moving:
        reads = reads_of_life(unit.model, life).whole.paths

        def read() -> Subject:
            return read_subject(unit, move.record.object, move.record.id, reads)

        first = read()
        source = first.values.get(life.field) or life.initial
        names = names_of(unit, lambda: read().facts, lambda: first.facts)
        return Moving(unit, move, life, transition, source, names, comment=comment_of(move, transition))

    def _step(self, moving: Moving, stage: Any) -> Step:
        given = {} if stage in ("via", "finish") else asked(moving.move, moving.transition)
        return Step(moving.transition, stage, None, given, system=moving.move.system)

    def _asking(self, moving: Moving) -> Unit:
        """Return the unit in which demands are tested: of whoever asks, or of the engine."""
        return self._commanding(moving) if moving.move.system else moving.unit

    def _commanding(self, moving: Moving) -> Unit:
        """Return the unit in which the definition acts, noted under whoever acts."""
        actor = replace(moving.unit.ctx.actor, administrator=True)
        return self._records.acting(moving.unit, actor, moving.unit.cause)


def _demands(unit: Unit, names: Mapping[str, Any], gate: GateModel) -> bool:
    """Tell whether a gate holds: unless its condition is false; unknown values demand control (K7)."""
    return gate.when is None or unit.truth(gate.when, names) is not False
