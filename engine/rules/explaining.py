"""Shows how a result came about: every part of an expression with its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.rules import nodes
from engine.rules.checking.bindings import Function
from engine.rules.crossing import to_python
from engine.rules.evaluation import Run
from engine.rules.expression import Expression
from engine.rules.nodes import Node
from engine.rules.writing import literal_text

_SHOWN = 200
SILENT = (
    nodes.NumberLiteral, nodes.StringLiteral, nodes.BooleanLiteral, nodes.NullLiteral, nodes.AtLiteral,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One part: its text, its value, the reasons for a null, and the parts it is made of."""

    text: str
    start: int
    end: int
    value: Any
    shown: str
    reasons: tuple[str, ...]
    parts: tuple[Step, ...]

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield the tree as indented lines, the whole first."""
        because = f"   ({'; '.join(self.reasons)})" if self.reasons else ""
        yield f"{'  ' * depth}{self.text} = {self.shown}{because}"
        for part in self.parts:
            yield from part.lines(depth + 1)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "text": self.text, "start": self.start, "end": self.end, "value": self.shown,
            "reasons": list(self.reasons), "parts": [part.as_dict() for part in self.parts],
        }  # fmt: skip


def explain(expression: Expression, names: Mapping[str, Any], run: Run) -> Step:
    """Return the expression's parts with their values. Parts inside a loop or function have no value of their own."""
    return _Explainer(expression, names, run).step(expression.tree)


class _Explainer:
    def __init__(self, expression: Expression, names: Mapping[str, Any], run: Run) -> None:
        self.expression, self.names, self.run = expression, names, run

    def step(self, node: Node) -> Step:
        trial = Run(self.run.now, self.run.zone, self.run.limits)
        value = self.expression.part(node)(self.names, trial)
        parts = tuple(self.step(part) for part in self.below(node))
        told = {reason for part in parts for reason in part.reasons}
        reasons = tuple(text for text in dict.fromkeys(one.message for one in trial.warnings) if text not in told)
        text = " ".join(self.expression.text[node.start : node.end].split())
        return Step(text, node.start, node.end, _plain(value), _shown(value), reasons, parts)

    def below(self, node: Node) -> Iterator[Node]:
        """Yield the parts that had a say: of a condition's branches only the one that was taken."""
        if not isinstance(node, nodes.If):
            yield from self.visible(node)
            return
        trial = Run(self.run.now, self.run.zone, self.run.limits)
        taken = self.expression.part(node.condition)(self.names, trial) is True
        for part in (node.condition, node.then if taken else node.otherwise):
            if not isinstance(part, SILENT):
                yield part

    def visible(self, node: Node) -> Iterator[Node]:
        """Yield the parts below that have a value of their own and tell something new."""
        if isinstance(node, nodes.For | nodes.Quantified):
            yield from (it.domain for it in node.iterators[:1] if not isinstance(it.domain, SILENT))
            return
        if isinstance(node, nodes.FunctionLiteral | nodes.ContextLiteral):
            return
        if isinstance(node, nodes.Filter):
            yield node.source
            return
        if isinstance(node, nodes.InTests | nodes.UnaryTests):
            below = [node.operand, *node.tests] if isinstance(node, nodes.InTests) else list(node.tests)
            below = [one.operand if isinstance(one, nodes.ComparisonTest) else one for one in below]
        elif isinstance(node, nodes.Call):
            below = [*node.arguments, *(argument.value for argument in node.named)]
        elif isinstance(node, nodes.Path):
            below = [] if isinstance(node.source, nodes.Name | nodes.Path) else [node.source]
        else:
            below = list(nodes.children(node))
        for one in below:
            function = isinstance(self.expression.checked.bindings.get(one), Function)
            if not isinstance(one, (*SILENT, nodes.FunctionLiteral, nodes.TypeName)) and not function:
                yield one


def _shown(value: Any) -> str:
    try:
        text = literal_text(value)
    except OverflowError:
        return "..."
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _plain(value: Any) -> Any:
    try:
        return to_python(value)
    except OverflowError:
        return None
