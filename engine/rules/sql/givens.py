"""What is known before a row is read: found in the tree once, calculated in Python for each execution.

The largest parts of an expression that look at no row (literals, ``actor.department``, ``today() - @"P30D"``) are its
*givens*. They are calculated by the same closures as ever and reach SQL as bound parameters. What of a value decides
how the SQL reads (that it is null, a truth value, its kind, the digits of a number that enters arithmetic) is its
*shape*; all else may change from one execution to the next without another statement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from engine.rules import nodes
from engine.rules.checking.bindings import Binding, Function, ItemField, Local, Root
from engine.rules.checking.checker import Checked
from engine.rules.evaluation import Run
from engine.rules.feel_types import FeelType, ListType, RecordType
from engine.rules.nodes import Node
from engine.rules.numbers import CONTEXT
from engine.rules.source import Source
from engine.rules.temporal.dates import FarDate
from engine.rules.temporal.durations import TimeDuration
from engine.rules.temporal.times import FeelDateTime, FeelTime
from engine.rules.values import BOOLEAN, DATE, DATE_TIME, DAYS, LIST, NULL, NUMBER, TIME, from_python, kind_of

Closure = Callable[[Mapping[str, Any], Run], Any]


class Said(Protocol):
    """A compiled expression, as far as SQL asks."""

    @property
    def source(self) -> Source: ...
    @property
    def checked(self) -> Checked: ...
    @property
    def scope(self) -> Any: ...
    def part(self, node: Node) -> Closure: ...


class Shape(NamedTuple):
    """What of a given decides how the SQL reads.

    ``scale`` and ``digits``: of a number that enters arithmetic. ``zoned``: a time with a zone or offset.
    ``far``: before the year 1 (-1) or after 9999 (1). ``kinds`` and ``holed``: of the items of a list, and whether a
    null is among them.
    """

    kind: str
    truth: bool | None = None
    scale: int = 0
    digits: int = 0
    negative: bool = False
    zoned: bool = False
    far: int = 0
    kinds: tuple[str, ...] = ()
    holed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A given in the statement that is being made: its place among the givens, and its shape."""

    index: int
    type: FeelType
    shape: Shape

    @property
    def kind(self) -> str:
        return self.shape.kind


@dataclass(slots=True)
class _Part:
    closure: Closure
    type: FeelType
    exact: bool
    fixed: bool  # the same in every execution
    kept: tuple[Any, Shape] | None = None

    def calculate(self, names: Mapping[str, Any], run: Run) -> tuple[Any, Shape]:
        if self.kept is not None:
            return self.kept
        value = _plain(self.type, self.closure(names, run))
        found = value, shape_of(value, exact=self.exact)
        if self.fixed:
            self.kept = found
        return found


@dataclass(frozen=True, slots=True)
class Given:
    """The values of one execution. ``shape`` belongs into the key of a kept statement."""

    values: tuple[Any, ...]
    shapes: tuple[Shape, ...]

    @property
    def shape(self) -> Hashable:
        """What the text of the statement depends on."""
        return self.shapes


_PARTS = (nodes.Iterator, nodes.Entry, nodes.Parameter)


class Givens:
    """The givens of one expression. ``form`` is its structure without their values: equal forms make equal SQL."""

    def __init__(self, said: Said, is_bound: Callable[[str], bool]) -> None:
        self._said = said
        self._checked = said.checked
        self._is_bound = is_bound
        self._free: dict[Node, tuple[bool, frozenset[int]]] = {}
        self._parts: list[_Part] = []
        self.index: dict[Node, int] = {}
        # a text keeps its hash
        self.form = repr(self._look(said.checked.tree, exact=True))

    @property
    def types(self) -> tuple[FeelType, ...]:
        return tuple(part.type for part in self._parts)

    @property
    def steady(self) -> bool:
        """Tell whether no given depends on the time of the execution."""
        bindings = self._checked.bindings.values()
        return not any(isinstance(one, Function) and one.name in _CHANGING for one in bindings)

    @property
    def momentary(self) -> bool:
        """Tell whether a given may be another one at each moment, not only on each day."""
        bindings = self._checked.bindings.values()
        return any(isinstance(one, Function) and one.name == "now" for one in bindings)

    def calculate(self, names: Mapping[str, Any], run: Run) -> Given:
        """Return the values for one execution."""
        found = [part.calculate(names, run) for part in self._parts]
        return Given(tuple(value for value, _ in found), tuple(shape for _, shape in found))

    # -- finding ----------------------------------------------------------------------------------------------

    def _look(self, node: Node, *, exact: bool) -> Hashable:
        """Collect the givens below ``node`` and return its form."""
        if self._is_given(node) and not _spread(node):
            self.index[node] = len(self._parts)
            type_ = self._checked.types[node]
            self._parts.append(_Part(self._said.part(node), type_, exact, self._is_fixed(node)))
            return ("?", str(type_), exact)
        form: list[Hashable] = [type(node).__name__]
        compares = isinstance(node, _COMPARING)
        for part in fields(node):
            value = getattr(node, part.name)
            if part.name in ("start", "end", "name_start"):
                continue
            if isinstance(node, nodes.Call) and part.name == "function" and isinstance(value, nodes.Name):
                form.append(value.name)
            elif isinstance(value, Node):
                form.append(self._look(value, exact=not compares or part.name == "operand"))
            elif isinstance(value, tuple) and all(isinstance(one, Node) for one in value):
                form.append(tuple(self._look(one, exact=not compares) for one in value))
            else:
                form.append(repr(value))
        return tuple(form)

    def _is_fixed(self, node: Node) -> bool:
        bindings = (self._checked.bindings.get(one) for one in nodes.walk(node))
        return not any(
            isinstance(binding, Root) or (isinstance(binding, Function) and binding.name in _CHANGING)
            for binding in bindings
        )

    def _is_given(self, node: Node) -> bool:
        if node not in self._checked.types or isinstance(node, _PARTS):
            return False  # an iterator, an entry, an argument: no value of its own
        of_row, slots = self._freedom(node)
        return not of_row and not slots

    def _freedom(self, node: Node) -> tuple[bool, frozenset[int]]:
        """Tell whether the row is looked at, and which variables of the surroundings are."""
        found = self._free.get(node)
        if found is None:
            of_row, used = self._named(self._checked.bindings.get(node))
            own: set[int] = set()
            for child in nodes.children(node):
                child_row, child_slots = self._freedom(child)
                of_row, used = of_row or child_row, used | child_slots
                if isinstance(child, nodes.Iterator | nodes.Entry | nodes.Parameter):
                    own.add(self._checked.slots.get(child, -1))
            own.add(self._checked.slots.get(node, -1))
            found = self._free[node] = (of_row, used if isinstance(node, _DECLARED) else used - own)
        return found

    def _named(self, binding: Binding | None) -> tuple[bool, frozenset[int]]:
        if binding is None or isinstance(binding, Function):
            return False, frozenset()
        if isinstance(binding, Root):
            return not self._is_bound(binding.name), frozenset()
        if isinstance(binding, Local):
            return False, frozenset((binding.slot,))
        if isinstance(binding, ItemField):
            of_row, slots = self._named(binding.otherwise)
            return of_row, slots | {binding.slot}
        return True, frozenset()


_CHANGING = frozenset(("now", "today"))
_DECLARED = (nodes.Iterator, nodes.Entry, nodes.Parameter)
_COMPARING = (nodes.Comparison, nodes.Between, nodes.InTests, nodes.ComparisonTest, nodes.RangeLiteral,
              nodes.UnaryRange, nodes.ListLiteral)  # fmt: skip


def _spread(node: Node) -> bool:
    """Tell whether the parts of a node are said one by one although all of it is known."""
    if isinstance(node, nodes.RangeLiteral | nodes.UnaryRange | nodes.ComparisonTest):
        return True
    return isinstance(node, nodes.ListLiteral) and any(_spread(item) for item in node.items)


def _plain(type_: FeelType, value: Any) -> Any:
    """Return the value as it is compared: a record by its id."""
    element = type_.element if isinstance(type_, ListType) else type_
    if isinstance(element, RecordType):
        return _identity(value)
    return from_python(value)


def _identity(value: Any) -> Any:
    if value is None or type(value) is str:
        return value
    if isinstance(value, Mapping):
        return value.get("id")
    if isinstance(value, list | tuple | set | frozenset):
        return [_identity(item) for item in value]
    return getattr(value, "id", value)


# -- shapes ----------------------------------------------------------------------------------------------------

_PLAIN_SHAPES = {kind: Shape(kind) for kind in (NULL, NUMBER, "string", DATE, DAYS)}
_TRUTHS = {truth: Shape(BOOLEAN, truth) for truth in (True, False)}


def shape_of(value: Any, *, exact: bool = False) -> Shape:
    """Return the shape of a value. ``exact``: it enters arithmetic, not only a comparison."""
    kind = kind_of(value)
    if kind == BOOLEAN:
        return _TRUTHS[value]
    if kind in (NUMBER, DAYS) and exact:
        return _digits(kind, value if kind == NUMBER else seconds_of(value))
    if kind == DATE and type(value) is FarDate:
        return Shape(DATE, far=1 if value > date.max else -1)
    if isinstance(value, FeelDateTime):
        far = 0 if _near(value) else 1 if value.days > 0 else -1
        return Shape(DATE_TIME, zoned=value.zone is not None, far=far)
    if isinstance(value, FeelTime):
        return Shape(TIME, zoned=value.zone is not None)
    if kind == LIST:
        kinds = {kind_of(item) for item in value}
        return Shape(LIST, kinds=tuple(sorted(kinds - {NULL})), holed=NULL in kinds)
    return _PLAIN_SHAPES.get(kind) or Shape(kind)


def seconds_of(duration: TimeDuration) -> Decimal:
    """Return a duration in seconds."""
    return CONTEXT.scaleb(Decimal(duration.nanos), -9)


def _near(value: FeelDateTime) -> bool:
    # an offset may carry an instant out of the years that databases and Python share
    return date.min.toordinal() < value.days < date.max.toordinal()


def _digits(kind: str, number: Decimal) -> Shape:
    _, figures, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    whole = len(figures)
    while whole > 1 and figures[whole - 1] == 0 and exponent < 0:
        whole, exponent = whole - 1, exponent + 1
    scale = max(-exponent, 0)
    return Shape(kind, scale=scale, digits=whole + max(exponent, 0), negative=number < 0)


def imagined_shape(type_: FeelType, *, exact: bool = True) -> Shape:
    """Return a shape that a value of a type may have, for asking whether SQL can be made at all."""
    base = type_.base()
    if isinstance(base, RecordType):
        return _PLAIN_SHAPES["string"]
    if isinstance(base, ListType):
        return Shape(LIST, kinds=(imagined_shape(base.element).kind,))
    if base.name == BOOLEAN:
        return _TRUTHS[True]
    if base.name in (NUMBER, DAYS) and exact:
        return Shape(base.name, digits=1)
    return Shape(NULL) if base.name == "Any" else Shape(base.name, zoned=base.name == DATE_TIME)


__all__ = ["Given", "Givens", "Known", "Said", "Shape", "imagined_shape", "seconds_of", "shape_of"]
