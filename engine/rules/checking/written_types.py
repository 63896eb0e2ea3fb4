"""Types written in the text of an expression become types."""

from __future__ import annotations

from collections.abc import Mapping

from engine.kernel.diagnostics import nearest
from engine.rules.checking.complaints import Complaints
from engine.rules.feel_types import (
    ANY,
    BUILTIN_TYPES,
    ContextType,
    FeelType,
    FunctionType,
    RangeType,
    list_of,
)
from engine.rules.nodes import TypeName
from engine.rules.scope import NameScope, TypedScope

_BARE: Mapping[str, FeelType] = {
    "list": list_of(ANY),
    "context": ContextType({}, open=True),
    "range": RangeType(ANY),
    "function": FunctionType(),
}


def written_type(written: TypeName, scope: NameScope, complaints: Complaints | None) -> FeelType:
    """Return the type that is meant; an unknown one is any type, and a complaint."""
    inside = tuple(written_type(argument, scope, complaints) for argument in written.arguments)
    if written.name == "context" and written.fields:
        return ContextType(dict(zip(written.fields, inside, strict=True)))
    if written.name == "function" and written.result is not None:
        return FunctionType(inside, written_type(written.result, scope, complaints))
    if inside:
        return list_of(inside[0]) if written.name == "list" else RangeType(inside[0])
    named = scope.named_types() if isinstance(scope, TypedScope) else {}
    found = named.get(written.name) or BUILTIN_TYPES.get(written.name) or _BARE.get(written.name)
    if found is None:
        if complaints is not None:
            known = [*named, *BUILTIN_TYPES, *_BARE]
            complaints.add("FEEL105", written, name=written.name, nearest=nearest(written.name, known))
        return UNKNOWN_TYPE
    return found


UNKNOWN_TYPE = FeelType("Any")
"""Accepts any value like Any, but is not the same object: ``instance of`` an unknown type is null."""
