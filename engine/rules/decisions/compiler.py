"""A decision table becomes a function of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.builtins import BUILTINS
from engine.rules.decisions.boxes import TableBox, TableOutput
from engine.rules.decisions.hit_policies import MULTIPLE, POLICIES, Hits, aggregate
from engine.rules.decisions.item_types import Conform, ItemTypes
from engine.rules.evaluation import Run
from engine.rules.expression import Expression, compile_expression, compile_tests
from engine.rules.feel_types import ANY, FeelType
from engine.rules.functions import NoValue
from engine.rules.nodes import ListLiteral, NullLiteral, UnaryTests
from engine.rules.scope import NameScope
from engine.rules.source import Source
from engine.rules.values import equal

Evaluate = Callable[[Mapping[str, Any], Run], Any]


class Texts:
    """Compiles the texts of a model and keeps what is wrong with them.

    ``lenient``: a text that cannot be compiled is null when it is evaluated, as models of other tools are run.
    """

    def __init__(self, lenient: bool) -> None:
        self.lenient = lenient
        self.found: list[Diagnostic] = []

    def expression(self, text: str | Source, scope: NameScope) -> Expression:
        """Return the compiled text."""
        try:
            compiled = compile_expression(text, scope, lenient=self.lenient)
        except BadDefinition as bad:
            if not self.lenient:
                self.found.extend(bad.diagnostics)
            else:
                self.found.extend(_softened(d) for d in bad.diagnostics)
            return compile_expression("null", scope)
        self.found.extend(compiled.warnings)
        return compiled

    def tests(self, text: str | Source, subject: FeelType, scope: NameScope) -> Expression:
        """Return compiled unary tests; those that cannot be compiled never match."""
        try:
            compiled = compile_tests(text, subject, scope, lenient=self.lenient)
        except BadDefinition as bad:
            self.found.extend(bad.diagnostics if not self.lenient else [_softened(d) for d in bad.diagnostics])
            return compile_tests("null and null", ANY, scope, lenient=True)
        self.found.extend(compiled.warnings)
        return compiled


def _softened(found: Diagnostic) -> Diagnostic:
    return Diagnostic(found.code, found.message, found.span, found.hint, "warning")


def compile_table(table: TableBox, scope: NameScope, types: ItemTypes, texts: Texts) -> Evaluate:
    """Return what evaluates the table."""
    return _TableCompiler(table, scope, types, texts).build()


class _TableCompiler:
    def __init__(self, table: TableBox, scope: NameScope, types: ItemTypes, texts: Texts) -> None:
        self.table, self.scope, self.types, self.texts = table, scope, types, texts

    def build(self) -> Evaluate:
        table = self.table
        inputs = [self.texts.expression(column.text, self.scope) for column in table.inputs]
        subjects = [
            self.types.type(column.type_ref) if column.type_ref else compiled.type
            for column, compiled in zip(table.inputs, inputs, strict=True)
        ]
        allowed = [
            self.texts.tests(column.allowed, subject, self.scope) if column.allowed else None
            for column, subject in zip(table.inputs, subjects, strict=True)
        ]
        rules = [
            [self.texts.tests(cell, subject, self.scope) for cell, subject in zip(rule.inputs, subjects, strict=False)]
            for rule in table.rules
        ]
        return self.evaluator(inputs, allowed, rules)

    def evaluator(
        self, inputs: list[Expression], allowed: list[Expression | None], rules: list[list[Expression]]
    ) -> Evaluate:
        answer, default, rank = self.answers(), self.default(), self.ranking()
        policy = POLICIES.get(self.table.hit_policy, POLICIES["UNIQUE"])
        only_first = self.table.hit_policy == "FIRST"
        function = BUILTINS[self.table.aggregation.lower()] if self.table.aggregation else None
        cells = [[cell.python() if not _always(cell) else None for cell in rule] for rule in rules]

        def evaluate(names: Mapping[str, Any], run: Run) -> Any:
            values = [expression.value(names, run) for expression in inputs]
            scopes = [{**names, "?": value} for value in values]
            for scope, tests, column in zip(scopes, allowed, self.table.inputs, strict=True):
                if tests is not None and tests.value(scope, run) is not True:
                    raise NoValue("FEEL313", input=column.label or column.text, value=scope["?"])
            run.charge(len(cells))
            hit = []
            for index, row in enumerate(cells):
                if all(cell is None or cell(scope, run) is True for cell, scope in zip(row, scopes, strict=False)):
                    hit.append(index)
                    if only_first:
                        break
            if not hit:
                return default(names, run)
            found = policy(Hits(hit, lambda rule, run: answer(rule, names, run), rank, run))
            return found if function is None else aggregate(function, found, run)

        return evaluate

    # -- outputs ----------------------------------------------------------------------------------------------

    def answers(self) -> Callable[[int, Mapping[str, Any], Run], Any]:
        """Return what works out the output of one rule."""
        outputs = self.table.outputs
        rows = [
            [self.texts.expression(cell or "null", self.scope) for cell in rule.outputs] for rule in self.table.rules
        ]
        conform = [self.types.conform(output.type_ref) if output.type_ref else None for output in outputs]
        if len(outputs) == 1:
            return lambda rule, names, run: _fitted(conform[0], rows[rule][0].value(names, run), run)
        names_of = [output.name for output in outputs]

        def answer(rule: int, names: Mapping[str, Any], run: Run) -> dict[str, Any]:
            cells = zip(names_of, conform, rows[rule], strict=False)
            return {name: _fitted(fit, cell.value(names, run), run) for name, fit, cell in cells}

        return answer

    def default(self) -> Evaluate:
        """Return the answer when no rule hits."""
        outputs = self.table.outputs
        if not any(output.default for output in outputs):
            return lambda names, run: None
        cells = [self.texts.expression(output.default or "null", self.scope) for output in outputs]
        several = self.table.hit_policy in MULTIPLE and not self.table.aggregation

        def answer(names: Mapping[str, Any], run: Run) -> Any:
            if len(cells) == 1:
                found = cells[0].value(names, run)
            else:
                found = {output.name: cell.value(names, run) for output, cell in zip(outputs, cells, strict=True)}
            return [found] if several and not isinstance(found, list) else found

        return answer

    def ranking(self) -> Callable[[Any], tuple[int, ...]]:
        """Return the order of outputs: by the place of their values among the allowed ones, column by column."""
        places = [self.places(output) for output in self.table.outputs]
        names = [output.name for output in self.table.outputs]
        if len(names) == 1:
            return lambda found: (_place(places[0], found),)
        return lambda found: tuple(
            _place(place, found[name]) for place, name in zip(places, names, strict=True) if place
        )

    def places(self, output: TableOutput) -> list[Any]:
        text = output.allowed or (self.types.allowed_of(output.type_ref) if output.type_ref else "")
        if not text:
            text = self.component_allowed(output)
        if not text:
            return []
        listed = self.texts.expression(f"[{text}]", self.scope)
        if not isinstance(listed.tree, ListLiteral):
            return []
        run = Run.idle()
        return [item for item in listed.value({}, run) or []]

    def component_allowed(self, output: TableOutput) -> str:
        return self.types.component_allowed(self.table.type_ref, output.name) if self.table.type_ref else ""


def _place(places: list[Any], value: Any) -> int:
    for index, place in enumerate(places):
        if equal(place, value):
            return index
    return len(places)


def _fitted(conform: Conform | None, value: Any, run: Run) -> Any:
    return value if conform is None else conform(value, run)


def _always(cell: Expression) -> bool:
    return isinstance(cell.tree, UnaryTests) and not cell.tree.tests


__all__ = ["Evaluate", "NullLiteral", "Texts", "compile_table"]
