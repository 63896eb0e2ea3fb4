"""Clocks, linked and typed: budgets, pauses, and what happens around the due time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.effects import compile_effect
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.compiler.processes.words import CLOCK_ACTIONS, EFFECTS
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import Duration, SlaModel
from engine.metamodel.model.clock import (
    NO_CALENDAR,
    AddVoices,
    ClockDecision,
    HandOver,
    Remind,
    Rung,
    RungAction,
)
from engine.rules import DAYS_DURATION, Expression
from engine.rules.feel_types import may_be


def compile_slas(node: Node, desk: Desk) -> Mapping[str, SlaModel]:
    """Compile the clocks of a state: one, then named ``sla``, or several by name."""
    if node.value is None:
        return {}
    if node.has("within"):
        sla = compile_sla("sla", node, desk)
        return {"sla": sla} if sla else {}
    found = {name: compile_sla(name, part, desk) for name, part in node.items()}
    return {name: sla for name, sla in found.items() if sla is not None}


def compile_sla(name: str, node: Node, desk: Desk, *, across: bool = False) -> SlaModel | None:
    """Compile a clock; ``across``: it runs across states, from ``start`` to ``stop``."""
    for key in ("start", "stop"):
        if across and not node.has(key):
            desk.complain("missing_key", node.key_span, key=key, where=name)
        if not across and node.has(key):
            desk.complain("not_a_setting", node.get(key).key_span, key=key, verb="sla")
    within = desk.length(node.get("within"))
    if isinstance(within, Expression) and not may_be(within.type, DAYS_DURATION):
        desk.complain("wrong_result", node.get("within"), type="duration", wanted=str(DAYS_DURATION))
    if isinstance(within, Duration) and (within.months or within == Duration() or within.negative):
        desk.complain("bad_literal", node.get("within"), value=node.text("within"), type="duration")
    rungs = [rung for part in node.get("steps").elements() if (rung := _rung(part, desk))]
    pause, start, stop = (desk.condition(node.get(key)) for key in ("pause", "start", "stop"))
    if within is None:
        return None
    calendar = compile_calendar(node.get("calendar"), desk)
    return SlaModel(name, within, calendar, pause, start, stop, tuple(sorted(rungs, key=_offset)))


def compile_calendar(node: Node, desk: Desk) -> str | None:
    """Return the worktime that a clock names, ``none`` for plain time, None for the tenant's own."""
    if node.value is None:
        return None
    name, known = str(node.value), desk.bench.names("worktime")
    if name != NO_CALENDAR and name not in known:
        desk.bench.unknown("worktime", node, name, [*known, NO_CALENDAR])
        return None
    return name


def _offset(rung: Rung) -> tuple[int, timedelta]:
    return rung.at.days, rung.at.time


def _rung(node: Node, desk: Desk) -> Rung | None:
    at = desk.duration(node.get("at"))
    actions: list[RungAction] = []
    for part in node.get("do").elements():
        action, desk = _action(part, desk)
        if action is not None:
            actions.append(action)
    return Rung(at, tuple(actions)) if at is not None else None


def _action(node: Node, desk: Desk) -> tuple[RungAction | None, Desk]:
    if isinstance(node.value, str):
        if not desk.task:
            desk.complain("task_verb_outside", node, verb=node.value)
            return None, desk
        return (Remind() if node.value == "remind" else ClockDecision(node.value)), desk  # type: ignore[arg-type]
    verb = next(iter(node.value))
    if verb not in CLOCK_ACTIONS and verb not in EFFECTS:
        known = [*CLOCK_ACTIONS, *EFFECTS]
        desk.complain("verb_first", node, key=verb, known=", ".join(known), guess=guess(verb, known))
        return None, desk
    if verb not in CLOCK_ACTIONS:
        return compile_effect(node, desk)
    if not desk.task:
        desk.complain("task_verb_outside", node.get(verb).key_span, verb=verb)
    for key, part in node.items():
        if key != verb and key not in CLOCK_ACTIONS[verb]:
            desk.complain("not_a_setting", part.key_span, key=key, verb=verb)
    return _task_action(verb, node, desk), desk


def _task_action(verb: str, node: Node, desk: Desk) -> RungAction:
    if verb == "remind":
        repeat = node.get("repeat")
        return Remind(desk.duration(repeat.get("every")), repeat.number("times", 0))
    people = compile_people(node.get(verb), desk)
    return AddVoices(people) if verb == "add" else HandOver(people, escalate=verb == "escalate")
