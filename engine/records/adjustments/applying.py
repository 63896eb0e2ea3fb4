"""Applying rules: which of them an item meets, how those of a group are combined, and what becomes of the value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

from engine.metamodel.model.adjustment import AdjustmentEffect, AdjustmentKey, AdjustmentModel, AdjustmentStage
from engine.records.adjustments.loading import Rule, RuleSet, at, identity_or_value, upwards
from engine.records.adjustments.shelf import RulesInForce
from engine.rules import Expression, Run, to_python

Facts = Mapping[str, Any]
_NONE = Decimal(0)
# of a group's rules that were not the best, so many are told, the next best first
RUNNERS_UP = 3


_NOTHING = AdjustmentEffect()


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that an item met, and what came of it: applied, or beaten by another of its group."""

    stage: AdjustmentStage
    rule: Rule
    before: Decimal | None
    after: Decimal | None
    free: Decimal
    outcome: Literal["applied", "beaten"] = "applied"


@dataclass(slots=True)
class Outcome:
    """The value of an item as it is worked out; ``after`` holds it as it was behind each stage."""

    value: Decimal | None
    quantity: Decimal | None
    start: Decimal | None = None
    free: Decimal = _NONE
    after: dict[str, Decimal | None] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asking:
    """What rules are asked with: the run, the codes above a code of a dictionary, and the compiled conditions."""

    adjustment: AdjustmentModel
    rules: RulesInForce
    run: Run
    above: Callable[[str, str], Sequence[str]]
    condition: Callable[[AdjustmentStage, Rule], Expression | None]


def met_rules(asking: Asking, item: Facts) -> list[list[Rule]]:
    """Return the rules of each stage whose keys and bounds an item meets, whatever their conditions say."""
    return [_met(asking, rules, item) for rules in asking.rules.stages]


def apply_rules(asking: Asking, item: Facts, met: Sequence[Sequence[Rule]]) -> Outcome:
    """Return what the rules that an item met make of its value."""
    adjustment = asking.adjustment
    outcome = Outcome(_number(asking, adjustment.start, item), _number(asking, adjustment.quantity, item))
    outcome.value = _rounded(outcome.value, adjustment.scale)
    for rules, several in zip(asking.rules.stages, met, strict=True):
        outcome.start = outcome.value
        for group in _grouped(rules, several):
            _combine(asking, rules.stage, item, group, outcome)
        outcome.after[rules.stage.name] = outcome.value
    return outcome


# -- which -------------------------------------------------------------------------------------------------------------


def _met(asking: Asking, rules: RuleSet, item: Facts) -> list[Rule]:
    stage = rules.stage
    values = [_values(asking, key, item) for key in stage.keys]
    found = [rules.rules[position] for position in rules.index.find(values)]
    for bound in stage.bounds:
        if not found:
            break
        value = to_python(_value(asking, bound.value, item))
        found = [rule for rule in found if _within(at(rule.facts, bound.path), value, since=bound.since)]
    return found


def _values(asking: Asking, key: AdjustmentKey, item: Facts) -> Sequence[Hashable]:
    """Return the values for which a rule may ask: the item's own, and those above it."""
    value = _value(asking, key.value, item)
    several = value if isinstance(value, list | tuple) else [value]
    own: list[Hashable] = [id for one in several if (id := identity_or_value(one)) is not None]
    if not key.below:
        return own
    found: list[Hashable] = []
    for one in own:
        text = str(one)
        found += upwards(asking.rules.trees[key.tree], text) if key.tree else [one, *asking.above(key.book or "", text)]
    return found


def _within(limit: Any, value: Any, *, since: bool) -> bool:
    if limit is None:
        return True
    try:
        return value is not None and bool(limit <= value if since else limit >= value)
    except TypeError:
        return False


def _grouped(rules: RuleSet, several: Sequence[Rule]) -> list[list[Rule]]:
    groups: dict[str | None, list[Rule]] = {}
    for rule in several:
        groups.setdefault(rule.group, []).append(rule)
    return [groups[group] for group in sorted(groups, key=lambda group: rules.groups[group])]


# -- what --------------------------------------------------------------------------------------------------------------


def _combine(asking: Asking, stage: AdjustmentStage, item: Facts, group: Sequence[Rule], outcome: Outcome) -> None:
    how = group[0].combine
    steps: list[Step] = []
    for rule in group:
        step = _tried(asking, stage, item, rule, outcome)
        if step is None:
            continue
        if how == "stack":
            _take(step, outcome)
            continue
        steps.append(step)
        if how == "first":
            break
    if not steps:
        return
    chosen, *others = sorted(steps, key=lambda step: _worth(step, outcome, asking.adjustment.best))
    _take(chosen, outcome)
    for step in others[:RUNNERS_UP]:
        outcome.steps.append(Step(stage, step.rule, step.before, step.after, step.free, "beaten"))


def _tried(asking: Asking, stage: AdjustmentStage, item: Facts, rule: Rule, outcome: Outcome) -> Step | None:
    """Return what a rule would do; None where its condition is not true or it does nothing."""
    if rule.condition is not None:
        condition = asking.condition(stage, rule)
        if condition is None or _value(asking, condition, item) is not True:
            return None
    effect = stage.effects.get(rule.effect, _NOTHING)
    names = {
        "item": item,
        "rule": rule.facts,
        "value": outcome.value,
        "start": outcome.start,
        "quantity": outcome.quantity,
    }
    after = _rounded(_number(asking, effect.value, names), asking.adjustment.scale)
    free = max(_number(asking, effect.free, names) or _NONE, _NONE)
    if (after is None or after == outcome.value) and not free:
        return None
    return Step(stage, rule, outcome.value, outcome.value if after is None else after, free)


def _take(step: Step, outcome: Outcome) -> None:
    outcome.value = step.after
    free = outcome.free + step.free
    outcome.free = free if outcome.quantity is None else min(free, max(outcome.quantity, _NONE))
    outcome.steps.append(step)


def _worth(step: Step, outcome: Outcome, best: str) -> Decimal:
    """Return by what steps are compared, the least being the best: what the whole quantity comes to."""
    value = step.after if step.after is not None else _NONE
    if outcome.quantity is not None:
        value *= max(outcome.quantity - outcome.free - step.free, _NONE)
    return -value if best == "highest" else value


def _value(asking: Asking, expression: Expression, names: Facts) -> Any:
    asking.run.restart()
    return expression.value(names, asking.run)


def _number(asking: Asking, expression: Expression | None, names: Facts) -> Decimal | None:
    value = None if expression is None else _value(asking, expression, names)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _rounded(value: Decimal | None, scale: int) -> Decimal | None:
    if value is None:
        return None
    try:
        return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    except InvalidOperation:
        return None
