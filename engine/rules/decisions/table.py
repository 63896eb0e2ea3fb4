"""Decision tables by themselves: compiled, evaluated, analysed, explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.crossing import to_python
from engine.rules.decisions.boxes import TableBox
from engine.rules.decisions.compiler import CompiledTable, Texts, compile_table
from engine.rules.decisions.item_types import ItemTypes
from engine.rules.evaluation import LimitReached, Run
from engine.rules.feel_types import FeelType
from engine.rules.functions import NoValue
from engine.rules.scope import NameScope


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A compiled decision table. Evaluating it never raises for bad data: null, with the reason in the run."""

    box: TableBox
    compiled: CompiledTable
    warnings: tuple[Diagnostic, ...]

    def evaluate(self, names: Mapping[str, Any], run: Run) -> Any:
        """Return what the table decides, in Python's own types."""
        try:
            return to_python(self.compiled.evaluate(names, run))
        except (NoValue, LimitReached) as reason:
            return run.warn(reason.code, **reason.params)

    def hits(self, names: Mapping[str, Any], run: Run) -> tuple[int, ...]:
        """Return the numbers of the rules that hit, from 1."""
        try:
            return tuple(rule + 1 for rule in self.compiled.hits(names, run, every=True))
        except (NoValue, LimitReached) as reason:
            run.warn(reason.code, **reason.params)
            return ()


def compile_decision_table(
    box: TableBox, scope: NameScope, *, lenient: bool = False, gives: FeelType | None = None
) -> DecisionTable:
    """Return a table that can be evaluated. Raises BadDefinition with everything that is wrong in its cells.

    ``gives`` is the type that the cells of its only output must have.
    """
    texts = Texts(lenient)
    compiled = compile_table(box, scope, ItemTypes({}, {}), texts, gives)
    errors = [found for found in texts.found if found.severity == "error"]
    if errors:
        raise BadDefinition(errors)
    return DecisionTable(box, compiled, tuple(texts.found))
