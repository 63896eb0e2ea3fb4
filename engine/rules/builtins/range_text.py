"""``range()``: a range from its text. The ends are literals or calls that make a date, time or duration."""

from __future__ import annotations

from typing import Any

from engine.rules import nodes
from engine.rules.builtins.declare import builtin, declared
from engine.rules.evaluation import Run
from engine.rules.feel_names import trie_of
from engine.rules.feel_types import ANY, RangeType
from engine.rules.functions import NoValue
from engine.rules.limits import Limits
from engine.rules.parser import SyntaxFault, parse
from engine.rules.ranges import FeelRange
from engine.rules.scanner import Vocabulary
from engine.rules.temporal.parsing import parse_any
from engine.rules.values import compare

_MAKERS = ("date", "time", "date and time", "duration")
_VOCABULARY = Vocabulary(trie_of(frozenset(_MAKERS)))
_LIMITS = Limits(tokens=64, nesting=4, depth=8)


@builtin("range", "from: text", RangeType(ANY), with_run=True)
def range_from_text(run: Run, text: str) -> FeelRange:
    """Return the range that ``text`` is written as."""
    try:
        tree = parse(text, _VOCABULARY, _LIMITS)
    except SyntaxFault:
        raise NoValue("FEEL229", kind="range", text=text) from None
    if not isinstance(tree, nodes.RangeLiteral):
        raise NoValue("FEEL229", kind="range", text=text)
    low, high = _end(tree.low, run, text), _end(tree.high, run, text)
    if compare("<=", low, high) is not True:
        raise NoValue("FEEL229", kind="range", text=text)
    return FeelRange(low, high, tree.low_closed, tree.high_closed)


def _end(node: nodes.Node, run: Run, text: str) -> Any:
    if isinstance(node, nodes.NumberLiteral | nodes.StringLiteral):
        return node.value
    if isinstance(node, nodes.AtLiteral):
        return parse_any(node.text)
    if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Name) and node.function.name in _MAKERS:
        literals = [argument.value for argument in node.arguments if isinstance(argument, nodes.StringLiteral)]
        if len(literals) == len(node.arguments) == 1:
            return declared()[node.function.name].call(run, literals)
    raise NoValue("FEEL229", kind="range", text=text)
