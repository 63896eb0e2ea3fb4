"""One expression of a definition, parsed and typed in its scope; its complaints join the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.scopes import World
from engine.metamodel.definitions import Node
from engine.rules import BOOLEAN, Expression, FeelType, NameScope, Source, compile_expression, compile_tests


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
        return expression

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


def source_of_node(node: Node) -> Source:
    """Return the text of an expression with its place; in a value position the leading ``=`` is left out."""
    return Source(_text(node.value), node.span, node.place.raw if isinstance(node.value, str) else None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
