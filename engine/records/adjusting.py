"""Adjusting: the values that rules give the records of a family, worked out between two rounds of formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.metamodel.model.adjustment import AdjustmentModel, AdjustmentStage, AdjustmentUse
from engine.records.adjustments import Asking, Outcome, Rule, Step, apply_rules, met_rules
from engine.records.calculating import calculate
from engine.records.completing import Completion
from engine.records.draft import Draft
from engine.records.plain import as_json
from engine.records.results import DoesNotFit, fitted
from engine.records.unit import Unit
from engine.rules import Expression, compile_stored

Open = tuple[Draft, AdjustmentUse]


def adjust(draft: Draft, unit: Unit) -> None:
    """Give the records of a family the values that rules in force make of them, where these are not settled.

    What comes out is a matter of what went in alone: the fields that are filled are emptied first.
    """
    open_by: dict[str, list[Open]] = {}
    for member in draft.family():
        found = None if member.action == "delete" else unit.model.adjustment_of(member.plan.name)
        if found is not None and _is_open(member, found[1], unit):
            open_by.setdefault(found[0].name, []).append((member, found[1]))
    if not open_by:
        return
    for several in open_by.values():
        for member, use in several:
            for name in use.given:
                member.put(name, None)
    calculate(draft, unit, numbered=False)
    for name, several in open_by.items():
        _work_out(unit.model.adjustments[name], several, unit)


def _is_open(draft: Draft, use: AdjustmentUse, unit: Unit) -> bool:
    if use.when is None:
        return True
    unit.run.restart()
    return use.when.evaluate(draft.facts, unit.run) is True


def _work_out(adjustment: AdjustmentModel, several: Sequence[Open], unit: Unit) -> None:
    rules = unit.rules.of(unit.session, unit.catalog, adjustment, unit.changes, unit.run)

    def condition(stage: AdjustmentStage, rule: Rule) -> Expression | None:
        if rule.id not in rules.conditions:
            rules.conditions[rule.id] = _compiled(stage, rule, unit)
        return rules.conditions[rule.id]

    asking = Asking(adjustment, rules, unit.run, lambda book, code: unit.books[book].ancestors(code), condition)
    items = [_item(draft, use, unit) for draft, use in several]
    completion = Completion(unit.session, unit.catalog, unit.policy.facts)
    completion.complete(adjustment.over, items, adjustment.reads)
    met = [met_rules(asking, item) for item in items]
    completion.complete(adjustment.over, items, _read_by_conditions(asking, met))
    for (draft, use), item, rules_met in zip(several, items, met, strict=True):
        _put(draft, use, apply_rules(asking, item, rules_met))


def _item(draft: Draft, use: AdjustmentUse, unit: Unit) -> dict[str, Any]:
    """Return what rules see of a record: itself, or what its use says."""
    item: dict[str, Any] = {} if use.item else dict(draft.facts)
    for name, expression in use.item.items():
        unit.run.restart()
        item[name] = expression.value(draft.facts, unit.run)
    item["actor"] = unit.policy.facts
    return item


def _read_by_conditions(asking: Asking, met: Sequence[Sequence[Sequence[Rule]]]) -> frozenset[tuple[str, ...]]:
    """Return what the conditions look at of all rules that any item met."""
    paths: set[tuple[str, ...]] = set()
    stages = [rules.stage for rules in asking.rules.stages]
    for of_item in met:
        for stage, rules in zip(stages, of_item, strict=True):
            for rule in rules:
                condition = None if rule.condition is None else asking.condition(stage, rule)
                paths |= frozenset() if condition is None else condition.reads
    return frozenset(paths)


def _compiled(stage: AdjustmentStage, rule: Rule, unit: Unit) -> Expression | None:
    """Return the condition that a rule keeps; None when it is none any more, so that the rule does not apply."""
    field = unit.model.objects[stage.object].fields[stage.condition or ""]
    try:
        made = compile_stored(unit.plans.world.rule(field), rule.condition)
    except BadDefinition:
        return None
    return made if isinstance(made, Expression) else None


def _put(draft: Draft, use: AdjustmentUse, outcome: Outcome) -> None:
    values: dict[str, Any] = {use.value: outcome.value}
    values.update({name: outcome.after.get(stage) for stage, name in use.after.items()})
    if use.free is not None:
        values[use.free] = outcome.free
    if use.steps is not None:
        draft.put(use.steps, [_told(step) for step in outcome.steps] or None)
    for name, value in values.items():
        try:
            draft.put(name, fitted(draft.plan.object.fields[name], value))
        except DoesNotFit:
            draft.complain(name, "formula_too_large", field=name)


def _told(step: Step) -> Mapping[str, Any]:
    """Return what is kept of a step: which rule did what, and what it had asked for."""
    rule = step.rule
    told: dict[str, Any] = {
        "stage": step.stage.name,
        "rule": [step.stage.object, rule.id],
        "label": rule.label,
        "outcome": step.outcome,
        "before": _plain(step.before),
        "after": _plain(step.after),
    }
    if rule.labels:
        told["labels"] = dict(rule.labels)
    if rule.effect:
        told["effect"] = rule.effect
    if step.free:
        told["free"] = _plain(step.free)
    if rule.asks:
        told["asks"] = list(rule.asks)
    if rule.condition is not None:
        told["condition"] = rule.condition
    return told


def _plain(value: Decimal | None) -> Any:
    return None if value is None else as_json(value.normalize() + 0)
