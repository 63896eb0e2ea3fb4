"""Rules as values: what users keep in records is worked out over a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, FeelType, StoredRule
from engine.rules.functions import NoValue
from engine.rules.stored_port import PORT

EVALUATE = "evaluate"


def _gives(rule: FeelType, *_: FeelType) -> FeelType:
    return rule.gives if isinstance(rule, StoredRule) else ANY


@builtin(EVALUATE, "rule: any, record?: any", _gives, with_run=True)
def evaluate(run: Run, rule: Any, record: Any = None) -> Any:
    """Work out a rule that is kept in a record, over another record; without one, over the record at hand."""
    # calls whose rule is known by its type are built by engine.rules.closures.stored; here is a bare text
    if rule is None:
        return None
    if type(rule) is not str or not isinstance(record, Mapping):
        raise NoValue("FEEL252", value=type(rule).__name__)
    return PORT.text(rule, record, run)
