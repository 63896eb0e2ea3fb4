"""The checker: infers types, resolves names, records what is read and complains about what cannot work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.kernel.diagnostics import Diagnostic, nearest
from engine.rules import nodes
from engine.rules.builtins import BUILTINS
from engine.rules.checking import operators
from engine.rules.checking.bindings import Binding, Block, Function, ItemBlock, ItemField, Local, Origin, Root, Unknown
from engine.rules.checking.calls import result_of_call
from engine.rules.checking.comparing import Comparing
from engine.rules.checking.complaints import Complaints
from engine.rules.checking.properties import property_names, property_type
from engine.rules.checking.written_types import written_type
from engine.rules.feel_types import (
    ANY,
    BOOLEAN,
    DURATIONS,
    NULL,
    NUMBER,
    STRING,
    ContextType,
    EnumType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    join,
    list_of,
    may_be,
)
from engine.rules.nodes import Node
from engine.rules.scope import NameScope
from engine.rules.temporal.parsing import parse_any
from engine.rules.values import kind_of


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree and everything that is known about it."""

    tree: Node
    type: FeelType
    types: dict[Node, FeelType]
    bindings: dict[Node, Binding]
    slots: dict[Node, int]
    slot_count: int
    reads: frozenset[Origin]
    deterministic: bool
    diagnostics: tuple[Diagnostic, ...]


def check(tree: Node, scope: NameScope, complaints: Complaints, expect: FeelType | None = None) -> Checked:
    """Return the checked tree. What is wrong is in ``diagnostics``; nothing is raised."""
    checker = Checker(scope, complaints)
    type_ = checker.infer(tree)
    if expect is not None and not _fits(expect, type_):
        complaints.add("FEEL102", tree, expected=expect, found=type_)
    return Checked(
        tree,
        type_,
        checker.types,
        checker.bindings,
        checker.slots,
        checker.slot_count,
        frozenset(checker.reads),
        checker.deterministic,
        complaints.found,
    )


def _fits(expect: FeelType, found: FeelType) -> bool:
    if found is ANY or found is NULL or expect.accepts(found):
        return True
    if isinstance(expect, ListType) and isinstance(found, ListType):
        return found.element is ANY or _fits(expect.element, found.element)
    return operators.comparable_types(expect, found) and not isinstance(expect, ListType)


class Checker(Comparing):
    """Walks the tree once. One method per kind of node, named after it."""

    def __init__(self, scope: NameScope, complaints: Complaints) -> None:
        self.scope, self.complaints = scope, complaints
        self.types: dict[Node, FeelType] = {}
        self.bindings: dict[Node, Binding] = {}
        self.origins: dict[Node, Origin] = {}
        self.slots: dict[Node, int] = {}
        self.slot_count = 0
        self.reads: set[Origin] = set()
        self.deterministic = True
        self.blocks: list[Block | ItemBlock] = []

    def infer(self, node: Node, *, read: bool = True) -> FeelType:
        """Return the type of ``node``. ``read`` False: the path goes on above, which is what is read."""
        type_ = _METHODS[type(node)](self, node)
        self.types[node] = type_
        if read and node in self.origins:
            self.reads.add(self.origins[node])
        return type_

    def new_slot(self, node: Node) -> int:
        self.slots[node] = slot = self.slot_count
        self.slot_count += 1
        return slot

    # -- names ------------------------------------------------------------------------------------------------

    def name(self, node: nodes.Name) -> FeelType:
        binding = self.resolve(node.name, len(self.blocks))
        self.bindings[node] = binding
        if isinstance(binding, Unknown):
            self.complaints.add("FEEL101", node, name=node.name, nearest=nearest(node.name, self.known_names()))
        if isinstance(binding, Function) and node.name in ("now", "today", "evaluate"):
            self.deterministic = False
        if binding.origin is not None:
            self.origins[node] = binding.origin
        return binding.type

    def resolve(self, name: str, depth: int) -> Binding:
        for index in range(depth - 1, -1, -1):
            block = self.blocks[index]
            found = block.find(name)
            if found is not None:
                uncertain = isinstance(block, ItemBlock) and isinstance(found, Local) and not block.fields_known()
                if not uncertain:
                    return found
            if isinstance(block, ItemBlock) and not block.fields_known():
                return ItemField(ANY, None, block.slot, name, found or self.resolve(name, index), False)
        type_ = self.scope.type_of(name)
        if type_ is not None:
            return Root(type_, (name,), name)
        if name in BUILTINS:
            return Function(FunctionType(), None, name)
        return Unknown(ANY, None, name)

    def known_names(self) -> set[str]:
        names = set(self.scope.names()) | set(BUILTINS)
        for block in self.blocks:
            names |= set(block.names) if isinstance(block, Block) else set(block.element.field_names())
        return names

    def path(self, node: nodes.Path) -> FeelType:
        source = self.infer(node.source, read=isinstance(node.source, nodes.Filter))
        origin = self.origins.get(node.source)
        found = self.property(node, source)
        if origin is not None:
            self.origins[node] = (*origin, node.name)
        return found

    def property(self, node: nodes.Path, source: FeelType) -> FeelType:
        if source is ANY or source is NULL:
            return ANY
        if isinstance(source, ListType):
            return list_of(self.property(node, source.element))
        found = source.field(node.name) or property_type(source, node.name)
        if found is None:
            known = property_names(source)
            code = "FEEL103" if known else "FEEL104"
            self.complaints.add(code, node, name=node.name, type=source, nearest=nearest(node.name, known))
            return ANY
        return found

    # -- literals ---------------------------------------------------------------------------------------------

    def number_literal(self, _node: nodes.NumberLiteral) -> FeelType:
        return NUMBER

    def string_literal(self, _node: nodes.StringLiteral) -> FeelType:
        return STRING

    def boolean_literal(self, _node: nodes.BooleanLiteral) -> FeelType:
        return BOOLEAN

    def null_literal(self, _node: nodes.NullLiteral) -> FeelType:
        return NULL

    def at_literal(self, node: nodes.AtLiteral) -> FeelType:
        from engine.rules.feel_types import BUILTIN_TYPES

        value = parse_any(node.text)
        if value is None:
            self.complaints.add("FEEL106", node, text=node.text)
            return ANY
        return BUILTIN_TYPES[kind_of(value)]

    def list_literal(self, node: nodes.ListLiteral) -> FeelType:
        element: FeelType = NULL
        for item in node.items:
            element = join(element, self.infer(item))
        return list_of(ANY if element is NULL else element)

    def context_literal(self, node: nodes.ContextLiteral) -> FeelType:
        block = Block()
        self.blocks.append(block)
        fields: dict[str, FeelType] = {}
        for entry in node.entries:
            if entry.key in fields:
                self.complaints.add("FEEL107", entry, name=entry.key)
            slot = self.new_slot(entry)
            if isinstance(entry.value, nodes.FunctionLiteral):
                block.names[entry.key] = Local(FunctionType(), None, slot)  # a function may call itself by its key
            self.types[entry] = fields[entry.key] = self.infer(entry.value)
            block.names[entry.key] = Local(fields[entry.key], self.origins.get(entry.value), slot)
        self.blocks.pop()
        return ContextType(fields)

    def range_literal(self, node: nodes.RangeLiteral) -> FeelType:
        low, high = self.infer(node.low), self.infer(node.high)
        if not operators.ordered_types(low, high):
            self.complaints.add("FEEL108", node, operator="..", left=low, right=high)
        return RangeType(join(low.base(), high.base()))

    def unary_range(self, node: nodes.UnaryRange) -> FeelType:
        return RangeType(self.infer(node.endpoint).base())

    # -- operators --------------------------------------------------------------------------------------------

    def negation(self, node: nodes.Negation) -> FeelType:
        operand = self.infer(node.operand)
        if not may_be(operand, NUMBER, *DURATIONS):
            self.complaints.add("FEEL109", node, operator="-", operand=operand)
            return ANY
        return operand

    def arithmetic(self, node: nodes.Arithmetic) -> FeelType:
        left, right = self.infer(node.left), self.infer(node.right)
        found = operators.arithmetic_type(node.operator, left, right)
        if found is None:
            self.complaints.add("FEEL108", node, operator=node.operator, left=left, right=right)
            return ANY
        if node.operator == "/" and isinstance(node.right, nodes.NumberLiteral) and not node.right.value:
            self.complaints.add("FEEL112", node.right)
        return found

    def if_(self, node: nodes.If) -> FeelType:
        self.condition(node.condition)
        then, otherwise = self.infer(node.then), self.infer(node.otherwise)
        joined = join(then, otherwise)
        if isinstance(joined, EnumType | ContextType) and then != otherwise and NULL not in (then, otherwise):
            return joined.base()
        return joined

    def instance_of(self, node: nodes.InstanceOf) -> FeelType:
        self.infer(node.operand)
        written_type(node.type, self.scope, self.complaints)
        return BOOLEAN

    # -- iteration --------------------------------------------------------------------------------------------

    def iterators(self, iterators: tuple[nodes.Iterator, ...]) -> Block:
        block = Block()
        self.blocks.append(block)
        for iterator in iterators:
            element = self.domain(iterator)
            block.names[iterator.name] = Local(element, self.origins.get(iterator.domain), self.new_slot(iterator))
        return block

    def domain(self, iterator: nodes.Iterator) -> FeelType:
        found = self.infer(iterator.domain)
        if iterator.last is not None:
            last = self.infer(iterator.last)
            if not operators.ordered_types(found, last):
                self.complaints.add("FEEL108", iterator, operator="..", left=found, right=last)
            return found.base()
        if isinstance(found, ListType | RangeType):
            return found.element
        if found not in (ANY, NULL):
            self.complaints.add("FEEL115", iterator.domain, found=found)
        return ANY

    def for_(self, node: nodes.For) -> FeelType:
        block = self.iterators(node.iterators)
        block.names.setdefault("partial", Local(list_of(ANY), None, self.new_slot(node)))
        body = self.infer(node.body)
        self.blocks.pop()
        return list_of(body)

    def quantified(self, node: nodes.Quantified) -> FeelType:
        self.iterators(node.iterators)
        self.condition(node.condition)
        self.blocks.pop()
        return BOOLEAN

    def filter(self, node: nodes.Filter) -> FeelType:
        source = self.infer(node.source)
        element = source.element if isinstance(source, ListType) else source
        origin = self.origins.get(node.source)
        if origin is not None:
            self.origins[node] = origin
        self.blocks.append(ItemBlock(self.new_slot(node), element, origin))
        condition = self.infer(node.condition)
        self.blocks.pop()
        if condition.base() == NUMBER:
            return element
        if not may_be(condition, BOOLEAN):
            self.complaints.add("FEEL116", node.condition, found=condition)
            return ANY
        return list_of(element) if condition.base() == BOOLEAN else ANY

    # -- functions --------------------------------------------------------------------------------------------

    def call(self, node: nodes.Call) -> FeelType:
        function = self.infer(node.function)
        arguments = [self.infer(argument) for argument in node.arguments]
        named = {}
        for argument in node.named:
            named[argument.name] = self.infer(argument.value)
        binding = self.bindings.get(node.function)
        return result_of_call(node, function, binding, arguments, named, self.complaints)

    def function_literal(self, node: nodes.FunctionLiteral) -> FeelType:
        block = Block()
        self.blocks.append(block)
        types = []
        for parameter in node.parameters:
            type_ = written_type(parameter.type, self.scope, self.complaints) if parameter.type else ANY
            types.append(type_)
            block.names[parameter.name] = Local(type_, None, self.new_slot(parameter))
        result = ANY if node.external else self.infer(node.body)
        self.blocks.pop()
        return FunctionType(tuple(types), result)


_METHODS: dict[type[Node], Callable[[Checker, Any], FeelType]] = {
    nodes.NumberLiteral: Checker.number_literal,
    nodes.StringLiteral: Checker.string_literal,
    nodes.BooleanLiteral: Checker.boolean_literal,
    nodes.NullLiteral: Checker.null_literal,
    nodes.AtLiteral: Checker.at_literal,
    nodes.Name: Checker.name,
    nodes.Path: Checker.path,
    nodes.Negation: Checker.negation,
    nodes.Arithmetic: Checker.arithmetic,
    nodes.Comparison: Checker.comparison,
    nodes.Between: Checker.between,
    nodes.And: Checker.logic,
    nodes.Or: Checker.logic,
    nodes.If: Checker.if_,
    nodes.For: Checker.for_,
    nodes.Quantified: Checker.quantified,
    nodes.ListLiteral: Checker.list_literal,
    nodes.ContextLiteral: Checker.context_literal,
    nodes.RangeLiteral: Checker.range_literal,
    nodes.UnaryRange: Checker.unary_range,
    nodes.Filter: Checker.filter,
    nodes.Call: Checker.call,
    nodes.InstanceOf: Checker.instance_of,
    nodes.FunctionLiteral: Checker.function_literal,
    nodes.ComparisonTest: Checker.comparison_test,
    nodes.InTests: Checker.in_tests,
    nodes.UnaryTests: Checker.unary_tests,
}
