"""Calls of built-in functions: aggregates over fields without a list between, and calls whose arguments types prove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.rules import nodes
from engine.rules.builtins import BUILTINS
from engine.rules.checking.bindings import Function
from engine.rules.closures.building import Building
from engine.rules.closures.fused import MISFITS
from engine.rules.closures.site import Closure
from engine.rules.evaluation import Run
from engine.rules.feel_types import NUMBER, ContextType, ListType, RecordType
from engine.rules.functions import NoValue, Signature
from engine.rules.numbers import from_int

_ZERO = Decimal(0)
_EXACT = frozenset(("number", "string", "boolean", "date"))


def fused_call(builder: Building, node: nodes.Call, plain: Callable[[], Closure]) -> Closure | None:
    """Return a faster closure for a call by position, when the types of its arguments are known."""
    binding = builder.checked.bindings.get(node.function)
    if not isinstance(binding, Function) or node.named:
        return None
    if binding.name == "sum" and len(node.arguments) == 1:
        return _sum(builder, node.arguments[0], plain)
    if binding.name == "count" and len(node.arguments) == 1:
        return _count(builder, node.arguments[0], plain)
    if binding.name == "today" and not node.arguments:
        return lambda n, r: r.today
    if binding.name == "not" and len(node.arguments) == 1:
        return _not(builder, node.arguments[0])
    return _direct(builder, node, binding.name, plain)


def _not(builder: Building, argument: nodes.Node) -> Closure:
    operand = builder.build(argument)

    def run(n: Mapping[str, Any], r: Run) -> Any:
        value = operand(n, r)
        return not value if type(value) is bool else None

    return run


def _sum(builder: Building, argument: nodes.Node, plain: Callable[[], Closure]) -> Closure | None:
    type_ = builder.type_of(argument)
    if not isinstance(type_, ListType) or type_.element != NUMBER:
        return None
    slow = plain()
    field = _field_of_records(builder, argument)
    if field is not None and isinstance(argument, nodes.Path):
        source = builder.build(argument.source)

        def sum_of_field(n: Mapping[str, Any], r: Run) -> Any:
            try:
                items = source(n, r)
                r.charge(len(items))
                return sum([item[field] for item in items], _ZERO) if items else None
            except MISFITS:
                return slow(n, r)

        return sum_of_field
    values = builder.build(argument)

    def sum_of_list(n: Mapping[str, Any], r: Run) -> Any:
        try:
            items = values(n, r)
            r.charge(len(items))
            return sum(items, _ZERO) if items else None
        except MISFITS:
            return slow(n, r)

    return sum_of_list


def _field_of_records(builder: Building, argument: nodes.Node) -> str | None:
    if not isinstance(argument, nodes.Path):
        return None
    source = builder.type_of(argument.source)
    if isinstance(source, ListType) and isinstance(source.element, RecordType | ContextType):
        return argument.name
    return None


def _count(builder: Building, argument: nodes.Node, plain: Callable[[], Closure]) -> Closure | None:
    if not isinstance(builder.type_of(argument), ListType):
        return None
    values, slow = builder.build(argument), plain()

    def run(n: Mapping[str, Any], r: Run) -> Any:
        try:
            return from_int(len(values(n, r)))
        except TypeError:
            return slow(n, r)

    return run


def _direct(builder: Building, node: nodes.Call, name: str, plain: Callable[[], Closure]) -> Closure | None:
    """Call the body of a function at once, where every argument is known to be of the kind it wants."""
    types = [builder.type_of(argument).base() for argument in node.arguments]
    signature = next((s for s in BUILTINS[name].signatures if _fits(s, [type_.name for type_ in types])), None)
    if signature is None:
        return None
    arguments = [builder.build(argument) for argument in node.arguments]
    body, slow = signature.body, plain()

    def run(n: Mapping[str, Any], r: Run) -> Any:
        try:
            return body(*[argument(n, r) for argument in arguments])
        except MISFITS:
            return slow(n, r)
        except NoValue:
            return slow(n, r)

    return run


def _fits(signature: Signature, kinds: list[str]) -> bool:
    wanted = signature.parameters
    if signature.with_run or not kinds or not signature.takes(len(kinds)) or len(kinds) > len(wanted):
        return False
    return all(w.kind == kind and kind in _EXACT and not w.many for w, kind in zip(wanted, kinds, strict=False))
