"""Tree to text: canonical FEEL that reads back as the same tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.rules import nodes
from engine.rules.nodes import Node
from engine.rules.numbers import number_text
from engine.rules.writing import quoted

# how tightly a form binds; an operand that binds looser than its place wants stands in brackets
_FORM, _OR, _AND, _COMPARE, _SUM, _PRODUCT, _POWER, _UNARY, _POSTFIX = range(9)


def print_tree(tree: Node) -> str:
    """Return the text of a tree."""
    return _PRINTERS[type(tree)](tree)


def _at(node: Node, level: int) -> str:
    text = print_tree(node)
    return f"({text})" if _level(node) < level else text


def _level(node: Node) -> int:
    if isinstance(node, nodes.Arithmetic):
        return {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}[node.operator]
    if isinstance(node, nodes.NumberLiteral) and node.value < 0:
        return _UNARY
    return _LEVELS.get(type(node), _POSTFIX)


_LEVELS: dict[type[Node], int] = {
    nodes.If: _FORM,
    nodes.For: _FORM,
    nodes.Quantified: _FORM,
    nodes.FunctionLiteral: _FORM,
    nodes.Or: _OR,
    nodes.And: _AND,
    nodes.Comparison: _COMPARE,
    nodes.Between: _COMPARE,
    nodes.InTests: _COMPARE,
    nodes.InstanceOf: _COMPARE,
    nodes.Negation: _UNARY,
}


def _number(node: nodes.NumberLiteral) -> str:
    text = number_text(node.value)
    return str(node.value) if len(text) > 60 else text


def _list(node: nodes.ListLiteral) -> str:
    return "[" + ", ".join(print_tree(item) for item in node.items) + "]"


def _context(node: nodes.ContextLiteral) -> str:
    entries = (f"{_key(entry.key)}: {print_tree(entry.value)}" for entry in node.entries)
    return "{" + ", ".join(entries) + "}"


def _key(key: str) -> str:
    return key if key.replace("_", "a").isalnum() and not key[0].isdigit() else quoted(key)


def _range(node: nodes.RangeLiteral) -> str:
    opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
    return f"{opening}{print_tree(node.low)}..{print_tree(node.high)}{closing}"


def _negation(node: nodes.Negation) -> str:
    # a literal under a minus would be read as a negative literal
    operand = node.operand
    inner = f"({print_tree(operand)})" if isinstance(operand, nodes.NumberLiteral) else _at(operand, _UNARY)
    return f"-{inner}"


def _arithmetic(node: nodes.Arithmetic) -> str:
    level = _level(node)
    return f"{_at(node.left, level)} {node.operator} {_at(node.right, level + 1)}"


def _comparison(node: nodes.Comparison) -> str:
    return f"{_at(node.left, _COMPARE)} {node.operator} {_at(node.right, _SUM)}"


def _between(node: nodes.Between) -> str:
    return f"{_at(node.operand, _COMPARE)} between {_at(node.low, _SUM)} and {_at(node.high, _SUM)}"


def _in_tests(node: nodes.InTests) -> str:
    operand = _at(node.operand, _COMPARE)
    if len(node.tests) == 1:
        test = node.tests[0]
        right = print_tree(test) if isinstance(test, nodes.ComparisonTest) else _at(test, _SUM)
    else:
        right = "(" + ", ".join(print_tree(test) for test in node.tests) + ")"
    return f"{operand} in {right}"


def _tests(node: nodes.UnaryTests) -> str:
    inside = ", ".join(print_tree(test) for test in node.tests) or "-"
    return f"not({inside})" if node.negated else inside


def _junction(word: str, level: int) -> Callable[[Any], str]:
    return lambda node: f" {word} ".join(_at(operand, level + 1) for operand in node.operands)


def _iterators(iterators: tuple[nodes.Iterator, ...]) -> str:
    return ", ".join(
        f"{it.name} in {print_tree(it.domain)}" + (f"..{print_tree(it.last)}" if it.last else "") for it in iterators
    )


def _call(node: nodes.Call) -> str:
    named = (f"{argument.name}: {print_tree(argument.value)}" for argument in node.named)
    arguments = ", ".join([*(print_tree(argument) for argument in node.arguments), *named])
    return f"{_at(node.function, _POSTFIX)}({arguments})"


def print_type(written: nodes.TypeName) -> str:
    """Return the text of a written type."""
    inside = [print_type(argument) for argument in written.arguments]
    if written.name == "function" and written.result is not None:
        return f"function<{', '.join(inside)}> -> {print_type(written.result)}"
    if written.fields:
        return f"context<{', '.join(f'{n}: {t}' for n, t in zip(written.fields, inside, strict=True))}>"
    return f"{written.name}<{inside[0]}>" if inside else written.name


def _function(node: nodes.FunctionLiteral) -> str:
    parameters = ", ".join(p.name + (f": {print_type(p.type)}" if p.type else "") for p in node.parameters)
    return f"function({parameters}) {'external ' if node.external else ''}{print_tree(node.body)}"


_PRINTERS: dict[type[Node], Callable[[Any], str]] = {
    nodes.NumberLiteral: _number,
    nodes.StringLiteral: lambda node: quoted(node.value),
    nodes.BooleanLiteral: lambda node: "true" if node.value else "false",
    nodes.NullLiteral: lambda node: "null",
    nodes.AtLiteral: lambda node: f"@{quoted(node.text)}",
    nodes.Name: lambda node: node.name,
    nodes.Path: lambda node: f"{_at(node.source, _POSTFIX)}.{node.name}",
    nodes.Negation: _negation,
    nodes.Arithmetic: _arithmetic,
    nodes.Comparison: _comparison,
    nodes.Between: _between,
    nodes.And: _junction("and", _AND),
    nodes.Or: _junction("or", _OR),
    nodes.If: lambda n: f"if {print_tree(n.condition)} then {print_tree(n.then)} else {print_tree(n.otherwise)}",
    nodes.For: lambda node: f"for {_iterators(node.iterators)} return {print_tree(node.body)}",
    nodes.Quantified: lambda n: f"{n.kind} {_iterators(n.iterators)} satisfies {print_tree(n.condition)}",
    nodes.ListLiteral: _list,
    nodes.ContextLiteral: _context,
    nodes.RangeLiteral: _range,
    nodes.UnaryRange: lambda node: f"({node.operator} {_at(node.endpoint, _SUM)})",
    nodes.Filter: lambda node: f"{_at(node.source, _POSTFIX)}[{print_tree(node.condition)}]",
    nodes.Call: _call,
    nodes.InstanceOf: lambda node: f"{_at(node.operand, _COMPARE)} instance of {print_type(node.type)}",
    nodes.FunctionLiteral: _function,
    nodes.ComparisonTest: lambda node: f"{node.operator} {_at(node.operand, _SUM)}",
    nodes.InTests: _in_tests,
    nodes.UnaryTests: _tests,
}
