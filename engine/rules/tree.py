"""Builds the nodes while lark parses."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import lark

from engine.rules import nodes
from engine.rules.nodes import Node
from engine.rules.numbers import CONTEXT
from engine.rules.scanner import Tok
from engine.rules.tokens import unescape


class TreeError(Exception):
    """The tree cannot be built. Carries a code and its parameters."""

    def __init__(self, code: str, start: int, end: int, **params: Any) -> None:
        super().__init__(code)
        self.code, self.start, self.end, self.params = code, start, end, params


@lark.v_args(inline=True)
class TreeBuilder(lark.Transformer[Any, Any]):
    """One method per rule of the grammar; every token is an argument."""

    def __init__(self, max_depth: int) -> None:
        super().__init__()
        self.max_depth = max_depth

    def expression(self, tree: Node) -> Node:
        check_depth(tree, self.max_depth)
        return tree

    # -- unary tests ------------------------------------------------------------------------------------------

    def any_value(self, dash: Tok) -> Node:
        return nodes.UnaryTests(dash.start, dash.end, (), False)

    def positive_tests(self, tests: list[Node]) -> Node:
        return self.expression(nodes.UnaryTests(tests[0].start, tests[-1].end, tuple(tests), False))

    def negated_tests(self, word: Tok, _open: Tok, tests: list[Node], close: Tok) -> Node:
        return self.expression(nodes.UnaryTests(word.start, close.end, tuple(tests), True))

    def tests(self, *parts: Any) -> list[Node]:
        return list(parts[::2])

    def comparison_test(self, operator: Tok, operand: Node) -> Node:
        return nodes.ComparisonTest(operator.start, operand.end, operator.value, operand)

    # -- forms ------------------------------------------------------------------------------------------------

    def if_then_else(self, word: Tok, condition: Node, _then: Tok, then: Node, _else: Tok, otherwise: Node) -> Node:
        return nodes.If(word.start, otherwise.end, condition, then, otherwise)

    def for_return(self, word: Tok, iterators: list[nodes.Iterator], _return: Tok, body: Node) -> Node:
        return nodes.For(word.start, body.end, tuple(iterators), body)

    def some(self, word: Tok, iterators: list[nodes.Iterator], _satisfies: Tok, condition: Node) -> Node:
        return nodes.Quantified(word.start, condition.end, "some", tuple(iterators), condition)

    def every(self, word: Tok, iterators: list[nodes.Iterator], _satisfies: Tok, condition: Node) -> Node:
        return nodes.Quantified(word.start, condition.end, "every", tuple(iterators), condition)

    def iterators(self, *parts: Any) -> list[nodes.Iterator]:
        return list(parts[::2])

    def iterator(self, name: Tok, _in: Tok, domain: Node) -> Node:
        return nodes.Iterator(name.start, domain.end, name.value, domain, None)

    def counting_iterator(self, name: Tok, _in: Tok, first: Node, _dots: Tok, last: Node) -> Node:
        return nodes.Iterator(name.start, last.end, name.value, first, last)

    def function(self, word: Tok, _open: Tok, parameters: Any, _close: Tok, body: Node) -> Node:
        return nodes.FunctionLiteral(word.start, body.end, tuple(parameters or ()), body, False)

    def external_function(self, word: Tok, _o: Tok, parameters: Any, _c: Tok, _external: Tok, body: Node) -> Node:
        return nodes.FunctionLiteral(word.start, body.end, tuple(parameters or ()), body, True)

    def parameters(self, *parts: Any) -> list[nodes.Parameter]:
        return list(parts[::2])

    def parameter(self, name: Tok, _colon: Tok | None, type_: Tok | None) -> Node:
        end = type_.end if type_ else name.end
        return nodes.Parameter(name.start, end, name.value, type_.value if type_ else None)

    # -- operators --------------------------------------------------------------------------------------------

    def disjunction(self, left: Node, _or: Tok, right: Node) -> Node:
        operands = (*left.operands, right) if isinstance(left, nodes.Or) else (left, right)
        return nodes.Or(left.start, right.end, operands)

    def conjunction(self, left: Node, _and: Tok, right: Node) -> Node:
        operands = (*left.operands, right) if isinstance(left, nodes.And) else (left, right)
        return nodes.And(left.start, right.end, operands)

    def comparison(self, left: Node, operator: Tok, right: Node) -> Node:
        return nodes.Comparison(left.start, right.end, operator.value, left, right)

    def comparator(self, operator: Tok) -> Tok:
        return operator

    def between(self, operand: Node, _between: Tok, low: Node, _and: Tok, high: Node) -> Node:
        return nodes.Between(operand.start, high.end, operand, low, high)

    def in_tests(self, operand: Node, _in: Tok, tests: tuple[int, tuple[Node, ...]]) -> Node:
        return nodes.InTests(operand.start, tests[0], operand, tests[1])

    def single_test(self, test: Node) -> tuple[int, tuple[Node, ...]]:
        return test.end, (test,)

    def single_comparison(self, operator: Tok, operand: Node) -> tuple[int, tuple[Node, ...]]:
        return operand.end, (nodes.ComparisonTest(operator.start, operand.end, operator.value, operand),)

    def test_list(self, *parts: Any) -> tuple[int, tuple[Node, ...]]:
        _, first, _, rest, close = parts
        return close.end, (first, *rest)

    def instance_of(self, operand: Node, _instance: Tok, _of: Tok, type_: Tok) -> Node:
        return nodes.InstanceOf(operand.start, type_.end, operand, type_.value)

    def arithmetic(self, left: Node, operator: Tok, right: Node) -> Node:
        return nodes.Arithmetic(left.start, right.end, operator.value, left, right)

    def negation(self, minus: Tok, operand: Node) -> Node:
        if isinstance(operand, nodes.NumberLiteral):
            return nodes.NumberLiteral(minus.start, operand.end, CONTEXT.minus(operand.value))
        return nodes.Negation(minus.start, operand.end, operand)

    # -- postfix ----------------------------------------------------------------------------------------------

    def path(self, source: Node, _dot: Tok, name: Tok) -> Node:
        return nodes.Path(source.start, name.end, source, name.value, name.start)

    def filter(self, source: Node, _open: Tok, condition: Node, close: Tok) -> Node:
        return nodes.Filter(source.start, close.end, source, condition)

    def call(self, function: Node, _open: Tok, arguments: Any, close: Tok) -> Node:
        positional, named = arguments or ((), ())
        return nodes.Call(function.start, close.end, function, positional, named)

    def positional(self, *parts: Any) -> Any:
        return parts[::2], ()

    def by_name(self, *parts: Any) -> Any:
        return (), parts[::2]

    def named(self, name: Tok, _colon: Tok, value: Node) -> Node:
        return nodes.Argument(name.start, value.end, name.value, value)

    # -- primaries --------------------------------------------------------------------------------------------

    def number(self, token: Tok) -> Node:
        try:
            value = CONTEXT.plus(Decimal(token.value))
        except (InvalidOperation, ArithmeticError):
            raise TreeError("FEEL006", token.start, token.end, text=token.value) from None
        return nodes.NumberLiteral(token.start, token.end, value)

    def string(self, token: Tok) -> Node:
        return nodes.StringLiteral(token.start, token.end, unescape(token.value[1:-1]))

    def at_literal(self, token: Tok) -> Node:
        text = token.value
        return nodes.AtLiteral(token.start, token.end, unescape(text[text.index('"') + 1 : -1]))

    def true(self, token: Tok) -> Node:
        return nodes.BooleanLiteral(token.start, token.end, True)

    def false(self, token: Tok) -> Node:
        return nodes.BooleanLiteral(token.start, token.end, False)

    def null(self, token: Tok) -> Node:
        return nodes.NullLiteral(token.start, token.end)

    def name(self, token: Tok) -> Node:
        return nodes.Name(token.start, token.end, token.value)

    def group(self, _opening: Tok, inner: Node, _closing: Tok) -> Node:
        return inner

    def list(self, opening: Tok, items: Any, closing: Tok) -> Node:
        return nodes.ListLiteral(opening.start, closing.end, tuple(items or ()))

    def items(self, *parts: Any) -> Any:
        return parts[::2]

    def context(self, opening: Tok, entries: Any, closing: Tok) -> Node:
        return nodes.ContextLiteral(opening.start, closing.end, tuple(entries or ()))

    def entries(self, *parts: Any) -> Any:
        return parts[::2]

    def entry(self, key: str, _colon: Tok, value: Node) -> Node:
        return nodes.Entry(value.start, value.end, key, value)

    def key(self, token: Tok) -> str:
        if token.type == "STRING":
            return unescape(token.value[1:-1])
        return str(token.value)

    def range(self, opening: Tok, low: Node, _dots: Tok, high: Node, closing: Tok) -> Node:
        closed = (opening.type == "LSQB", closing.type == "RSQB")
        return nodes.RangeLiteral(opening.start, closing.end, closed[0], low, high, closed[1])

    def range_close(self, token: Tok) -> Tok:
        return token

    def unary_range(self, opening: Tok, operator: Tok, endpoint: Node, closing: Tok) -> Node:
        return nodes.UnaryRange(opening.start, closing.end, operator.value, endpoint)


def check_depth(tree: Node, max_depth: int) -> None:
    """Refuse a tree that is too high to be walked by recursion; itself without recursion."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > max_depth:
            raise TreeError("FEEL020", level[0].start, level[0].end, max=max_depth)
        level = [child for node in level for child in nodes.children(node)]
