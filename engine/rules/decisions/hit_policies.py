"""Hit policies: what the outputs of the rules that hit come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.rules.evaluation import Run
from engine.rules.functions import Builtin, NoValue
from engine.rules.values import equal

Answer = Callable[[int, Run], Any]
"""Returns the output of a rule."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The rules that hit, by index and in order, with what is needed to answer."""

    rules: Sequence[int]
    answer: Answer
    rank: Callable[[Any], tuple[int, ...]]
    run: Run


def unique(hits: Hits) -> Any:
    """One rule at most may hit."""
    if len(hits.rules) > 1:
        raise NoValue("FEEL311", rules=_numbers(hits.rules))
    return hits.answer(hits.rules[0], hits.run)


def any_(hits: Hits) -> Any:
    """All rules that hit must say the same."""
    first = hits.answer(hits.rules[0], hits.run)
    for rule in hits.rules[1:]:
        if equal(first, hits.answer(rule, hits.run)) is not True:
            raise NoValue("FEEL312", rules=_numbers(hits.rules))
    return first


def first(hits: Hits) -> Any:
    """The first rule that hits."""
    return hits.answer(hits.rules[0], hits.run)


def priority(hits: Hits) -> Any:
    """The output that stands first among the allowed ones."""
    return min((hits.answer(rule, hits.run) for rule in hits.rules), key=hits.rank)


def rule_order(hits: Hits) -> Any:
    """All outputs in the order of the rules."""
    return [hits.answer(rule, hits.run) for rule in hits.rules]


def output_order(hits: Hits) -> Any:
    """All outputs in the order of the allowed ones."""
    return sorted((hits.answer(rule, hits.run) for rule in hits.rules), key=hits.rank)


POLICIES: dict[str, Callable[[Hits], Any]] = {
    "UNIQUE": unique,
    "ANY": any_,
    "FIRST": first,
    "PRIORITY": priority,
    "RULE ORDER": rule_order,
    "OUTPUT ORDER": output_order,
    "COLLECT": rule_order,
}
MULTIPLE = frozenset(("RULE ORDER", "OUTPUT ORDER", "COLLECT"))


def aggregate(function: Builtin, outputs: list[Any], run: Run) -> Any:
    """Return the sum, minimum, maximum or count of what a collecting table answers."""
    return function.call(run, [outputs])


def _numbers(rules: Sequence[int]) -> str:
    return ", ".join(str(rule + 1) for rule in rules)
