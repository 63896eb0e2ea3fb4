"""Calls, and functions written in the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules import nodes
from engine.rules.builtins import BUILTINS
from engine.rules.builtins.rules import EVALUATE
from engine.rules.checking.bindings import Function
from engine.rules.checking.written_types import written_type
from engine.rules.closures.building import Building
from engine.rules.closures.site import Closure
from engine.rules.closures.stored import stored_call
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, FunctionType
from engine.rules.functions import NoValue, UserFunction
from engine.rules.instances import coerce
from engine.rules.values import FUNCTION, kind_of


def call(builder: Building, node: nodes.Call) -> Closure:
    """Build a call of any function."""
    if node.named:
        return _named_call(builder, node)
    arguments = [builder.build(argument) for argument in node.arguments]
    site = builder.site(node)
    binding = builder.checked.bindings.get(node.function)
    if isinstance(binding, Function):
        builtin = BUILTINS[binding.name]
        if binding.name == EVALUATE and (stored := stored_call(builder, node, arguments)) is not None:
            return stored

        def run_builtin(n: Mapping[str, Any], r: Run) -> Any:
            try:
                return builtin.call(r, [argument(n, r) for argument in arguments])
            except NoValue as reason:
                return site.explain(r, reason)

        return run_builtin
    function = builder.build(node.function)

    def run(n: Mapping[str, Any], r: Run) -> Any:
        target = function(n, r)
        if kind_of(target) != FUNCTION:
            return site.warn(r, "FEEL234", kind=kind_of(target))
        try:
            return target.call(r, [argument(n, r) for argument in arguments])
        except NoValue as reason:
            return site.explain(r, reason)

    return run


def _named_call(builder: Building, node: nodes.Call) -> Closure:
    arguments = [(argument.name, builder.build(argument.value)) for argument in node.named]
    function, site = builder.build(node.function), builder.site(node)
    repeated = len({name for name, _ in arguments}) != len(arguments)

    def run(n: Mapping[str, Any], r: Run) -> Any:
        target = function(n, r)
        if kind_of(target) != FUNCTION or repeated:
            return site.warn(r, "FEEL234", kind=kind_of(target))
        try:
            return target.call_named(r, {name: argument(n, r) for name, argument in arguments})
        except NoValue as reason:
            return site.explain(r, reason)

    return run


def function_literal(builder: Building, node: nodes.FunctionLiteral, own_slot: int | None) -> Closure:
    """Build what makes the function value. ``own_slot`` is where the function finds itself, if it has a name."""
    site = builder.site(node)
    if node.external:
        return lambda n, r: site.warn(r, "FEEL235")
    slots = [builder.checked.slots[parameter] for parameter in node.parameters]
    names = tuple(parameter.name for parameter in node.parameters)
    types = tuple(written_type(p.type, builder.scope, None) if p.type is not None else ANY for p in node.parameters)
    checked = builder.checked.types.get(node)
    result = checked.result if isinstance(checked, FunctionType) else ANY
    body = builder.build(node.body)

    def make(n: Mapping[str, Any], r: Run) -> UserFunction:
        captured = list(r.slots)

        def invoke(run: Run, arguments: list[Any]) -> Any:
            frame = captured.copy()
            for slot, type_, argument in zip(slots, types, arguments, strict=True):
                frame[slot] = argument if type_ is ANY else coerce(argument, type_)
            saved, run.slots = run.slots, frame
            try:
                return body(n, run)
            finally:
                run.slots = saved

        function = UserFunction("", names, types, invoke, result)
        if own_slot is not None:
            captured[own_slot] = function
        return function

    return make
