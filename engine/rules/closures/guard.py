"""What stands around a closure: decimal arithmetic, slots, limits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import getcontext, setcontext
from typing import Any

from engine.rules import nodes
from engine.rules.closures.site import Closure
from engine.rules.evaluation import LimitReached, Run
from engine.rules.nodes import Node
from engine.rules.numbers import CONTEXT
from engine.rules.source import Source

BROKEN = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
_PLAIN = (
    nodes.Name, nodes.Path, nodes.NumberLiteral, nodes.StringLiteral, nodes.BooleanLiteral, nodes.NullLiteral,
    nodes.AtLiteral, nodes.Comparison, nodes.Between, nodes.InTests, nodes.ComparisonTest, nodes.And, nodes.Or,
    nodes.If, nodes.ListLiteral, nodes.RangeLiteral, nodes.UnaryRange, nodes.UnaryTests,
)  # fmt: skip


def needs_nothing(tree: Node) -> bool:
    """Tell whether a tree neither calculates nor keeps variables."""
    return all(isinstance(node, _PLAIN) for node in nodes.walk(tree))


def guarded(closure: Closure, slot_count: int, source: Source, *, light: bool = False) -> Closure:
    """Return the closure with everything it needs set up around it; nothing that bad data cause leaves it.

    ``light``: it needs no decimal arithmetic and no slots.
    """

    def run(names: Mapping[str, Any], run: Run) -> Any:
        outer, slots = getcontext(), run.slots
        setcontext(CONTEXT)
        run.slots = [None] * slot_count
        try:
            return closure(names, run)
        except LimitReached as limit:
            return run.warn(limit.code, source.span_at(0), **limit.params)
        except BROKEN as error:
            return run.warn("FEEL299", source.span_at(0), error=type(error).__name__)
        finally:
            run.slots = slots
            setcontext(outer)

    def run_light(names: Mapping[str, Any], run: Run) -> Any:
        try:
            return closure(names, run)
        except LimitReached as limit:
            return run.warn(limit.code, source.span_at(0), **limit.params)
        except BROKEN as error:
            return run.warn("FEEL299", source.span_at(0), error=type(error).__name__)

    return run_light if light else run
