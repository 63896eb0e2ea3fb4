"""Closures for shapes that types prove: no dispatch, and one closure where the plain ones are three.

Each holds the plain closure of its node for whatever does not go as the types promise; that one finds the reason.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.rules import nodes
from engine.rules.checking.bindings import ItemField, Local, Root
from engine.rules.closures.building import Building
from engine.rules.closures.folding import NOTHING
from engine.rules.closures.site import Closure
from engine.rules.crossing import from_python
from engine.rules.evaluation import Run
from engine.rules.feel_types import BOOLEAN, DATE, NUMBER, STRING, ContextType, FeelType, RecordType
from engine.rules.nodes import Node
from engine.rules.ranges import FeelRange

Names = Mapping[str, Any]
MISFITS = (TypeError, KeyError, AttributeError, ArithmeticError)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
}
_DIRECT = (NUMBER, STRING, DATE)


def fused(builder: Building, node: Node, plain: Callable[[], Closure]) -> Closure | None:
    """Return a faster closure for ``node`` when its types allow; ``plain`` builds the one that takes anything."""
    fuse = _FUSERS.get(type(node))
    return None if fuse is None else fuse(builder, node, plain)


# -- readers ---------------------------------------------------------------------------------------------------


class Reader:
    """A place that a value is read from without a closure: a name, a field of a name, a field of a variable."""

    __slots__ = ("field", "kind", "name")

    def __init__(self, kind: str, name: Any, field: str = "") -> None:
        self.kind, self.name, self.field = kind, name, field


def reader_of(builder: Building, node: Node) -> Reader | None:
    """Return the reader of a name or of a path of one step over a record."""
    binding = builder.checked.bindings.get(node)
    if isinstance(binding, Root):
        return Reader("root", binding.name)
    if isinstance(binding, ItemField) and binding.known:
        return Reader("item", binding.slot, binding.name)
    if isinstance(node, nodes.Path) and isinstance(builder.type_of(node.source), RecordType | ContextType):
        source = builder.checked.bindings.get(node.source)
        if isinstance(source, Root):
            return Reader("path", source.name, node.name)
        if isinstance(source, Local):
            return Reader("item", source.slot, node.name)
    return None


def with_constant(reader: Reader, act: Callable[[Any, Any], Any], constant: Any, plain: Closure) -> Closure:
    """Return ``act(value, constant)`` of what is read."""
    name, field = reader.name, reader.field
    if reader.kind == "root":

        def from_root(n: Names, r: Run) -> Any:
            try:
                return act(n[name], constant)
            except MISFITS:
                return plain(n, r)

        return from_root
    if reader.kind == "item":

        def from_item(n: Names, r: Run) -> Any:
            try:
                return act(r.slots[name][field], constant)
            except MISFITS:
                return plain(n, r)

        return from_item

    def from_path(n: Names, r: Run) -> Any:
        try:
            return act(n[name][field], constant)
        except MISFITS:
            return plain(n, r)

    return from_path


# -- comparisons -----------------------------------------------------------------------------------------------


def _comparison(builder: Building, node: nodes.Comparison, plain: Callable[[], Closure]) -> Closure | None:
    left, right = builder.type_of(node.left).base(), builder.type_of(node.right).base()
    if left != right or not (left in _DIRECT or (left == BOOLEAN and node.operator in ("=", "!="))):
        return None
    sides: tuple[Node, Node, str] = (node.left, node.right, node.operator)
    if node.left in builder.known:
        sides = (node.right, node.left, _TURNED[node.operator])
    value, other, operator = sides
    act, constant = _COMPARE[operator], builder.known.get(other, NOTHING)
    if constant is not NOTHING:
        reader = reader_of(builder, value)
        if reader is not None:
            return with_constant(reader, act, constant, plain())
    one, two, slow = builder.build(value), builder.build(other), plain()

    def run(n: Names, r: Run) -> Any:
        try:
            return act(one(n, r), two(n, r))
        except MISFITS:
            return slow(n, r)

    return run


def _between(builder: Building, node: nodes.Between, plain: Callable[[], Closure]) -> Closure | None:
    low, high = builder.known.get(node.low, NOTHING), builder.known.get(node.high, NOTHING)
    type_ = builder.type_of(node.operand).base()
    if low is NOTHING or high is NOTHING or type_ not in _DIRECT or not _of(type_, low, high):
        return None
    return _bounded(builder, node.operand, FeelRange(low, high, True, True), plain())


def _in_tests(builder: Building, node: nodes.InTests, plain: Callable[[], Closure]) -> Closure | None:
    type_ = builder.type_of(node.operand).base()
    if type_ not in _DIRECT:
        return None
    if len(node.tests) == 1:
        test = builder.known.get(node.tests[0], NOTHING)
        if isinstance(test, FeelRange) and not test.operator and _of(type_, test.low, test.high):
            return _bounded(builder, node.operand, test, plain())
        items: list[Any] = list(test) if isinstance(test, list | tuple) else [NOTHING]
    else:
        items = [builder.known.get(test, NOTHING) for test in node.tests]
    if not _of(type_, *items):
        return None
    return _among(builder, node.operand, frozenset(items), plain())


def _of(type_: FeelType, *values: Any) -> bool:
    kind = {NUMBER: Decimal, STRING: str, DATE: date}[type_]
    return all(type(value) is kind for value in values)


def _within(operand: Any, allowed: frozenset[Any]) -> bool:
    return operand in allowed


def _among(builder: Building, operand: Node, allowed: frozenset[Any], slow: Closure) -> Closure:
    reader = reader_of(builder, operand)
    if reader is not None and reader.kind == "root":
        name = reader.name

        def from_root(n: Names, r: Run) -> Any:
            try:
                return n[name] in allowed
            except MISFITS:
                return slow(n, r)

        return from_root
    if reader is not None:
        return with_constant(reader, _within, allowed, slow)
    value = builder.build(operand)

    def run(n: Names, r: Run) -> Any:
        try:
            return value(n, r) in allowed
        except MISFITS:
            return slow(n, r)

    return run


def _bounded(builder: Building, operand: Node, bounds: FeelRange, slow: Closure) -> Closure:
    act = _RANGE_TESTS[bounds.low_closed, bounds.high_closed]
    low, high = bounds.low, bounds.high
    reader = reader_of(builder, operand)
    if reader is not None and reader.kind == "root":
        return act(reader.name, low, high, slow)
    value = builder.build(operand)
    above, below = _COMPARE[">=" if bounds.low_closed else ">"], _COMPARE["<=" if bounds.high_closed else "<"]

    def run(n: Names, r: Run) -> Any:
        try:
            found = value(n, r)
            return above(found, low) and below(found, high)
        except MISFITS:
            return slow(n, r)

    return run


def _closed(name: str, low: Any, high: Any, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return low <= n[name] <= high
        except MISFITS:
            return slow(n, r)

    return run


def _closed_open(name: str, low: Any, high: Any, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return low <= n[name] < high
        except MISFITS:
            return slow(n, r)

    return run


def _open_closed(name: str, low: Any, high: Any, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return low < n[name] <= high
        except MISFITS:
            return slow(n, r)

    return run


def _open(name: str, low: Any, high: Any, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return low < n[name] < high
        except MISFITS:
            return slow(n, r)

    return run


_RANGE_TESTS = {(True, True): _closed, (True, False): _closed_open, (False, True): _open_closed, (False, False): _open}


# -- arithmetic ------------------------------------------------------------------------------------------------


def _arithmetic(builder: Building, node: nodes.Arithmetic, plain: Callable[[], Closure]) -> Closure | None:
    act = _ARITHMETIC.get(node.operator)
    if act is None or builder.type_of(node.left) != NUMBER or builder.type_of(node.right) != NUMBER:
        return None
    constant = builder.known.get(node.right, NOTHING)
    slow = plain()
    if constant is not NOTHING:
        reader = reader_of(builder, node.left)
        if reader is not None:
            return with_constant(reader, act, constant, slow)
        return _after(builder.build(node.left), act, constant, slow)
    constant = builder.known.get(node.left, NOTHING)
    if constant is not NOTHING:
        return _before(constant, act, builder.build(node.right), slow)
    return _both(builder.build(node.left), act, builder.build(node.right), slow)


def _after(left: Closure, act: Callable[[Any, Any], Any], constant: Any, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return act(left(n, r), constant)
        except MISFITS:
            return slow(n, r)

    return run


def _before(constant: Any, act: Callable[[Any, Any], Any], right: Closure, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return act(constant, right(n, r))
        except MISFITS:
            return slow(n, r)

    return run


def _both(left: Closure, act: Callable[[Any, Any], Any], right: Closure, slow: Closure) -> Closure:
    def run(n: Names, r: Run) -> Any:
        try:
            return act(left(n, r), right(n, r))
        except MISFITS:
            return slow(n, r)

    return run


# -- names and paths -------------------------------------------------------------------------------------------

_NATIVE = frozenset((Decimal, str, bool, date, type(None)))


def _read(builder: Building, node: Node, plain: Callable[[], Closure]) -> Closure | None:
    type_ = builder.type_of(node).base()
    reader = reader_of(builder, node)
    if reader is None or not (type_ in _DIRECT or type_ == BOOLEAN):
        return None
    slow, name, field = plain(), reader.name, reader.field
    if reader.kind == "root":

        def from_root(n: Names, r: Run) -> Any:
            try:
                value = n[name]
            except KeyError:
                return slow(n, r)
            return value if type(value) in _NATIVE else from_python(value)

        return from_root
    if reader.kind == "item":

        def from_item(n: Names, r: Run) -> Any:
            try:
                value = r.slots[name][field]
            except MISFITS:
                return slow(n, r)
            return value if type(value) in _NATIVE else from_python(value)

        return from_item

    def from_path(n: Names, r: Run) -> Any:
        try:
            value = n[name][field]
        except MISFITS:
            return slow(n, r)
        return value if type(value) in _NATIVE else from_python(value)

    return from_path


_FUSERS: dict[type[Node], Callable[[Building, Any, Callable[[], Closure]], Closure | None]] = {
    nodes.Comparison: _comparison,
    nodes.Between: _between,
    nodes.InTests: _in_tests,
    nodes.Arithmetic: _arithmetic,
    nodes.Name: _read,
    nodes.Path: _read,
}
