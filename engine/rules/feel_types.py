"""The types of the language and how they relate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.rules.wording import kind_text


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type. Plain types are known by their name alone."""

    name: str

    def __str__(self) -> str:
        return self.name

    def in_language(self, language: str) -> str:
        """Return how the type is called; codes and names of objects are the same in every language."""
        return kind_text(self.name).in_language(language) if str(self) == self.name else str(self)

    def accepts(self, other: FeelType) -> bool:
        """Tell whether every value of ``other`` is one of this type. Null belongs to every type."""
        return other is NULL or self == other or self.name == "Any" or (self is NUMBER and other is NUMBER)

    def base(self) -> FeelType:
        """Return the type without its narrowing (a dictionary code is a string)."""
        return self

    def field(self, name: str) -> FeelType | None:
        """Return the type of a field, or None when there is no such field."""
        return None

    def field_names(self) -> tuple[str, ...]:
        """Return the names of the fields, for suggestions."""
        return ()


class NameScope(Protocol):
    """Tells what the names of an expression mean. Asked lazily: only for names that are used."""

    def type_of(self, name: str) -> FeelType | None:
        """Return the type of ``name``, or None when it is unknown."""
        ...

    def names(self) -> Iterable[str]:
        """Return all names, for suggestions and for matching names that hold spaces."""
        ...


ANY = FeelType("Any")
NULL = FeelType("Null")
NUMBER = FeelType("number")
STRING = FeelType("string")
BOOLEAN = FeelType("boolean")
DATE = FeelType("date")
TIME = FeelType("time")
DATE_TIME = FeelType("date and time")
DAYS_DURATION = FeelType("days and time duration")
YEARS_DURATION = FeelType("years and months duration")

TEMPORAL = (DATE, TIME, DATE_TIME)
DURATIONS = (DAYS_DURATION, YEARS_DURATION)
ORDERED = (NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS_DURATION, YEARS_DURATION)

BUILTIN_TYPES: Mapping[str, FeelType] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": DAYS_DURATION,
    "day and time duration": DAYS_DURATION,
    "dayTimeDuration": DAYS_DURATION,
    "years and months duration": YEARS_DURATION,
    "year and month duration": YEARS_DURATION,
    "yearMonthDuration": YEARS_DURATION,
}


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    """A list whose items have one type."""

    name: str = field(default="list", init=False)
    element: FeelType = ANY

    def __str__(self) -> str:
        return f"list<{self.element}>"

    def in_language(self, language: str) -> str:
        return str(self) if language == "en" else f"{self.element.in_language(language)}的列表"

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, ListType) and self.element.accepts(other.element))


def list_of(element: FeelType) -> ListType:
    """Return the type of lists whose items have the type ``element``."""
    return ListType(element)


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    """A range whose ends have one type."""

    name: str = field(default="range", init=False)
    element: FeelType = ANY

    def __str__(self) -> str:
        return f"range<{self.element}>"

    def in_language(self, language: str) -> str:
        return str(self) if language == "en" else f"{self.element.in_language(language)}的区间"

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, RangeType) and self.element.accepts(other.element))


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    """A function. ``parameters`` None: unknown, any call is allowed."""

    name: str = field(default="function", init=False)
    parameters: tuple[FeelType, ...] | None = None
    result: FeelType = ANY

    def __str__(self) -> str:
        if self.parameters is None:
            return "function"
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"

    def accepts(self, other: FeelType) -> bool:
        if other is NULL:
            return True
        if not isinstance(other, FunctionType) or not self.result.accepts(other.result):
            return False
        mine, theirs = self.parameters, other.parameters
        if mine is None or theirs is None:
            return True
        return len(mine) == len(theirs) and all(t.accepts(m) for m, t in zip(mine, theirs, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class EnumType(FeelType):
    """A string that is one of the given codes; the mapping's values are for display."""

    name: str = field(default="string", init=False)
    values: Mapping[str, object] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EnumType) and tuple(self.values) == tuple(other.values)

    def __hash__(self) -> int:
        return hash(tuple(self.values))

    def __str__(self) -> str:
        codes = list(self.values)
        shown = ", ".join(f'"{code}"' for code in codes[:6])
        return f"one of {shown}{', ...' if len(codes) > 6 else ''}"

    def in_language(self, language: str) -> str:
        if language == "en":
            return str(self)
        codes = list(self.values)
        return "、".join(f'"{code}"' for code in codes[:6]) + ("等" if len(codes) > 6 else "之一")

    def accepts(self, other: FeelType) -> bool:
        return other.base() in (STRING, NULL)

    def base(self) -> FeelType:
        return STRING


@dataclass(frozen=True, slots=True, eq=False)
class ContextType(FeelType):
    """A context with known fields. ``open`` ones may hold more than is known."""

    name: str = field(default="context", kw_only=True)
    fields: Mapping[str, FeelType] = field(default_factory=dict)
    open: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContextType) and dict(self.fields) == dict(other.fields)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.fields)))

    def __str__(self) -> str:
        if self.name != "context":
            return self.name
        return f"context<{', '.join(f'{name}: {type_}' for name, type_ in self.fields.items())}>"

    def accepts(self, other: FeelType) -> bool:
        if other is NULL:
            return True
        known = other.field_names()
        if not isinstance(other, ContextType | RecordType):
            return False
        return all(name in known and type_.accepts(other.field(name) or ANY) for name, type_ in self.fields.items())

    def field(self, name: str) -> FeelType | None:
        return self.fields.get(name) or (ANY if self.open else None)

    def field_names(self) -> tuple[str, ...]:
        return tuple(self.fields)


ANY_CONTEXT = ContextType({}, open=True)


@dataclass(frozen=True, slots=True, eq=False)
class RecordType(FeelType):
    """A record: a context whose fields are asked for one by one, so that types may refer to each other in circles."""

    scope: NameScope

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordType) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or self == other

    def field(self, name: str) -> FeelType | None:
        return self.scope.type_of(name)

    def field_names(self) -> tuple[str, ...]:
        return tuple(self.scope.names())


@dataclass(frozen=True, slots=True, eq=False)
class StoredRule(FeelType):
    """A rule that a user keeps in a record: a text or, as ``table``, a decision table over the records of ``over``.

    ``names`` is the scope that it is written in, ``gives`` the type of what it comes to.
    """

    name: str = field(default="rule", init=False)
    over: str
    names: NameScope
    gives: FeelType = ANY
    table: bool = False

    def __str__(self) -> str:
        return f"rule over {self.over}"

    def in_language(self, language: str) -> str:
        return str(self) if language == "en" else f"针对 {self.over} 的规则"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredRule) and (self.over, self.gives, self.table) == (
            other.over,
            other.gives,
            other.table,
        )

    def __hash__(self) -> int:
        return hash((self.over, self.table))


def join(left: FeelType, right: FeelType) -> FeelType:
    """Return the narrowest type that accepts both."""
    if left is NULL or left == right:
        return right
    if right is NULL:
        return left
    if left.base() == right.base():
        return left.base()
    if isinstance(left, ListType) and isinstance(right, ListType):
        return ListType(join(left.element, right.element))
    return ANY


def may_be(type_: FeelType, *wanted: FeelType) -> bool:
    """Tell whether a value of ``type_`` can be of one of ``wanted``: unknown types and null can be anything."""
    return type_ is ANY or type_ is NULL or any(type_.base() == w for w in wanted)
