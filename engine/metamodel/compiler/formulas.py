"""Every FEEL text of the objects, parsed and typed: formulas, roll-ups, defaults, ranges, conditions, checks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import regex

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.fields import is_formula
from engine.metamodel.compiler.literals import BadLiteralError, literal_of
from engine.metamodel.compiler.screens import sort_keys
from engine.metamodel.definitions import Node
from engine.metamodel.model import (
    CheckModel,
    Default,
    DuplicateRule,
    FieldModel,
    LifecycleModel,
    ObjectModel,
    Pick,
    Rollup,
)
from engine.rules import NameScope

_FUNCTIONS = ("sum", "min", "max", "avg", "count")
_SUMMED = frozenset({"integer", "decimal", "money", "percent", "rating", "duration"})
_COMPARED = _SUMMED | {"date", "time", "datetime"}


def compile_formulas(bench: Bench, expressions: Expressions) -> None:
    """Fill in the expressions of every object."""
    for merged in bench.documents("object"):
        object = bench.objects[merged.document.id]
        scope = expressions.inside(object.name)
        fields = dict(object.fields)
        for name, node in merged.node.get("fields").items():
            fields[name] = _FieldFormulas(object, fields[name], node, scope, bench, expressions).filled()
        node = merged.node
        checks = {
            name: _check(name, part, object, scope, bench, expressions) for name, part in node.get("checks").items()
        }
        bench.objects[object.name] = replace(
            object,
            fields=fields,
            checks={name: check for name, check in checks.items() if check},
            duplicates={
                name: DuplicateRule(name, part.texts("fields"), part.flag("block"), part.label("say"))
                for name, part in node.get("duplicates").items()
            },
        )


def _check(
    name: str, node: Node, object: ObjectModel, scope: NameScope, bench: Bench, expressions: Expressions
) -> CheckModel | None:
    on = node.text("on", "save")
    lifecycle: LifecycleModel | None = bench.lifecycles.get(object.lifecycle or "")
    known = ["save", "always", *(lifecycle.transitions if lifecycle else ())]
    if on not in known:
        bench.unknown("transition", node.get("on"), on, known, object=object.name)
    if node.has("field"):
        bench.field(object, node.get("field"))
    when = expressions.condition(node.get("when"), scope)
    compiled = expressions.brought if node.text("dialect") == "python" else expressions.condition
    that, warn = compiled(node.get("that"), scope), node.flag("warn")
    return CheckModel(name, that, node.label("say"), on, when, node.maybe("field"), warn) if that else None


class _FieldFormulas:
    """The expressions of one field."""

    def __init__(
        self,
        object: ObjectModel,
        field: FieldModel,
        node: Node,
        scope: NameScope,
        bench: Bench,
        expressions: Expressions,
    ) -> None:
        self.object, self.field, self.node = object, field, node
        self.scope, self.bench, self.expressions = scope, bench, expressions
        self.type = expressions.world.type_of_field(field)

    def filled(self) -> FieldModel:
        node, field = self.node, self.field
        self._check_pattern()
        return replace(
            field,
            formula=self._formula(node.get("as")),
            rollup=self._rollup(node.get("rollup")) if node.has("rollup") else None,
            default=self.default(node.get("default")) or field.default,
            range=self.expressions.tests(node.get("range"), self.scope, self.type) if self.type else None,
            where=self._where(node.get("where")),
            pick=self._pick(node.get("pick")),
            currency=field.currency or (self.object.currency if field.type == "money" else None),
        )

    def default(self, node: Node) -> Default | None:
        if node.value is None:
            return None
        if is_formula(node.value):
            expression = self._formula(node.behind_equals())
            return Default(expression=expression) if expression else None
        dictionary = self.bench.dictionaries.get(self.field.dictionary or "")
        try:
            return Default(literal_of(self.field, node.value, dictionary))
        except BadLiteralError:
            self.bench.complain("bad_literal", node, value=_shown(node.value), type=self.field.type)
            return None

    def _formula(self, node: Node) -> Any:
        if node.value is None:
            return None
        reads = self.expressions.world.reads
        reads.clear()
        expression = self.expressions.formula(node, self.scope, self.type)
        if node.path[-1] == "as":
            self.bench.reads[self.object.name, self.field.name] = frozenset(reads)
            if expression and (not expression.deterministic or ("actor",) in {path[:1] for path in expression.reads}):
                self.bench.findings.warn("time_dependent", node.span)
        return expression

    def _where(self, node: Node, target: str = "") -> Any:
        target = target or next(iter(self.field.targets), "")
        if node.value is None or target not in self.bench.objects:
            return None
        return self.expressions.row_condition(node, TargetScope(self.expressions, self.object.name, target))

    def _pick(self, node: Node) -> Pick | None:
        if node.value is None:
            return None
        if self.field.type != "reference":
            return self._pick_of_another(node)
        for key in ("from", "take"):
            if node.has(key):
                place = node.get(key).key_span
                self.bench.findings.add("option_not_for_type", place, option=key, type="reference", guess="")
        target = self.bench.objects.get(next(iter(self.field.targets), ""))
        if target is None:
            return None
        where, sort = self._where(node.get("where")), sort_keys(node.get("sort"), target, self.bench)
        return Pick(where, sort, again=self._again(node))

    def _pick_of_another(self, node: Node) -> Pick | None:
        """Compile what a field takes from a record that it does not point to."""
        for key in ("from", "take"):
            if not node.has(key):
                self.bench.complain("missing_option", node, option=key, type=self.field.type, field=self.field.name)
                return None
        source = self.bench.object(node.get("from"))
        taken = None if source is None else self.bench.field(source, node.get("take"))
        if source is None or taken is None:
            return None
        if self.expressions.world.type_of_field(taken) != self.type or not taken.stored:
            self.bench.complain("wrong_result", node.get("take"), type=self.field.type, wanted=taken.type)
        where = self._where(node.get("where"), source.name)
        sort = sort_keys(node.get("sort"), source, self.bench)
        return Pick(where, sort, source.name, taken.name, self._again(node))

    def _again(self, node: Node) -> tuple[str, ...]:
        named = (self.bench.field(self.object, part) for part in node.get("again").elements())
        return tuple(field.name for field in named if field is not None)

    def _check_pattern(self) -> None:
        pattern = self.field.pattern
        if pattern is None:
            return
        try:
            regex.compile(pattern)
        except (regex.error, RecursionError, OverflowError) as error:
            self.bench.complain("bad_pattern", self.node.get("pattern"), problem=error)

    def _rollup(self, node: Node) -> Rollup | None:
        bench = self.bench
        functions = [name for name in _FUNCTIONS if node.has(name)]
        if len(functions) != 1:
            bench.complain("one_function", node.key_span, functions=", ".join(_FUNCTIONS))
            return None
        child = bench.object(node.get("of"))
        if child is None:
            return None
        by = bench.field(child, node.get("by"))
        if by and (by.type not in ("reference", "department") or by.targets != (self.object.name,)):
            bench.complain("wrong_target", node.get("by"), field=by.name, object=self.object.name)
        reads = self.expressions.world.reads
        reads.clear()
        function = functions[0]
        summed = self._summed(child, function, node.get(function))
        where = self.expressions.row_condition(node.get("where"), self.expressions.inside(child.name))
        used = {(child.name, name) for name in (node.text("by"), summed) if name}
        bench.reads[self.object.name, self.field.name] = frozenset(reads | used)
        return Rollup(function, child.name, node.text("by"), summed, where)  # type: ignore[arg-type] # see _FUNCTIONS

    def _summed(self, child: ObjectModel, function: str, node: Node) -> str | None:
        if function == "count":
            if self.field.type not in ("integer", "decimal"):
                self.bench.complain("wrong_result", node.key_span, type=self.field.type, wanted="integer")
            return None
        field = self.bench.field(child, node)
        if field is None:
            return None
        wanted = _SUMMED if function in ("sum", "avg") else _COMPARED
        if field.type not in wanted:
            types = ", ".join(sorted(wanted))
            self.bench.complain("wrong_field_type", node, field=field.name, type=field.type, wanted=types)
        elif self.expressions.world.type_of_field(field) is not self.type:
            self.bench.complain("wrong_result", node.key_span, type=self.field.type, wanted=field.type)
        return field.name


class TargetScope:
    """Where of a reference: the fields of the record to be chosen, then ``record``, the one that chooses."""

    def __init__(self, expressions: Expressions, source: str, target: str) -> None:
        self._target = expressions.inside(target)
        self._record = expressions.world.record(source)

    def type_of(self, name: str) -> Any:
        return self._target.type_of(name) or (self._record if name == "record" else None)

    def names(self) -> Any:
        return (*self._target.names(), "record")


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
