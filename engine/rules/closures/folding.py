"""Constant folding: parts that depend on nothing are worked out when the expression is compiled."""

from __future__ import annotations

from decimal import getcontext, setcontext
from typing import Any

from engine.rules import nodes
from engine.rules.checking.bindings import Function
from engine.rules.closures.building import Building
from engine.rules.closures.guard import BROKEN
from engine.rules.closures.site import Closure
from engine.rules.evaluation import LimitReached, Run
from engine.rules.nodes import Node
from engine.rules.numbers import CONTEXT
from engine.rules.temporal.parsing import parse_any

_LITERALS = (nodes.NumberLiteral, nodes.StringLiteral, nodes.BooleanLiteral)
_FOLDED = (
    nodes.Arithmetic, nodes.Negation, nodes.Call, nodes.ListLiteral, nodes.RangeLiteral, nodes.UnaryRange,
)  # fmt: skip
_CLOCKS = frozenset(("now", "today", "evaluate"))
NOTHING = object()


def literal_value(node: Node) -> Any:
    """Return the value of a literal, or NOTHING."""
    if isinstance(node, _LITERALS):
        return node.value
    if isinstance(node, nodes.AtLiteral):
        value = parse_any(node.text)
        return NOTHING if value is None else value
    return NOTHING


def folded_value(builder: Building, node: Node, closure: Closure) -> Any:
    """Return what ``closure`` comes to when its node depends on nothing and has a value; else NOTHING."""
    if not isinstance(node, _FOLDED) or not _depends_on_nothing(builder, node):
        return NOTHING
    run, outer = Run.idle(), getcontext()
    setcontext(CONTEXT)
    try:
        value = closure({}, run)
    except (LimitReached, *BROKEN):
        return NOTHING
    finally:
        setcontext(outer)
    # a null keeps its reason for the run in which it occurs
    return NOTHING if value is None or run.warnings else value


def _depends_on_nothing(builder: Building, node: Node) -> bool:
    if isinstance(node, nodes.Call):
        binding = builder.checked.bindings.get(node.function)
        if not isinstance(binding, Function) or binding.name in _CLOCKS or node.named:
            return False
        return all(argument in builder.known for argument in node.arguments)
    return all(child in builder.known for child in nodes.children(node))
