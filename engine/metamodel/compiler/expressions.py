"""One expression of a definition, parsed and typed in its scope; its complaints join the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.scopes import World
from engine.metamodel.definitions import Node
from engine.rules import (
    BOOLEAN,
    BroughtCondition,
    Expression,
    FeelType,
    NameScope,
    Source,
    compile_brought,
    compile_expression,
    compile_tests,
)
from engine.rules.nodes import Call, Name, StringLiteral
from engine.rules.walking import walk


@dataclass(frozen=True, slots=True)
class Expressions:
    """Compiles the expressions of a model."""

    bench: Bench
    world: World

    def inside(self, object: str) -> NameScope:
        """Return the scope of an object's own document."""
        return self.world.inside(object)

    def around(self, object: str) -> NameScope:
        """Return the scope of a life-cycle."""
        return self.world.around(object)

    def granted(self, object: str) -> NameScope:
        """Return the scope of a role's rules."""
        return self.world.granted(object)

    def condition(self, node: Node, scope: NameScope) -> Expression | None:
        """Compile a condition; None when there is none, or when it is wrong, which is then told."""
        return self.formula(node, scope, BOOLEAN)

    def brought(self, node: Node, scope: NameScope) -> BroughtCondition | None:
        """Compile a condition in Python's syntax, for a check only: never for permission, filters or roll-ups."""
        try:
            condition, told = compile_brought(source_of_node(node), scope)
        except BadDefinition as error:
            self.bench.findings.extend(error.diagnostics)
            return None
        self.bench.findings.extend(told)
        return condition

    def formula(self, node: Node, scope: NameScope, expect: FeelType | None) -> Expression | None:
        """Compile a formula that must yield ``expect``."""
        if node.value is None:
            return None
        try:
            expression = compile_expression(source_of_node(node), scope, expect=expect)
        except BadDefinition as error:
            self.bench.findings.extend(error.diagnostics)
            return None
        self.bench.findings.extend(expression.warnings)
        self._check_privileges(expression, node)
        return expression

    def _check_privileges(self, expression: Expression, node: Node) -> None:
        if "may" in expression.text:
            for name in privileges_asked(expression):
                if name not in self.bench.privileges:
                    self.bench.unknown("privilege", node, name, self.bench.privileges)

    def row_condition(self, node: Node, scope: NameScope) -> Expression | None:
        """Compile a condition that chooses rows: the database must be able to say it, or pages and counts would lie."""
        expression = self.condition(node, scope)
        if expression is not None and expression.sql_refusal is not None:
            self.bench.findings.extend([expression.sql_refusal])
        return expression

    def tests(self, node: Node, scope: NameScope, subject: FeelType) -> Expression | None:
        """Compile unary tests of a value of type ``subject``."""
        if node.value is None:
            return None
        try:
            return compile_tests(source_of_node(node), subject, scope)
        except BadDefinition as error:
            self.bench.findings.extend(error.diagnostics)
            return None


def privileges_asked(expression: Expression) -> frozenset[str]:
    """Return the privileges that an expression asks for by name."""
    found: set[str] = set()
    for part in walk(expression.tree):
        if isinstance(part, Call) and isinstance(part.function, Name) and part.function.name == "may":
            given = [*part.arguments, *(argument.value for argument in part.named)]
            found.update(argument.value for argument in given if isinstance(argument, StringLiteral))
    return frozenset(found)


def source_of_node(node: Node) -> Source:
    """Return the text of an expression with its place; in a value position the leading ``=`` is left out."""
    return Source(_text(node.value), node.span, node.place.raw if isinstance(node.value, str) else None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
