"""What happens when a clock of a life-cycle fires: the effects of its rung, or the transition that was timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef
from engine.metamodel.model import LifecycleModel
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.effects import Effect
from engine.records import Change, Unit
from engine.records.ordering import lock_record
from engine.workflow.effects import Cause, EffectService
from engine.workflow.facts import read_subject
from engine.workflow.lifecycles.asking import Move
from engine.workflow.lifecycles.clocks import ACROSS, STATE
from engine.workflow.lifecycles.views import names_of, reads_of_life
from engine.workflow.timers import Fired, Timer


class Ringing:
    """The handler of the clocks of records."""

    def __init__(self, effects: EffectService, perform: Callable[[Unit, Move], Change | None]) -> None:
        self._effects, self._perform = effects, perform

    def lock(self, unit: Unit, timer: Timer) -> bool:
        """Lock the record; tell whether it is there and has a life-cycle."""
        if timer.object not in unit.model.objects or unit.model.lifecycle_of(timer.object) is None:
            return False
        try:
            lock_record(unit, timer.object, timer.record)
        except Missing:
            return False
        return True

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None:
        """Do what is due."""
        life = unit.model.lifecycle_of(timer.object)
        assert life is not None
        if timer.kind in (STATE, ACROSS):
            self._rungs(unit, life, timer, fired)
        else:
            self._transition(unit, life, timer)

    def _rungs(self, unit: Unit, life: LifecycleModel, timer: Timer, fired: Sequence[Fired]) -> None:
        sla = _sla_of(life, timer)
        record = RecordRef(timer.object, timer.record)
        for one in fired:
            if sla is None or one.rung >= len(sla.rungs):
                continue
            effects = tuple(action for action in sla.rungs[one.rung].do if isinstance(action, Effect))
            if one.cycle == 0 and effects:
                cause = Cause(f"clock/{timer.id}/{one.rung}/{one.cycle}", record, label=f"clock:{timer.name}")
                self._effects.run(unit, effects, self._names(unit, life, record), cause)

    def _transition(self, unit: Unit, life: LifecycleModel, timer: Timer) -> None:
        """Perform a timed transition if its condition is true; else it is spent (L5)."""
        transition = life.transitions.get(timer.name)
        record = RecordRef(timer.object, timer.record)
        names = self._names(unit, life, record)
        if transition is None or names["record"].get(life.field) not in transition.sources:
            return
        if transition.when is not None and unit.truth(transition.when, names) is not True:
            return
        self._perform(unit, Move(record, transition.name, system=True))

    def _names(self, unit: Unit, life: LifecycleModel, record: RecordRef) -> Mapping[str, Any]:
        paths = reads_of_life(unit.model, life).whole.paths
        return names_of(unit, lambda: read_subject(unit, record.object, record.id, paths).facts, lambda: None)


def _sla_of(life: LifecycleModel, timer: Timer) -> SlaModel | None:
    if timer.kind == ACROSS:
        return life.slas.get(timer.name)
    state, _, name = timer.name.partition(".")
    return life.states[state].slas.get(name) if state in life.states else None
