"""LifecycleService: transitions that people ask for, that approvals let go on, that clocks and conditions perform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Missing, TesseraError, VersionRequired
from engine.kernel.names import RecordRef, is_record_id
from engine.metamodel.model import TransitionModel
from engine.records import Change, RecordService, Unit
from engine.records.ordering import as_it_is
from engine.storage.life_rows import StepRow, entered_at, read_pending, read_steps
from engine.workflow.effects import EffectService
from engine.workflow.lifecycles.asking import Move
from engine.workflow.lifecycles.clocks import ACROSS, STATE, TIMED, Clocks
from engine.workflow.lifecycles.gates import GateOutcome, Gates, NoGates
from engine.workflow.lifecycles.migrating import migrate_states
from engine.workflow.lifecycles.performing import Performer
from engine.workflow.lifecycles.reacting import LifeReaction
from engine.workflow.lifecycles.ringing import Ringing
from engine.workflow.timers import Timer, TimerService


@dataclass(frozen=True, slots=True)
class Life:
    """The life of a record so far: its state and since when, the steps, the clocks, and what a gate holds."""

    state: str | None
    since: datetime | None
    steps: tuple[StepRow, ...]
    clocks: tuple[Timer, ...]
    pending: str | None


class LifecycleService:
    """The verbs of life-cycles. ``gates`` runs approvals; wiring sets it once they are there."""

    def __init__(
        self, records: RecordService, effects: EffectService, timers: TimerService, gates: Gates | None = None
    ) -> None:
        self._records, self._timers = records, timers
        self._performer = Performer(records, effects, gates or NoGates())
        self.reaction = LifeReaction(Clocks(timers), effects, self._performer.perform)
        ringing = Ringing(effects, self._performer.perform)
        for kind in (STATE, ACROSS, TIMED):
            timers.register(kind, ringing)

    def let_gates(self, gates: Gates) -> None:
        """Say who runs the approvals that gates start."""
        self._performer.gates = gates

    # -- people ----------------------------------------------------------------------------------------------------

    def perform(
        self, ctx: Context, object: str, id: str, version: int | None, name: str, given: Mapping[str, Any]
    ) -> Change:
        """Perform a transition on a record that still is at ``version``; ``given`` is what the transition asks for."""
        if not is_record_id(id):
            raise Missing("not_found")

        def act(unit: Unit) -> Change:
            unit.require_object(object)
            done = self._performer.perform(unit, Move(RecordRef(object, id), name, _seen(version), given))
            return done or as_it_is(unit, object, id, name)

        return self._records.command(ctx, act)

    def foresee(self, ctx: Context, object: str, id: str, version: int, name: str) -> tuple[str, ...]:
        """Return the approvals that would hold a transition as things stand; nothing is changed to find out."""
        with self._records.opener.reading(ctx) as unit:
            unit.require_object(object)
            gates = self._performer.foresee(unit, Move(RecordRef(object, id), name, version, {}))
            return tuple(gate.approval for gate in gates)

    def perform_many(
        self, ctx: Context, object: str, records: Sequence[tuple[str, int]], name: str, given: Mapping[str, Any]
    ) -> list[Change | TesseraError]:
        """Perform a transition on each of several records, each by itself."""
        done: list[Change | TesseraError] = []
        for id, version in records:
            try:
                done.append(self.perform(ctx, object, id, version, name, given))
            except TesseraError as error:
                done.append(error)
        return done

    def offered(self, ctx: Context, object: str, id: str) -> tuple[TransitionModel, ...]:
        """Return the transitions that the actor may perform on a record now, in their written order."""
        record = self._records.get(ctx, object, id, ())
        life = self._records.model(ctx).lifecycle_of(object)
        return tuple(t for t in life.transitions.values() if t.name in record.allowed) if life else ()

    def life(self, ctx: Context, object: str, id: str) -> Life:
        """Return the life of a record that the actor may see."""
        record = self._records.get(ctx, object, id)
        with self._records.opener.reading(ctx) as unit:
            model = unit.model.lifecycle_of(object)
            pending = read_pending(unit.session, object, id)
            since = entered_at(unit.session, object, id)
            return Life(
                None if model is None else record.values.get(model.field),
                since or record.values.get("created_at"),
                tuple(read_steps(unit.session, object, id)),
                tuple(self._timers.of_record(unit, object, id, ended=True)),
                None if pending is None else pending.transition,
            )

    # -- the engine ------------------------------------------------------------------------------------------------

    def move(self, unit: Unit, move: Move) -> Change | None:
        """Perform a transition inside a command of somebody else."""
        return self._performer.perform(unit, move)

    def gate_closed(self, unit: Unit, object: str, id: str, approval: str, outcome: GateOutcome) -> bool:
        """Let a transition go on, or back, when the approval that held it has ended."""
        return self._performer.gate_closed(unit, RecordRef(object, id), approval, outcome)

    def find_states(self, unit: Unit) -> None:
        """Lead records out of states that are no longer there, as the definitions say; Rejected when they do not."""
        migrate_states(unit)


def _seen(version: int | None) -> int:
    if version is None:
        raise VersionRequired("version_required")
    return version
