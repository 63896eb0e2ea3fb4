"""What a life-cycle does when a record was saved: its clocks, and the transitions that fire by themselves (L4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.kernel.names import RecordRef
from engine.metamodel.model import TenantModel, TransitionModel
from engine.records import Change, Unit
from engine.storage.life_rows import entered_at, was_taken
from engine.workflow.effects import Cause, EffectService
from engine.workflow.facts import Subject, read_subject
from engine.workflow.lifecycles.asking import Move
from engine.workflow.lifecycles.clocks import Clocks, Look
from engine.workflow.lifecycles.views import names_of, reads_of_life


class LifeReaction:
    """The subscriber for objects whose life-cycle has something that moves by itself."""

    def __init__(self, clocks: Clocks, effects: EffectService, perform: Callable[[Unit, Move], Change | None]) -> None:
        self._clocks, self._effects, self._perform = clocks, effects, perform

    def concerns(self, model: TenantModel, object: str) -> bool:
        life = model.lifecycle_of(object)
        return life is not None and reads_of_life(model, life).busy

    def react(self, unit: Unit, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is None:
                self._clocks.gone(unit, RecordRef(change.object, change.id))
            else:
                self._look(unit, change)

    def _look(self, unit: Unit, change: Change) -> None:
        life = unit.model.lifecycle_of(change.object)
        assert life is not None
        reads = reads_of_life(unit.model, life)
        if not self._matters(change, life.field, {**reads.autos, **reads.slas, **reads.moved}):
            return

        def read() -> Subject:
            return read_subject(unit, change.object, change.id, reads.whole.paths)

        names = names_of(unit, lambda: read().facts, lambda: change.before)
        look = Look(unit, life, reads, change, names)
        if look.change.before is None:
            self._born(look)
        self._clocks.look(look)
        for transition in life.transitions.values():
            if transition.auto and self._fires(look, transition):
                names.forget("record")
                self._perform(unit, Move(look.record, transition.name, system=True))
                # what follows from it is looked at with the next wave
                return

    def _matters(self, change: Change, field: str, watched: dict[str, frozenset[str]]) -> bool:
        if change.before is None:
            return True
        changed = change.changed
        return field in changed or any(not fields.isdisjoint(changed) for fields in watched.values())

    def _born(self, look: Look) -> None:
        state = look.life.states.get(look.state)
        if state is not None and state.initial and state.enter:
            cause = Cause(f"{look.life.name}/{look.record.id}/born", look.record, label=f"state:{state.name}")
            self._effects.run(look.unit, state.enter, look.names, cause)

    def _fires(self, look: Look, transition: TransitionModel) -> bool:
        """Tell whether a transition fires: something that it reads changed, and its condition is true."""
        if look.state not in transition.sources:
            return False
        if not (look.entered or look.touches(look.reads.autos[transition.name])):
            return False
        if transition.when is not None and not look.holds(transition.when):
            return False
        if transition.to is not None and transition.to != look.state:
            return True
        # it leads nowhere: once per visit of the state
        session, record = look.unit.session, look.record
        since = entered_at(session, record.object, record.id)
        return not was_taken(session, record.object, record.id, transition.name, since)
