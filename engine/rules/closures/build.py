"""Builds the closure of a checked tree. One method per kind of node, named after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.rules import nodes
from engine.rules.builtins import BUILTINS
from engine.rules.checking.bindings import Binding, Function, ItemField, Local, Root
from engine.rules.checking.checker import Checked
from engine.rules.checking.written_types import UNKNOWN_TYPE, written_type
from engine.rules.closures import calls, iteration, logic
from engine.rules.closures.aggregates import fused_call
from engine.rules.closures.folding import NOTHING, folded_value, literal_value
from engine.rules.closures.fused import fused
from engine.rules.closures.records import equal_records
from engine.rules.closures.site import Closure, Site
from engine.rules.closures.tests import Equality, compare_with, matches
from engine.rules.crossing import IMPORT, from_python
from engine.rules.evaluation import Run
from engine.rules.feel_types import FeelType, ListType, RecordType
from engine.rules.functions import LIGHT, NoValue, weigh
from engine.rules.instances import is_instance
from engine.rules.nodes import Node
from engine.rules.operations import arithmetic, negate
from engine.rules.property_values import property_reader
from engine.rules.ranges import FeelRange, unary_range
from engine.rules.scope import NameScope
from engine.rules.source import Source
from engine.rules.temporal.parsing import parse_any
from engine.rules.values import compare, equal, kind_of


class Builder:
    """Turns nodes into closures ``(names, run) -> value``."""

    def __init__(self, checked: Checked, source: Source, scope: NameScope) -> None:
        self.checked, self.source, self.scope = checked, source, scope
        self.known: dict[Node, Any] = {}  # what is worked out already
        self._built: dict[Node, Closure] = {}

    def build(self, node: Node) -> Closure:
        """Return the closure of a node, the fastest that its types allow."""
        # a fused closure and its plain one ask for the same parts: built anew, the work would double at each level
        found = self._built.get(node)
        if found is None:
            found = self._built[node] = self._build(node)
        return found

    def _build(self, node: Node) -> Closure:
        literal = literal_value(node)
        if literal is not NOTHING:
            self.known[node] = literal
            return constant(literal)
        for child in nodes.children(node):
            if (value := literal_value(child)) is not NOTHING:
                self.known[child] = value
            elif type(child) in _FOLDABLE:
                self.build(child)
        closure = fused(self, node, lambda: self.plain(node)) or self.plain(node)
        value = folded_value(self, node, closure)
        if value is not NOTHING:
            self.known[node] = value
            return constant(value)
        return closure

    def plain(self, node: Node) -> Closure:
        """Return the closure that takes values of any kind."""
        return _METHODS[type(node)](self, node)

    def site(self, node: Node) -> Site:
        return Site(self.source, node)

    def type_of(self, node: Node) -> FeelType:
        return self.checked.types[node]

    # -- literals ---------------------------------------------------------------------------------------------

    def constant(self, node: Any) -> Closure:
        return constant(node.value)

    def null_literal(self, _node: nodes.NullLiteral) -> Closure:
        return constant(None)

    def at_literal(self, node: nodes.AtLiteral) -> Closure:
        value, site, text = parse_any(node.text), self.site(node), node.text
        if value is not None:
            return constant(value)
        return lambda n, r: site.warn(r, "FEEL229", kind="date or time", text=text)

    def list_literal(self, node: nodes.ListLiteral) -> Closure:
        items = [self.build(item) for item in node.items]
        return lambda n, r: [item(n, r) for item in items]

    def context_literal(self, node: nodes.ContextLiteral) -> Closure:
        keys = [entry.key for entry in node.entries]
        if len(set(keys)) != len(keys):
            site = self.site(node)
            return lambda n, r: site.warn(r, "FEEL228", function="context")
        parts = []
        for entry in node.entries:
            slot = self.checked.slots[entry]
            parts.append((entry.key, slot, self.entry_value(entry.value, slot)))

        def make(n: Mapping[str, Any], r: Run) -> dict[str, Any]:
            made = {}
            slots = r.slots
            for key, slot, value in parts:
                made[key] = slots[slot] = value(n, r)
            return made

        return make

    def entry_value(self, node: Node, slot: int) -> Closure:
        """Build a context entry; a function there may call itself by its key."""
        if isinstance(node, nodes.FunctionLiteral):
            return calls.function_literal(self, node, slot)
        return self.build(node)

    def range_literal(self, node: nodes.RangeLiteral) -> Closure:
        low, high, site = self.build(node.low), self.build(node.high), self.site(node)
        low_closed, high_closed = node.low_closed, node.high_closed

        def make(n: Mapping[str, Any], r: Run) -> Any:
            first, last = low(n, r), high(n, r)
            if first is not None and last is not None and compare("<=", first, last) is None:
                return site.warn(r, "FEEL202", operator="..", left=kind_of(first), right=kind_of(last))
            return FeelRange(first, last, low_closed, high_closed)

        return make

    def unary_range(self, node: nodes.UnaryRange) -> Closure:
        endpoint, operator = self.build(node.endpoint), node.operator
        return lambda n, r: unary_range(operator, endpoint(n, r))

    # -- names and paths --------------------------------------------------------------------------------------

    def name(self, node: nodes.Name) -> Closure:
        return self.bound(self.checked.bindings[node], self.site(node))

    def bound(self, binding: Binding, site: Site) -> Closure:
        if isinstance(binding, Root):
            return root(binding.name)
        if isinstance(binding, Local):
            slot = binding.slot
            return lambda n, r: r.slots[slot]
        if isinstance(binding, ItemField):
            return self.item_field(binding, site)
        if isinstance(binding, Function):
            return constant(BUILTINS[binding.name])
        name = getattr(binding, "name", "")
        return lambda n, r: site.warn(r, "FEEL205", name=name)

    def item_field(self, binding: ItemField, site: Site) -> Closure:
        slot, name = binding.slot, binding.name
        if binding.known or binding.otherwise is None:
            return lambda n, r: read_path(r.slots[slot], name, r, site)
        otherwise = self.bound(binding.otherwise, site)

        def read(n: Mapping[str, Any], r: Run) -> Any:
            item = r.slots[slot]
            if isinstance(item, Mapping) and name in item:
                return from_python(item.get(name))
            return otherwise(n, r)

        return read

    def path(self, node: nodes.Path) -> Closure:
        source, name, site = self.build(node.source), node.name, self.site(node)

        def read(n: Mapping[str, Any], r: Run) -> Any:
            return read_path(source(n, r), name, r, site)

        return read

    # -- operators --------------------------------------------------------------------------------------------

    def negation(self, node: nodes.Negation) -> Closure:
        operand, site = self.build(node.operand), self.site(node)

        def run(n: Mapping[str, Any], r: Run) -> Any:
            try:
                return negate(operand(n, r))
            except NoValue as reason:
                return site.explain(r, reason)

        return run

    def arithmetic(self, node: nodes.Arithmetic) -> Closure:
        left, right, operator, site = self.build(node.left), self.build(node.right), node.operator, self.site(node)

        def run(n: Mapping[str, Any], r: Run) -> Any:
            try:
                value = arithmetic(operator, left(n, r), right(n, r))
                if type(value) is str and len(value) > LIGHT:
                    weigh(value, r)
            except NoValue as reason:
                return site.explain(r, reason)
            return value

        return run

    def equality(self, *types: FeelType) -> Equality:
        """Return how values of these types are compared: records by their ids."""
        for type_ in types:
            if isinstance(type_.element if isinstance(type_, ListType) else type_, RecordType):
                return equal_records
        return equal

    def comparison(self, node: nodes.Comparison) -> Closure:
        left, right, operator, site = self.build(node.left), self.build(node.right), node.operator, self.site(node)
        same = self.equality(self.type_of(node.left), self.type_of(node.right))

        def run(n: Mapping[str, Any], r: Run) -> Any:
            one, other = left(n, r), right(n, r)
            found = compare_with(operator, one, other, same)
            if found is None and one is not None and other is not None:
                return site.warn(r, "FEEL202", operator=operator, left=kind_of(one), right=kind_of(other))
            return found

        return run

    def between(self, node: nodes.Between) -> Closure:
        operand, low, high = self.build(node.operand), self.build(node.low), self.build(node.high)

        def run(n: Mapping[str, Any], r: Run) -> bool | None:
            value = operand(n, r)
            above, below = compare(">=", value, low(n, r)), compare("<=", value, high(n, r))
            if above is False or below is False:
                return False
            return True if above and below else None

        return run

    def and_(self, node: nodes.And) -> Closure:
        return logic.conjunction([self.build(operand) for operand in node.operands])

    def or_(self, node: nodes.Or) -> Closure:
        return logic.disjunction([self.build(operand) for operand in node.operands])

    def if_(self, node: nodes.If) -> Closure:
        condition, then, otherwise = self.build(node.condition), self.build(node.then), self.build(node.otherwise)
        return lambda n, r: then(n, r) if condition(n, r) is True else otherwise(n, r)

    def instance_of(self, node: nodes.InstanceOf) -> Closure:
        operand, type_ = self.build(node.operand), written_type(node.type, self.scope, None)
        if type_ is UNKNOWN_TYPE:
            site, name = self.site(node), node.type.name
            return lambda n, r: site.warn(r, "FEEL206", name=name)
        return lambda n, r: is_instance(operand(n, r), type_)

    # -- tests ------------------------------------------------------------------------------------------------

    def in_tests(self, node: nodes.InTests) -> Closure:
        operand = self.build(node.operand)
        return self.any_test(operand, node.tests, self.type_of(node.operand), cell=False)

    def unary_tests(self, node: nodes.UnaryTests) -> Closure:
        if not node.tests:
            return constant(True)
        subject = self.scope.type_of("?")
        found = self.any_test(root("?"), node.tests, subject, cell=True)
        return logic.negation(found) if node.negated else found

    def any_test(self, subject: Closure, tests: tuple[Node, ...], type_: FeelType | None, *, cell: bool) -> Closure:
        """Return whether any of ``tests`` holds of the subject."""
        same = self.equality(*([type_] if type_ is not None else []))
        held = [self.test(test, same, cell=cell) for test in tests]
        if len(held) == 1:
            only = held[0]
            return lambda n, r: only(subject(n, r), n, r)

        def run(n: Mapping[str, Any], r: Run) -> bool | None:
            value, answer = subject(n, r), False
            unknown = False
            for test in held:
                found = test(value, n, r)
                if found is True:
                    return True
                unknown = unknown or found is None
            return None if unknown else answer

        return run

    def test(self, test: Node, same: Equality, *, cell: bool) -> Callable[[Any, Mapping[str, Any], Run], bool | None]:
        if isinstance(test, nodes.ComparisonTest):
            operand, operator = self.build(test.operand), test.operator
            return lambda value, n, r: compare_with(operator, value, operand(n, r), same)
        expression = self.build(test)
        if cell and any(isinstance(one, nodes.Name) and one.name == "?" for one in nodes.walk(test)):
            return lambda value, n, r: found if type(found := expression(n, r)) is bool else None
        return lambda value, n, r: matches(value, expression(n, r), same)

    # -- the rest ---------------------------------------------------------------------------------------------

    def for_(self, node: nodes.For) -> Closure:
        return iteration.for_(self, node)

    def quantified(self, node: nodes.Quantified) -> Closure:
        return iteration.quantified(self, node)

    def filter(self, node: nodes.Filter) -> Closure:
        return iteration.filter_(self, node)

    def call(self, node: nodes.Call) -> Closure:
        return fused_call(self, node, lambda: calls.call(self, node)) or calls.call(self, node)

    def function_literal(self, node: nodes.FunctionLiteral) -> Closure:
        return calls.function_literal(self, node, None)


def constant(value: Any) -> Closure:
    return lambda n, r: value


def root(name: str) -> Closure:
    """Read a name of the outer scope; what Python hands in becomes a value of the language."""
    convert = IMPORT.get

    def read(n: Mapping[str, Any], r: Run) -> Any:
        value = n.get(name)
        make = convert(type(value))
        return value if make is None else make(value)

    return read


def read_path(value: Any, name: str, run: Run, site: Site) -> Any:
    """Return ``value.name``: a field of a context, of each context of a list, or a built-in property."""
    if isinstance(value, Mapping):
        found = value.get(name)
        if found is None and name not in value:
            return site.warn(run, "FEEL207", name=name)
        return from_python(found)
    if value is None:
        return None
    if isinstance(value, list | tuple):
        run.charge(len(value))
        return [read_path(from_python(item), name, run, site) for item in value]
    read = property_reader(value, name)
    if read is None:
        return site.warn(run, "FEEL208", name=name, kind=kind_of(value))
    return read(value)


# children whose value the closure above wants to know; others are built only once, by their parent
_FOLDABLE = (nodes.ListLiteral, nodes.RangeLiteral, nodes.Negation)

_METHODS: dict[type[Node], Callable[[Builder, Any], Closure]] = {
    nodes.NumberLiteral: Builder.constant,
    nodes.StringLiteral: Builder.constant,
    nodes.BooleanLiteral: Builder.constant,
    nodes.NullLiteral: Builder.null_literal,
    nodes.AtLiteral: Builder.at_literal,
    nodes.Name: Builder.name,
    nodes.Path: Builder.path,
    nodes.Negation: Builder.negation,
    nodes.Arithmetic: Builder.arithmetic,
    nodes.Comparison: Builder.comparison,
    nodes.Between: Builder.between,
    nodes.And: Builder.and_,
    nodes.Or: Builder.or_,
    nodes.If: Builder.if_,
    nodes.For: Builder.for_,
    nodes.Quantified: Builder.quantified,
    nodes.ListLiteral: Builder.list_literal,
    nodes.ContextLiteral: Builder.context_literal,
    nodes.RangeLiteral: Builder.range_literal,
    nodes.UnaryRange: Builder.unary_range,
    nodes.Filter: Builder.filter,
    nodes.Call: Builder.call,
    nodes.InstanceOf: Builder.instance_of,
    nodes.FunctionLiteral: Builder.function_literal,
    nodes.InTests: Builder.in_tests,
    nodes.UnaryTests: Builder.unary_tests,
}

__all__ = ["Builder", "Decimal"]
