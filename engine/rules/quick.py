"""The one box around simpleeval: conditions written in Python's syntax that come from other systems.

For rules that are brought along only, over plain values; never for permissions or filters. An error is a null with
its reason: such a rule fails closed. ``in_feel`` offers the same in FEEL where both mean the same.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import simpleeval

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.checking.complaints import diagnostic
from engine.rules.evaluation import Run
from engine.rules.source import Source, source_of
from engine.rules.writing import quoted

MAX_LENGTH = 2_000
MAX_DEPTH = 50
MAX_LEVELS = 3
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len, "min": min, "max": max, "abs": abs, "round": round, "str": str, "bool": bool, "sum": sum,
}  # fmt: skip
_SCALARS = (Decimal, int, str, bool, date, type(None))


@dataclass(frozen=True, slots=True)
class QuickExpression:
    """A condition in Python's syntax, parsed once."""

    text: str
    source: Source
    tree: ast.AST

    @property
    def roots(self) -> frozenset[str]:
        """Return the names that it begins with."""
        called = {id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        return frozenset(
            node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name) and id(node) not in called
        )

    def evaluate(self, names: Mapping[str, Any], run: Run) -> Any:
        """Return the value; null with a reason when it cannot be worked out."""
        box = _Strict(_plain(names, self.roots & names.keys()))
        try:
            return _result(box.eval(self.text, previously_parsed=self.tree))
        except simpleeval.InvalidExpression as error:
            return run.warn("FEEL260", self.source.span_at(0), why=str(error))
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            return run.warn("FEEL260", self.source.span_at(0), why=f"{type(error).__name__}: {error}")


def compile_quick(source: str | Source) -> QuickExpression:
    """Return the parsed condition. Raises BadDefinition with what is not allowed in it."""
    source = source_of(source)
    if len(source.text) > MAX_LENGTH:
        raise BadDefinition([diagnostic("FEEL021", source, 0, 0, max=MAX_LENGTH)])
    try:
        tree = ast.parse(source.text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadDefinition([diagnostic("FEEL061", source, 0, 0, why=str(error))]) from None
    if _depth(tree) > MAX_DEPTH:
        raise BadDefinition([diagnostic("FEEL020", source, 0, 0, max=MAX_DEPTH)])
    wrong = [_complaint(node, source) for node in ast.walk(tree) if not _allowed(node)]
    if wrong:
        raise BadDefinition(wrong)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            node.value = Decimal(repr(node.value))  # type: ignore[assignment]
    return QuickExpression(source.text, source, tree)


_ALLOWED = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub, ast.Mult,
    ast.Div, ast.Mod, ast.FloorDiv, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In,
    ast.NotIn, ast.Is, ast.IsNot, ast.IfExp, ast.Constant, ast.Name, ast.Load, ast.Tuple, ast.List, ast.Attribute,
    ast.Call,
)  # fmt: skip


class _Strict(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc]
    """Works out the allowed nodes and no others, whatever the library learns next."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(operators=_operators(), names=names)
        self.functions = dict(_FUNCTIONS)
        known: dict[type[ast.AST], Any] = dict(vars(self)["nodes"])
        self.nodes: dict[type[ast.AST], Any] = {kind: act for kind, act in known.items() if issubclass(kind, _ALLOWED)}


def _depth(tree: ast.AST) -> int:
    level, depth = [tree], 0
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and not node.attr.startswith("_")
    if isinstance(node, ast.Name):
        return not node.id.startswith("_")
    return isinstance(node, _ALLOWED)


def _complaint(node: ast.AST, source: Source) -> Diagnostic:
    return diagnostic("FEEL062", source, getattr(node, "col_offset", 0), 0, what=type(node).__name__)


class _Fields:
    """Plain values under their names; nothing else can be reached, not even the methods of a dict."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None


def _plain(names: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Return copies that hold nothing but scalars: no object of the engine can be reached from them."""
    return {name: _copied(names.get(name), 0) for name in wanted}


def _copied(value: Any, depth: int) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, _SCALARS):
        return value
    if depth < MAX_LEVELS and isinstance(value, Mapping):
        return _Fields({str(key): _copied(value.get(key), depth + 1) for key in value})
    if depth < MAX_LEVELS and isinstance(value, list | tuple):
        return [_copied(part, depth + 1) for part in value]
    return None


def _operators() -> dict[type[ast.AST], Callable[..., Any]]:
    table: dict[type[ast.AST], Callable[..., Any]] = dict(simpleeval.DEFAULT_OPERATORS)
    for kind, act in (
        (ast.Add, operator.add),
        (ast.Sub, operator.sub),
        (ast.Mult, operator.mul),
        (ast.Div, operator.truediv),
    ):
        table[kind] = _exact(act, table.get(kind, act))
    table[ast.Mod] = _exact(operator.mod, _refused)
    table[ast.FloorDiv] = _exact(operator.floordiv, _refused)
    return table


def _refused(left: Any, right: Any) -> Any:
    raise TypeError(f"not for {type(left).__name__} and {type(right).__name__}")


def _exact(act: Callable[[Any, Any], Any], otherwise: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Count in decimals: 0.1 + 0.2 is 0.3 here too."""

    def run(left: Any, right: Any) -> Any:
        numbers = (int, float, Decimal)
        if isinstance(left, numbers) and isinstance(right, numbers):
            return act(_decimal(left), _decimal(right))
        return otherwise(left, right)

    return run


def _decimal(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _result(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


# -- the same in FEEL ------------------------------------------------------------------------------------------

_COMPARE: dict[type[ast.AST], str] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "=", ast.IsNot: "!=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_IN_FEEL = {"len": "string length", "min": "min", "max": "max", "abs": "abs"}


def in_feel(expression: QuickExpression) -> str | None:
    """Return the condition in FEEL, or None where there is no plain equal."""
    try:
        return _feel(expression.tree)
    except KeyError:
        return None


def _feel(node: Any) -> str:
    return _TO_FEEL[type(node)](node)


def _feel_constant(node: ast.Constant) -> str:
    value = node.value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int | Decimal):
        return str(value)
    raise KeyError(type(value))


def _feel_compare(node: ast.Compare) -> str:
    parts, left = [], node.left
    for test, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(test, ast.In | ast.NotIn):
            said = f"{_feel(left)} in {_feel(right)}"
            parts.append(f"not({said})" if isinstance(test, ast.NotIn) else said)
        else:
            parts.append(f"{_feel(left)} {_COMPARE[type(test)]} {_feel(right)}")
        left = right
    return " and ".join(parts) if len(parts) == 1 else "(" + " and ".join(parts) + ")"


def _feel_unary(node: ast.UnaryOp) -> str:
    if isinstance(node.op, ast.Not):
        return f"not({_feel(node.operand)})"
    if isinstance(node.op, ast.USub):
        return f"-({_feel(node.operand)})"
    return _feel(node.operand)


_TO_FEEL: dict[type[Any], Callable[[Any], str]] = {
    ast.Constant: _feel_constant,
    ast.Name: lambda node: str(node.id),
    ast.Attribute: lambda node: f"{_feel(node.value)}.{node.attr}",
    ast.Compare: _feel_compare,
    ast.UnaryOp: _feel_unary,
    ast.BoolOp: lambda n: "(" + (" and " if isinstance(n.op, ast.And) else " or ").join(map(_feel, n.values)) + ")",
    ast.BinOp: lambda node: f"({_feel(node.left)} {_ARITHMETIC[type(node.op)]} {_feel(node.right)})",
    ast.IfExp: lambda node: f"if {_feel(node.test)} then {_feel(node.body)} else {_feel(node.orelse)}",
    ast.Tuple: lambda node: "[" + ", ".join(map(_feel, node.elts)) + "]",
    ast.List: lambda node: "[" + ", ".join(map(_feel, node.elts)) + "]",
    ast.Call: lambda node: f"{_IN_FEEL[node.func.id]}({', '.join(map(_feel, node.args))})",
}
