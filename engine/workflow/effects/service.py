"""Runs lists of effects in a unit: those inside the transaction all or nothing, the others as rows of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.kernel.errors import Complaint, LimitExceeded, Rejected
from engine.kernel.names import RecordRef
from engine.kernel.text import LocalText
from engine.metamodel.model import effects as verbs
from engine.metamodel.model.effects import Effect, Effects
from engine.records import RecordService, Unit
from engine.records.results import as_data
from engine.workflow.effects import outward
from engine.workflow.effects.cause import Cause, Doers
from engine.workflow.effects.changing import Changing
from engine.workflow.effects.deciding import answer_of, evaluate_table
from engine.workflow.effects.scene import Scene
from engine.workflow.facts import reads_of

MOST_TURNS = 10_000


class EffectService:
    """Carries out effects. ``doers`` are filled when the workflow is put together."""

    def __init__(self, records: RecordService, doers: Doers) -> None:
        self.doers = doers
        self._changing = Changing(records)

    def run(self, unit: Unit, effects: Effects, facts: Mapping[str, Any], cause: Cause) -> Scene:
        """Carry out effects in their order; return the names as they are afterwards."""
        scene = Scene(unit, facts, cause.record)
        for place, effect in enumerate(effects):
            self._one(scene, effect, effects[place + 1 :], cause)
        return scene

    def suppose(self, unit: Unit, effects: Effects, facts: Mapping[str, Any], cause: Cause) -> Scene:
        """Return the names as they would be after effects, as far as these give fields of the subject values.

        Nothing is changed: what is made of other records is not seen.
        """
        scene, values = Scene(unit, facts, cause.record), dict[str, Any]()
        for effect in effects:
            if effect.for_each is not None or not scene.holds(effect.when):
                continue
            match effect.verb:
                case verbs.SetFields(values=given):
                    values |= self._changing.typed(scene, given)
                case verbs.EvaluateTable() as verb:
                    values[verb.into] = answer_of(scene, verb)
                case _:
                    continue
            self._changing.suppose(scene, values, cause)
        return scene

    def _one(self, scene: Scene, effect: Effect, rest: Effects, cause: Cause) -> None:
        if effect.for_each is None:
            if scene.holds(effect.when):
                self._do(scene, effect, rest, (cause, f"{cause.key}:{effect.path}"))
            return
        elements = scene.value(effect.for_each)
        elements = elements if isinstance(elements, list) else [] if elements is None else [elements]
        if len(elements) > MOST_TURNS:
            raise LimitExceeded("for_each", len(elements), MOST_TURNS)
        for turn, element in enumerate(elements):
            scene.bind(effect.each, element)
            if scene.holds(effect.when):
                self._do(scene, effect, rest, (cause, f"{cause.key}:{effect.path}:{turn}"))
        scene.unbind(effect.each)

    def _do(self, scene: Scene, effect: Effect, rest: Effects, why: tuple[Cause, str]) -> None:
        scene.unit.chain.step()
        verb = effect.verb
        if isinstance(verb, verbs.CreateRecord | verbs.ConvertRecord):
            self._make(scene, verb, rest, why[0])
            return
        if isinstance(verb, verbs.FindRecords):
            self._changing.find(scene, verb, reads_of(rest, frozenset({verb.name})).paths, why[0])
            return
        inside = self._inside(scene, verb, *why)
        if inside is not None:
            inside()
        else:
            self._outside(scene, verb, *why)

    def _make(self, scene: Scene, verb: verbs.CreateRecord | verbs.ConvertRecord, rest: Effects, cause: Cause) -> None:
        made: RecordRef | None
        if isinstance(verb, verbs.CreateRecord):
            made = self._changing.create(scene, verb, cause)
        else:
            made = self.doers.convert(scene.unit, verb.conversion, scene.subject, cause)
            scene.subject_changed()
        if verb.name is not None and made is not None:
            scene.bind_record(verb.name, made, reads_of(rest, frozenset({verb.name})).paths)

    def _inside(self, scene: Scene, verb: verbs.Verb, cause: Cause, key: str) -> Callable[[], Any] | None:
        change, do, unit = self._changing, self.doers, scene.unit
        match verb:
            case verbs.SetFields():
                return lambda: change.set_fields(scene, verb, cause)
            case verbs.UpdateRecords():
                return lambda: change.update(scene, verb, cause, key)
            case verbs.RemoveRecords():
                return lambda: change.remove(scene, verb, cause, key)
            case verbs.TakeNumber():
                return lambda: change.number(scene, verb, cause)
            case verbs.EvaluateTable():
                return lambda: evaluate_table(scene, verb, cause, change)
            case verbs.StartApproval():
                return lambda: self._start(scene, verb, cause)
            case verbs.PerformTransition():
                return lambda: self._on(
                    scene, verb.of, "transition", lambda ref: do.transition(unit, verb.transition, ref, cause)
                )
            case verbs.AssignRecord():
                return lambda: self._on(
                    scene, verb.of, "assign", lambda ref: do.assign(unit, verb.assignment, ref, cause)
                )
            case verbs.WithdrawApproval():
                reason = scene.text(verb.reason, unit.ctx.language)
                return lambda: self._on(
                    scene, verb.of, "withdraw", lambda ref: do.withdraw(unit, verb.approval, ref, reason, cause)
                )
            case verbs.ScheduleRule():
                return lambda: self._schedule(scene, verb, cause)
            case verbs.RefuseSave():
                return lambda: _refuse(scene, verb)
        return None

    def _outside(self, scene: Scene, verb: verbs.Verb, cause: Cause, key: str) -> None:
        match verb:
            case verbs.Notify():
                outward.notify(scene, verb, cause, key, self.doers.people)
            case verbs.CallConnector():
                outward.call(scene, verb, cause, key)
            case verbs.PrintRecord():
                outward.print_record(scene, verb, cause, key, self.doers.people)
            case verbs.EmitEvent():
                outward.emit(scene, verb, cause, key)
            case verbs.RunOverAll():
                self._run_over_all(scene, verb, cause)

    # --------------------------------------------------------------------------------------------------------------

    def _on(self, scene: Scene, of: Any, effect: str, act: Callable[[RecordRef], Any]) -> None:
        ref = scene.record_of(of, effect)
        act(ref)
        if ref == scene.subject:
            scene.subject_changed()

    def _start(self, scene: Scene, verb: verbs.StartApproval, cause: Cause) -> None:
        ref = scene.record_of(verb.on, "start")
        if verb.values:
            self._changing.write(scene, ref, verb.values, cause)
        self.doers.start(scene.unit, verb.approval, ref, cause)
        if ref == scene.subject:
            scene.subject_changed()

    def _schedule(self, scene: Scene, verb: verbs.ScheduleRule, cause: Cause) -> None:
        at = scene.value(verb.at)
        if isinstance(at, datetime):
            self.doers.schedule(scene.unit, verb.automation, scene.subject, at, cause)

    def _run_over_all(self, scene: Scene, verb: verbs.RunOverAll, cause: Cause) -> None:
        self.doers.run(scene.unit, verb.automation, data_of(scene, verb), cause)


def data_of(scene: Scene, verb: verbs.RunOverAll) -> dict[str, Any]:
    """Return what the rule of a run finds in ``event.data``; records are told by their ids."""
    return {
        name: given.value if given.expression is None else as_data(_pointed(scene.value(given.expression)))
        for name, given in verb.values.items()
    }


def _pointed(value: Any) -> Any:
    """Return a record as its id."""
    return value["id"] if isinstance(value, Mapping) and "id" in value else value


def _refuse(scene: Scene, verb: verbs.RefuseSave) -> None:
    languages = scene.unit.model.languages
    say = LocalText({language: scene.text(verb.text, language) for language in languages})
    raise Rejected("invalid", [Complaint("", "refused_by_rule", {}, say)], count=1)
