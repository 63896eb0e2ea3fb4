"""Whether a value is of a type, and how it is brought to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.crossing import from_python
from engine.rules.feel_types import (
    ANY,
    NULL,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    RecordType,
)
from engine.rules.functions import Builtin, NoValue, UserFunction
from engine.rules.ranges import FeelRange
from engine.rules.values import kind_of


def is_instance(value: Any, type_: FeelType) -> bool:
    """Tell whether ``value`` is an instance of ``type_``. Null is one of Null only, and of no other."""
    if value is None:
        return type_ is NULL
    return belongs(value, type_)


def belongs(value: Any, type_: FeelType) -> bool:
    """Tell whether ``value`` may stand where ``type_`` is wanted; null may stand anywhere."""
    if value is None or type_ is ANY or type_.name == "Any":
        return True
    if isinstance(type_, ListType):
        return isinstance(value, list | tuple) and all(belongs(part, type_.element) for part in value)
    if isinstance(type_, ContextType):
        return isinstance(value, Mapping) and all(
            name in value and belongs(value.get(name), field) for name, field in type_.fields.items()
        )
    if isinstance(type_, RecordType):
        return isinstance(value, Mapping)
    if isinstance(type_, RangeType):
        if not isinstance(value, FeelRange):
            return False
        return belongs(value.low, type_.element) and belongs(value.high, type_.element)
    if isinstance(type_, FunctionType):
        return _is_function(value, type_)
    return kind_of(value) == type_.name


def _is_function(value: Any, type_: FunctionType) -> bool:
    if isinstance(value, Builtin):
        return type_.parameters is None or value.arity() == len(type_.parameters)
    if not isinstance(value, UserFunction):
        return False
    return type_.accepts(FunctionType(value.types, value.result))


def _may_serve(value: Any, type_: FeelType) -> bool:
    """Tell whether a function whose types are not written may stand where a typed one is wanted."""
    if not isinstance(value, UserFunction) or not isinstance(type_, FunctionType) or type_.parameters is None:
        return False
    return len(value.types) == len(type_.parameters) and (value.result is ANY or type_.result.accepts(value.result))


def coerce(value: Any, type_: FeelType) -> Any:
    """Return ``value`` as one of ``type_``: a list of one becomes its item, an item a list of one. Else NoValue."""
    if value is None or belongs(value, type_) or _may_serve(value, type_):
        return value
    if isinstance(type_, ListType) and not isinstance(value, list | tuple) and belongs(value, type_.element):
        return [value]
    if isinstance(value, list | tuple) and len(value) == 1 and belongs(from_python(value[0]), type_):
        return from_python(value[0])
    raise NoValue("FEEL230", kind=kind_of(value), wanted=str(type_))
