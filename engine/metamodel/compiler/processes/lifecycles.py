"""The life of a record, linked and typed: people, conditions, gates, effects and clocks of states and transitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.clocks import compile_sla, compile_slas
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.effects import compile_effects
from engine.metamodel.compiler.processes.gates import check_gates, compile_gates
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.definitions import Node
from engine.metamodel.model import Duration, LifecycleModel, People, SlaModel, StateModel, TransitionModel
from engine.rules import DATE_TIME, DAYS_DURATION, Expression
from engine.rules.feel_types import may_be


def compile_lifecycles(bench: Bench, expressions: Expressions) -> None:
    """Fill in what states and transitions say besides their outline."""
    for merged in bench.documents("lifecycle"):
        lifecycle = bench.lifecycles.get(merged.document.id)
        if lifecycle is not None:
            object = bench.objects[lifecycle.object]
            desk = Desk.of(bench, expressions, object, before=expressions.world.record(object.name))
            bench.lifecycles[lifecycle.name] = _Life(lifecycle, merged.node, desk).filled()


class _Life:
    """One life-cycle whose outline is known."""

    def __init__(self, lifecycle: LifecycleModel, node: Node, desk: Desk) -> None:
        self.lifecycle, self.node, self.desk = lifecycle, node, desk

    def filled(self) -> LifecycleModel:
        """Return the life-cycle with everything."""
        states, transitions = self.node.get("states"), self.node.get("transitions")
        filled = replace(
            self.lifecycle,
            states={name: self._state(one, states.get(name)) for name, one in self.lifecycle.states.items()},
            transitions={
                name: self._transition(one, transitions.get(name)) for name, one in self.lifecycle.transitions.items()
            },
            slas=self._slas(self.node.get("slas")),
            migrate=self._migrate(self.node.get("migrate")),
        )
        check_gates(filled, transitions, self.desk)
        return filled

    def _state(self, state: StateModel, node: Node) -> StateModel:
        desk = self.desk
        return replace(
            state,
            edit=compile_people(node.get("edit"), desk) if node.has("edit") else None,
            slas=compile_slas(node.get("sla"), desk),
            enter=compile_effects(node.get("enter"), desk),
            leave=compile_effects(node.get("leave"), desk),
        )

    def _slas(self, node: Node) -> Mapping[str, SlaModel]:
        found = {name: compile_sla(name, part, self.desk, across=True) for name, part in node.items()}
        return {name: sla for name, sla in found.items() if sla is not None}

    def _migrate(self, node: Node) -> Mapping[str, str]:
        for old, part in node.items():
            if old in self.lifecycle.states:
                self.desk.complain("state_still_there", part.key_span, state=old)
            if part.value not in self.lifecycle.states:
                self.desk.bench.unknown("state", part, str(part.value), self.lifecycle.states)
        return {old: str(part.value) for old, part in node.items()}

    def _transition(self, transition: TransitionModel, node: Node) -> TransitionModel:
        desk = self.desk
        for part in node.get("require").elements():
            desk.field(part)
        ask, required, comment = self._ask(node.get("ask"))
        before = compile_effects(node.get("before"), desk)
        filled = replace(
            transition,
            who=self._who(node),
            when=desk.condition(node.get("when")),
            ask=ask,
            ask_required=required,
            comment=comment,  # type: ignore[arg-type] # the shape has been checked
            before=before,
            gates=compile_gates(node.get("gate"), self.lifecycle, desk),
            set=desk.values(node.get("set")),
            do=compile_effects(node.get("do"), desk),
            auto=node.flag("auto"),
            after=self._after(node.get("after")),
            at=desk.given_formula(node.get("at"), DATE_TIME),
        )
        self._check(filled, node)
        return filled

    def _who(self, node: Node) -> People | None:
        if node.has("who"):
            return compile_people(node.get("who"), self.desk)
        by_itself = node.flag("auto") or node.has("after") or node.has("at")
        return () if by_itself else None

    def _after(self, node: Node) -> Duration | Expression | None:
        length = self.desk.length(node)
        if isinstance(length, Expression) and not may_be(length.type, DAYS_DURATION):
            self.desk.complain("wrong_result", node, type="duration", wanted=str(DAYS_DURATION))
        return length

    def _ask(self, node: Node) -> tuple[tuple[str, ...], frozenset[str], str]:
        names, required, comment = [], set(), "none"
        for part in node.elements():
            name, how, place = str(part.value), "optional", part
            if isinstance(part.value, dict):
                name, how = next(iter(part.value.items()))
                place = part.get(name)
            if name == "comment" and name not in self.desk.object.fields and isinstance(part.value, dict):
                comment = how
                continue
            field = self.desk.field(part, name)
            if field is None:
                continue
            if field.computed or field.system or field.name == self.lifecycle.field:
                self.desk.complain("cannot_be_given", place, field=field.name)
            names.append(name)
            if how == "required":
                required.add(name)
        return tuple(names), frozenset(required), comment

    def _check(self, transition: TransitionModel, node: Node) -> None:
        desk = self.desk
        if transition.auto and transition.when is None and not node.has("when"):
            desk.complain("auto_without_when", node.get("auto").key_span)
        if node.has("after") and node.has("at"):
            desk.complain("one_of", node.get("after").key_span, where=transition.name, known="after, at")
        if (transition.auto or transition.timed) and (transition.ask or transition.comment == "required"):
            desk.complain("nobody_to_ask", node.get("ask").key_span)
        if transition.auto and transition.to in transition.sources:
            desk.complain("auto_to_itself", node.get("to"))
