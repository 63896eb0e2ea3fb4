"""Checks comparisons, logic and unary tests: what can never be true, and codes that do not exist."""

from __future__ import annotations

from engine.kernel.diagnostics import nearest
from engine.rules import nodes
from engine.rules.checking import operators
from engine.rules.checking.bindings import Binding
from engine.rules.checking.complaints import Complaints
from engine.rules.feel_types import BOOLEAN, EnumType, FeelType, ListType, RangeType, may_be
from engine.rules.nodes import Node


class Comparing:
    """The part of the checker that looks at comparisons. The checker itself walks the tree."""

    complaints: Complaints
    types: dict[Node, FeelType]

    def infer(self, node: Node, *, read: bool = True) -> FeelType:
        """Return the type of ``node``."""
        raise NotImplementedError

    def resolve(self, name: str, depth: int) -> Binding:
        """Return what a name refers to."""
        raise NotImplementedError

    def comparison(self, node: nodes.Comparison) -> FeelType:
        left, right = self.infer(node.left), self.infer(node.right)
        self.compare(node, node.operator, (node.left, left), (node.right, right))
        return BOOLEAN

    def compare(self, node: Node, operator: str, left: tuple[Node, FeelType], right: tuple[Node, FeelType]) -> None:
        fits = operators.comparable_types if operator in ("=", "!=") else operators.ordered_types
        if not fits(left[1], right[1]):
            self.complaints.add("FEEL110", node, operator=operator, left=left[1], right=right[1])
            return
        for (_, type_), (literal, _) in ((left, right), (right, left)):
            self.code_known(type_, literal)

    def code_known(self, type_: FeelType, literal: Node) -> None:
        """Complain about a text that is not among the codes of what it is compared with."""
        if not isinstance(type_, EnumType) or not isinstance(literal, nodes.StringLiteral):
            return
        if literal.value not in type_.values:
            guess = nearest(literal.value, list(type_.values))
            self.complaints.add("FEEL111", literal, value=literal.value, type=type_, nearest=guess)

    def between(self, node: nodes.Between) -> FeelType:
        operand, low, high = self.infer(node.operand), self.infer(node.low), self.infer(node.high)
        for bound in (low, high):
            if not operators.ordered_types(operand, bound):
                self.complaints.add("FEEL110", node, operator="between", left=operand, right=bound)
        return BOOLEAN

    def logic(self, node: nodes.And | nodes.Or) -> FeelType:
        for operand in node.operands:
            self.condition(operand, "FEEL113")
        return BOOLEAN

    def condition(self, node: Node, code: str = "FEEL114") -> None:
        found = self.infer(node)
        if not may_be(found, BOOLEAN):
            self.complaints.add(code, node, found=found)

    def in_tests(self, node: nodes.InTests) -> FeelType:
        operand = self.infer(node.operand)
        for test in node.tests:
            self.test(test, (node.operand, operand))
        return BOOLEAN

    # -- unary tests ------------------------------------------------------------------------------------------

    def unary_tests(self, node: nodes.UnaryTests) -> FeelType:
        subject = self.resolve("?", 0)
        for test in node.tests:
            self.test(test, (node, subject.type))
        return BOOLEAN

    def test(self, test: Node, subject: tuple[Node, FeelType]) -> None:
        """Check one test of a cell, or of the right side of ``in``."""
        if isinstance(test, nodes.ComparisonTest):
            found = self.infer(test.operand)
            self.types[test] = BOOLEAN
            self.compare(test, test.operator, subject, (test.operand, found))
            return
        found = self.infer(test)
        if isinstance(test, nodes.ListLiteral):
            for item in test.items:
                self.code_known(subject[1], item)
        self.code_known(subject[1], test)
        if found.base() == BOOLEAN or isinstance(subject[1], ListType):
            return
        inside = found
        while isinstance(inside, ListType | RangeType):
            inside = inside.element
        if not operators.comparable_types(subject[1], inside):
            self.complaints.add("FEEL110", test, operator="in", left=subject[1], right=found)

    def comparison_test(self, node: nodes.ComparisonTest) -> FeelType:
        self.infer(node.operand)
        return BOOLEAN
