"""The syntax tree: frozen nodes, each with its place (offsets) in the text."""

from __future__ import annotations

from collections.abc import Iterator as AnyIterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Any, Literal

ArithmeticOperator = Literal["+", "-", "*", "/", "**"]
ComparisonOperator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Root of all nodes. ``start`` and ``end`` are offsets into the expression's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class NumberLiteral(Node):
    """A number; a minus before it is part of it."""

    value: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class StringLiteral(Node):
    """A text."""

    value: str


@dataclass(frozen=True, slots=True, eq=False)
class BooleanLiteral(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class NullLiteral(Node):
    """``null``."""


@dataclass(frozen=True, slots=True, eq=False)
class AtLiteral(Node):
    """A temporal value written ``@"..."``; ``text`` is what stands between the quotes."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Path(Node):
    """``source.name``."""

    source: Node
    name: str
    name_start: int


@dataclass(frozen=True, slots=True, eq=False)
class Negation(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    """Two operands of + - * / **."""

    operator: ArithmeticOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Node):
    """Two operands of a comparison."""

    operator: ComparisonOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    """``operand between low and high``."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, eq=False)
class And(Node):
    """Two or more operands."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or(Node):
    """Two or more operands."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
    """``if condition then ... else ...``."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class Iterator(Node):
    """``name in domain``; with ``last`` the domain counts from ``domain`` to ``last``."""

    name: str
    domain: Node
    last: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class For(Node):
    """``for iterators return body``."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Node):
    """``some`` and ``every``."""

    kind: Literal["some", "every"]
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class ListLiteral(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Node):
    """One ``key: value`` of a context."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class ContextLiteral(Node):
    """``{key: value}``."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RangeLiteral(Node):
    """``[low..high]`` with either bracket open or closed."""

    low_closed: bool
    low: Node
    high: Node
    high_closed: bool


@dataclass(frozen=True, slots=True, eq=False)
class UnaryRange(Node):
    """A range with one end: ``(< 10)``, ``(= 3)``."""

    operator: ComparisonOperator
    endpoint: Node


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Node):
    """``source[condition]``."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class Argument(Node):
    """One argument of a call by name."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """A call by position (``named`` empty) or by name (``arguments`` empty)."""

    function: Node
    arguments: tuple[Node, ...]
    named: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TypeName(Node):
    """A type as written. ``name`` is ``list``, ``context``, ``range``, ``function`` or a single type's name."""

    name: str
    arguments: tuple[TypeName, ...] = ()
    fields: tuple[str, ...] = ()
    result: TypeName | None = None


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf(Node):
    """``operand instance of type``."""

    operand: Node
    type: TypeName


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Node):
    """One parameter of a function."""

    name: str
    type: TypeName | None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionLiteral(Node):
    """``function(a, b) body``."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonTest(Node):
    """A unary test with an operator: ``< 10`` in a cell or after ``in``."""

    operator: ComparisonOperator
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class InTests(Node):
    """``operand in test`` or ``operand in (test, test)``."""

    operand: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class UnaryTests(Node):
    """A cell: any of ``tests`` holds of ``?``, or none when negated. No tests at all: always true."""

    tests: tuple[Node, ...]
    negated: bool


def children(node: Node) -> AnyIterator[Node]:
    """Yield the nodes directly below ``node``, in the order of the text."""
    kind: Any = type(node)
    for name in _below(kind):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for part in value:
                if isinstance(part, Node):
                    yield part


def walk(node: Node) -> AnyIterator[Node]:
    """Yield ``node`` and every node below it; no recursion."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(children(one))


@cache
def _below(kind: Any) -> tuple[str, ...]:
    plain = {"int", "str", "bool", "Decimal", "ArithmeticOperator", "ComparisonOperator"}
    return tuple(f.name for f in fields(kind) if f.type not in plain)
