"""A decision table becomes a function of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.builtins import BUILTINS
from engine.rules.decisions.boxes import TableBox, TableOutput
from engine.rules.decisions.cells import CellShape, shape_of
from engine.rules.decisions.hit_policies import MULTIPLE, POLICIES, Hits, aggregate
from engine.rules.decisions.index import TableIndex, index_of
from engine.rules.decisions.item_types import Conform, ItemTypes
from engine.rules.evaluation import Run
from engine.rules.expression import Expression, compile_expression, compile_tests
from engine.rules.feel_types import ANY, FeelType
from engine.rules.functions import NoValue
from engine.rules.nodes import ListLiteral, UnaryTests
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
        self.reads: set[tuple[str, ...]] = set()

    def expression(self, text: str | Source, scope: NameScope, expect: FeelType | None = None) -> Expression:
        """Return the compiled text."""
        try:
            compiled = compile_expression(text, scope, lenient=self.lenient, expect=expect)
        except BadDefinition as bad:
            if not self.lenient:
                self.found.extend(bad.diagnostics)
            else:
                self.found.extend(_softened(d) for d in bad.diagnostics)
            return compile_expression("null", scope)
        self.found.extend(compiled.warnings)
        self.reads |= compiled.reads
        return compiled

    def tests(self, text: str | Source, subject: FeelType, scope: NameScope) -> Expression:
        """Return compiled unary tests; those that cannot be compiled never match."""
        try:
            compiled = compile_tests(text, subject, scope, lenient=self.lenient)
        except BadDefinition as bad:
            self.found.extend(bad.diagnostics if not self.lenient else [_softened(d) for d in bad.diagnostics])
            return compile_tests("null and null", ANY, scope, lenient=True)
        self.found.extend(compiled.warnings)
        self.reads |= {path for path in compiled.reads if path[0] != "?"}
        return compiled


def _softened(found: Diagnostic) -> Diagnostic:
    return replace(found, severity="warning")


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table ready to be asked. ``cells`` and ``shapes`` stand row by row; ``reads`` are the paths it looks at."""

    evaluate: Evaluate
    hits: Callable[..., list[int]]
    cells: tuple[tuple[Expression, ...], ...]
    shapes: tuple[tuple[CellShape | None, ...], ...]
    subjects: tuple[FeelType, ...]
    inputs: tuple[Expression, ...]
    reads: frozenset[tuple[str, ...]]


def compile_table(
    table: TableBox, scope: NameScope, types: ItemTypes, texts: Texts, gives: FeelType | None = None
) -> CompiledTable:
    """Return what evaluates the table. Evaluating may raise NoValue. ``gives`` is the type of its only output."""
    return _TableCompiler(table, scope, types, texts, gives).build()


class _TableCompiler:
    def __init__(
        self, table: TableBox, scope: NameScope, types: ItemTypes, texts: Texts, gives: FeelType | None
    ) -> None:
        self.table, self.scope, self.types, self.texts, self.gives = table, scope, types, texts, gives

    def build(self) -> CompiledTable:
        table = self.table
        inputs = [self.texts.expression(column.source("text"), self.scope) for column in table.inputs]
        subjects = [
            self.types.type(column.type_ref) if column.type_ref else compiled.type
            for column, compiled in zip(table.inputs, inputs, strict=True)
        ]
        allowed = [
            self.texts.tests(column.source("allowed"), subject, self.scope) if column.allowed else None
            for column, subject in zip(table.inputs, subjects, strict=True)
        ]
        cells = self.cells(subjects)
        shapes = self.shapes(cells)
        hits = self.finder(inputs, allowed, cells, index_of(cells, shapes))
        evaluate = self.evaluator(hits)
        reads = frozenset(self.texts.reads)
        return CompiledTable(evaluate, hits, cells, shapes, tuple(subjects), tuple(inputs), reads)

    def cells(self, subjects: list[FeelType]) -> tuple[tuple[Expression, ...], ...]:
        """Compile every cell; cells of a column with the same text are compiled once, unless they are wrong."""
        seen: dict[tuple[int, str], Expression] = {}
        rows = []
        for rule in self.table.rules:
            row = []
            for number, (text, subject) in enumerate(zip(rule.inputs, subjects, strict=False)):
                key = (number, text if isinstance(text, str) else text.text)
                cell = seen.get(key)
                if cell is None:
                    told = len(self.texts.found)
                    cell = self.texts.tests(text, subject, self.scope)
                    if len(self.texts.found) == told:
                        seen[key] = cell
                row.append(cell)
            rows.append(tuple(row))
        return tuple(rows)

    def shapes(self, cells: tuple[tuple[Expression, ...], ...]) -> tuple[tuple[CellShape | None, ...], ...]:
        seen: dict[Expression, CellShape | None] = {}
        for row in cells:
            for cell in row:
                if cell not in seen:
                    seen[cell] = shape_of(cell)
        return tuple(tuple(seen[cell] for cell in row) for row in cells)

    def finder(
        self,
        inputs: list[Expression],
        allowed: list[Expression | None],
        cells: tuple[tuple[Expression, ...], ...],
        index: TableIndex | None,
    ) -> Callable[..., list[int]]:
        """Return what finds the rules that hit, in their order; only the first one where that is enough."""
        readers = [expression.python() for expression in inputs]
        checks = [(number, tests.python()) for number, tests in enumerate(allowed) if tests is not None]
        rows = [[None if _always(cell) else cell.python() for cell in row] for row in cells]
        only_first = self.table.hit_policy == "FIRST"
        columns = self.table.inputs

        def hits(names: Mapping[str, Any], run: Run, *, every: bool = False) -> list[int]:
            values = [read(names, run) for read in readers]
            for number, check in checks:
                if check({**names, "?": values[number]}, run) is not True:
                    column = columns[number]
                    raise NoValue("FEEL313", input=column.label or column.text, value=values[number])
            first = only_first and not every
            mask = None if index is None else index.candidates(values)
            if mask is None or index is None:
                return _tried(rows, values, names, run, first)
            return _chosen(index, mask, values, names, run, first)

        return hits

    def evaluator(self, hits: Callable[..., list[int]]) -> Evaluate:
        answer, default, rank = self.answers(), self.default(), self.ranking()
        policy = POLICIES.get(self.table.hit_policy, POLICIES["UNIQUE"])
        function = BUILTINS[self.table.aggregation.lower()] if self.table.aggregation else None

        def evaluate(names: Mapping[str, Any], run: Run) -> Any:
            found = hits(names, run)
            if not found:
                return default(names, run)
            decided = policy(Hits(found, lambda rule, run: answer(rule, names, run), rank, run))
            return decided if function is None else aggregate(function, decided, run)

        return evaluate

    # -- outputs ----------------------------------------------------------------------------------------------

    def answers(self) -> Callable[[int, Mapping[str, Any], Run], Any]:
        """Return what works out the output of one rule."""
        outputs = self.table.outputs
        wanted = [self.wanted(output) for output in outputs]
        rows = [
            [
                self.texts.expression(cell or "null", self.scope, expect)
                for cell, expect in zip(rule.outputs, wanted, strict=False)
            ]
            for rule in self.table.rules
        ]
        conform = [self.types.conform(output.type_ref) if output.type_ref else None for output in outputs]
        if len(outputs) == 1:
            only, fit = [row[0].python() for row in rows], conform[0]
            if fit is None:
                return lambda rule, names, run: only[rule](names, run)
            return lambda rule, names, run: fit(only[rule](names, run), run)
        names_of = [output.name for output in outputs]

        def answer(rule: int, names: Mapping[str, Any], run: Run) -> dict[str, Any]:
            cells = zip(names_of, conform, rows[rule], strict=False)
            return {name: _fitted(fit, cell.value(names, run), run) for name, fit, cell in cells}

        return answer

    def wanted(self, output: TableOutput) -> FeelType | None:
        """Return the type that the cells of an output must have; texts of other tools are taken as they come."""
        if self.texts.lenient:
            return None
        return self.gives or (self.types.type(output.type_ref) if output.type_ref else None)

    def default(self) -> Evaluate:
        """Return the answer when no rule hits."""
        outputs = self.table.outputs
        if not any(output.default for output in outputs):
            return lambda names, run: None
        cells = [self.texts.expression(output.source("default") or "null", self.scope) for output in outputs]
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
        return list(listed.value({}, run) or [])

    def component_allowed(self, output: TableOutput) -> str:
        return self.types.component_allowed(self.table.type_ref, output.name) if self.table.type_ref else ""


def _tried(rows: list[list[Any]], values: Sequence[Any], names: Mapping[str, Any], run: Run, first: bool) -> list[int]:
    """Return the rules that hit, each tried cell by cell."""
    run.charge(len(rows))
    scopes = [{**names, "?": value} for value in values]
    found = []
    for rule, row in enumerate(rows):
        if all(cell is None or cell(scope, run) is True for cell, scope in zip(row, scopes, strict=False)):
            found.append(rule)
            if first:
                break
    return found


def _chosen(
    index: TableIndex, mask: int, values: Sequence[Any], names: Mapping[str, Any], run: Run, first: bool
) -> list[int]:
    """Return the rules that hit among those the index leaves."""
    found = []
    scopes: dict[int, dict[str, Any]] = {}
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        rule = lowest.bit_length() - 1
        for number, cell in index.left.get(rule, ()):
            if number not in scopes:
                scopes[number] = {**names, "?": values[number]}
            run.charge(1)
            if cell(scopes[number], run) is not True:
                break
        else:
            found.append(rule)
            if first:
                break
    return found


def _place(places: list[Any], value: Any) -> int:
    for index, place in enumerate(places):
        if equal(place, value):
            return index
    return len(places)


def _fitted(conform: Conform | None, value: Any, run: Run) -> Any:
    return value if conform is None else conform(value, run)


def _always(cell: Expression) -> bool:
    return isinstance(cell.tree, UnaryTests) and not cell.tree.tests


__all__ = ["CompiledTable", "Evaluate", "Texts", "compile_table"]
