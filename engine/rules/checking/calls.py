"""Checks calls: how many arguments, which names, which types, and the type of the result."""

from __future__ import annotations

from collections.abc import Mapping

from engine.kernel.diagnostics import nearest
from engine.kernel.text import LocalText
from engine.rules.builtins import BUILTINS
from engine.rules.builtins.rules import EVALUATE
from engine.rules.checking.bindings import Binding, Function
from engine.rules.checking.complaints import Complaints
from engine.rules.feel_types import ANY, NULL, FeelType, FunctionType, ListType, RecordType, StoredRule
from engine.rules.functions import Signature
from engine.rules.nodes import Call
from engine.rules.wording import counted, one_of

_GROUPS = {
    "temporal": ("date", "date and time", "time"),
    "day": ("date", "date and time"),
    "duration": ("days and time duration", "years and months duration"),
    "magnitude": ("number", "days and time duration", "years and months duration"),
    "point": (
        "number", "string", "date", "time", "date and time", "days and time duration", "years and months duration",
    ),
}  # fmt: skip


def result_of_call(
    node: Call,
    function: FeelType,
    binding: Binding | None,
    arguments: list[FeelType],
    named: Mapping[str, FeelType],
    complaints: Complaints,
) -> FeelType:
    """Return the type of the call's result; complain when the call cannot work."""
    if isinstance(binding, Function):
        return _builtin_result(node, binding.name, arguments, named, complaints)
    if isinstance(function, FunctionType):
        wanted = function.parameters
        if wanted is not None and len(wanted) != len(arguments) + len(named):
            complaints.add("FEEL117", node, function="function", count=len(arguments) + len(named), wanted=len(wanted))
        return function.result
    if function not in (ANY, NULL):
        complaints.add("FEEL118", node, found=function)
    return ANY


def _builtin_result(
    node: Call, name: str, arguments: list[FeelType], named: Mapping[str, FeelType], complaints: Complaints
) -> FeelType:
    signatures = BUILTINS[name].signatures
    if named:
        return _named_result(node, name, named, complaints)
    fitting = [signature for signature in signatures if signature.takes(len(arguments))]
    if not fitting:
        complaints.add("FEEL117", node, function=name, count=len(arguments), wanted=_counts(signatures))
        return ANY
    if name == EVALUATE:
        _check_stored(node, arguments, complaints)
    for signature in fitting:
        if _first_misfit(signature, arguments) is None:
            return _result(signature, arguments)
    at = _first_misfit(fitting[0], arguments) or 0
    wanted = fitting[0].parameters[min(at, len(fitting[0].parameters) - 1)]
    complaints.add(
        "FEEL119", node.arguments[at], function=name, parameter=wanted.name, wanted=wanted.kind, found=arguments[at]
    )
    return _result(fitting[0], arguments)


def _check_stored(node: Call, arguments: list[FeelType], complaints: Complaints) -> None:
    """Complain when a stored rule is written over another object than the record that it is given."""
    rule = arguments[0]
    if isinstance(rule, StoredRule) and len(arguments) > 1:
        given = arguments[1]
        if isinstance(given, RecordType) and given.name != rule.over:
            complaints.add("FEEL121", node.arguments[1], over=rule.over, found=given)


def _named_result(node: Call, name: str, named: Mapping[str, FeelType], complaints: Complaints) -> FeelType:
    signatures = BUILTINS[name].signatures
    for signature in signatures:
        if set(named) <= {p.name for p in signature.parameters}:
            ordered = [named[p.name] for p in signature.parameters if p.name in named]
            required = {p.name for p in signature.parameters if not (p.optional or p.many)}
            if required <= set(named):
                return _result(signature, ordered)
    known = {p.name for signature in signatures for p in signature.parameters}
    for argument in node.named:
        if argument.name not in known:
            guess = nearest(argument.name, known)
            complaints.add("FEEL120", argument, function=name, name=argument.name, nearest=guess)
            return ANY
    complaints.add("FEEL117", node, function=name, count=len(named), wanted=_counts(signatures))
    return ANY


def _first_misfit(signature: Signature, arguments: list[FeelType]) -> int | None:
    for at, found in enumerate(arguments):
        wanted = signature.parameters[min(at, len(signature.parameters) - 1)]
        if not _may_fit(wanted.kind, found):
            return at
    return None


def _may_fit(kind: str, found: FeelType) -> bool:
    found = found.base()
    if kind in ("any", "list") or found in (ANY, NULL):
        return True
    if isinstance(found, ListType):
        return _may_fit(kind, found.element)  # a list of one item is taken for the item
    wanted = _GROUPS.get(kind, (kind,))
    name = found.name
    return name in wanted or (kind == "context" and bool(found.field_names() or name not in _PLAIN_NAMES))


_PLAIN_NAMES = frozenset((*_GROUPS["point"], "boolean", "range", "function"))


def _result(signature: Signature, arguments: list[FeelType]) -> FeelType:
    if isinstance(signature.result, FeelType):
        return signature.result
    return signature.result(*(argument.base() for argument in arguments)) if arguments else ANY


def _counts(signatures: tuple[Signature, ...]) -> LocalText:
    counts = sorted({(s.least, s.most) for s in signatures}, key=lambda one: (one[0], one[1] or 0))
    return one_of(counted(least, most) for least, most in counts)
