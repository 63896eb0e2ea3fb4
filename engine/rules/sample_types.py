"""The types that values speak for, so that an expression can be checked against an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.rules.crossing import from_python
from engine.rules.feel_types import ANY, BUILTIN_TYPES, NULL, ContextType, FeelType, ListType, list_of
from engine.rules.scope import Names
from engine.rules.values import kind_of


def names_of(sample: Mapping[str, Any]) -> Names:
    """Return a scope with the names of a sample; what is null there may be anything."""
    return Names({name: _declared(type_of(value)) for name, value in sample.items()})


def type_of(value: Any) -> FeelType:
    """Return the type of a value, Null where nothing is known; of a list, what all its items have in common."""
    if isinstance(value, Mapping):
        return ContextType({str(key): type_of(part) for key, part in value.items()})
    if isinstance(value, list | tuple):
        return list_of(_joined(type_of(item) for item in value))
    return BUILTIN_TYPES.get(kind_of(from_python(value)), NULL if value is None else ANY)


def _joined(types: Iterable[FeelType]) -> FeelType:
    joined: FeelType = NULL
    for type_ in types:
        joined = _both(joined, type_)
    return joined


def _both(one: FeelType, other: FeelType) -> FeelType:
    if one is NULL or one == other:
        return other
    if other is NULL:
        return one
    if isinstance(one, ContextType) and isinstance(other, ContextType):
        names = [*one.fields, *(name for name in other.fields if name not in one.fields)]
        return ContextType({n: _both(one.fields.get(n, NULL), other.fields.get(n, NULL)) for n in names})
    if isinstance(one, ListType) and isinstance(other, ListType):
        return list_of(_both(one.element, other.element))
    return ANY


def _declared(type_: FeelType) -> FeelType:
    """Nothing can be said of a name or item that is only null."""
    if type_ is NULL:
        return ANY
    if isinstance(type_, ListType):
        return list_of(_declared(type_.element))
    if isinstance(type_, ContextType):
        return ContextType({name: _declared(field) for name, field in type_.fields.items()})
    return type_
