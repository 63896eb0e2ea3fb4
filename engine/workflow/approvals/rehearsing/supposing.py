"""What effects would make of a record that is nowhere: later ones see what earlier ones set, found, made or moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from engine.kernel.names import new_record_id
from engine.metamodel.model.effects import (
    CreateRecord,
    Effect,
    Effects,
    EvaluateTable,
    PerformTransition,
    SetFields,
    TakeNumber,
    Values,
    Verb,
)
from engine.records import Unit
from engine.rules import Expression
from engine.storage.process_rows import InstanceRow
from engine.workflow.approvals.commands.facts_of_case import CaseFacts


class Supposed(Protocol):
    """The record of a rehearsal."""

    unit: Unit
    row: InstanceRow
    facts: CaseFacts

    def give(self, values: Mapping[str, Any]) -> None:
        """Give fields of the record values as expressions yield them."""
        ...


class Supposing:
    """Carries out a list of effects on a supposed record; other records have no place where they could change."""

    def __init__(self, case: Supposed) -> None:
        self._case = case
        self._names: dict[str, Any] = {}

    def run(self, effects: Effects) -> None:
        """Carry them out in their order."""
        for effect in effects:
            for names in list(self._turns(effect)):
                if effect.when is None or self._value(effect.when, names) is True:
                    self._one(effect.verb, names)

    def values(self, values: Values, names: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that a definition gives."""
        return {
            name: given.value if given.expression is None else self._value(given.expression, names)
            for name, given in values.items()
        }

    def _value(self, expression: Expression, names: Mapping[str, Any]) -> Any:
        return self._case.facts.value(expression, names)

    def _turns(self, effect: Effect) -> Iterator[Mapping[str, Any]]:
        if effect.for_each is None:
            yield self._names
            return
        elements = self._value(effect.for_each, self._names)
        several = elements if isinstance(elements, list | tuple) else [] if elements is None else [elements]
        for element in several:
            yield {**self._names, effect.each: element}

    def _one(self, verb: Verb, names: Mapping[str, Any]) -> None:
        match verb:
            case SetFields():
                self._case.give(self.values(verb.values, names))
            case EvaluateTable():
                self._evaluate(verb, names)
            case CreateRecord():
                self._create(verb, names)
            case TakeNumber():
                if self._case.facts.subject.facts.get(verb.field) is None:
                    self._case.give({verb.field: f"{verb.rule} 1"})
            case PerformTransition(of=None):
                self._move(verb)

    def _evaluate(self, verb: EvaluateTable, names: Mapping[str, Any]) -> None:
        unit = self._case.unit
        found = unit.model.decisions.get(verb.decision)
        if found is not None:
            given = self.values(verb.values, names)
            unit.run.restart()
            self._case.give({verb.into: found.table.evaluate(given, unit.run)})

    def _create(self, verb: CreateRecord, names: Mapping[str, Any]) -> None:
        fields = self._case.unit.model.objects[verb.object].fields
        made = {**dict.fromkeys(fields), **self.values(verb.values, names), "id": str(new_record_id())}
        if verb.name is not None:
            self._names[verb.name] = made
        if verb.link is not None:
            self._case.give({verb.link: made})

    def _move(self, verb: PerformTransition) -> None:
        """Perform a transition of the record, if it is in a state for it; where gates hold it, it waits there."""
        life = self._case.unit.model.lifecycle_of(self._case.row.object)
        moved = None if life is None else life.transitions.get(verb.transition)
        if life is None or moved is None or self._case.facts.subject.facts.get(life.field) not in moved.sources:
            return
        if moved.when is not None and self._value(moved.when, {}) is not True:
            return
        Supposing(self._case).run(moved.before)
        for gate in moved.gates:
            if gate.when is None or self._value(gate.when, {}) is not False:
                self._case.give({life.field: gate.via})
                return
        self._case.give({**({} if moved.to is None else {life.field: moved.to}), **self.values(moved.set, {})})
        Supposing(self._case).run(moved.do)
