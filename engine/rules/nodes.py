"""The syntax tree: frozen nodes, each with its place (offsets) in the text."""

from __future__ import annotations

from collections.abc import Iterator as AnyIterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Literal

ArithmeticOperator = Literal["+", "-", "*", "/", "**"]
ComparisonOperator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Root of all nodes. ``start`` and ``end`` are offsets into the expression's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class NumberLiteral(Node):
    value: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class StringLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class BooleanLiteral(Node):
    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class NullLiteral(Node):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class AtLiteral(Node):
    """A temporal value written ``@"..."``; ``text`` is what stands between the quotes."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Path(Node):
    source: Node
    name: str
    name_start: int


@dataclass(frozen=True, slots=True, eq=False)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    operator: ArithmeticOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Node):
    operator: ComparisonOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, eq=False)
class And(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
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
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Node):
    key: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class ContextLiteral(Node):
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
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class Argument(Node):
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
    operand: Node
    type: TypeName


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Node):
    name: str
    type: TypeName | None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionLiteral(Node):
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
    for name in _below(type(node)):
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
def _below(kind: type[Node]) -> tuple[str, ...]:
    plain = {"int", "str", "bool", "Decimal", "ArithmeticOperator", "ComparisonOperator"}
    return tuple(f.name for f in fields(kind) if f.type not in plain)
