"""Functions as values: how arguments are matched to parameters and brought to their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, Overflow
from typing import Any, Protocol

from engine.rules.crossing import from_python
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, FeelType
from engine.rules.values import FUNCTION, LIST, kind_of, register_kind


class NoValue(Exception):
    """The result is null, for a reason: a code of the catalogue and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class FeelFunction(Protocol):
    """Anything that can be called in the language. Both ways of calling raise NoValue when the call does not fit."""

    feel_kind: str

    def call(self, run: Run, arguments: list[Any]) -> Any: ...

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any: ...

    def arity(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """One parameter. ``kind`` is a kind of value, or ``any``; ``many`` takes all the arguments that are left."""

    name: str
    kind: str
    optional: bool = False
    many: bool = False
    nullable: bool = False  # takes null; may be left out of a call by name, and is null then

    def fit(self, value: Any) -> Any:
        """Return the argument as the parameter wants it, or raise TypeError."""
        if self.kind == "any":
            return value
        kind = kind_of(value)
        if kind == self.kind:
            return from_python(value)
        if value is None:
            if self.nullable:
                return None
            raise TypeError(kind)
        if self.kind == LIST:
            return [value]
        if kind == LIST and len(value) == 1:
            return self.fit_item(from_python(value[0]))
        return self.fit_item(value)

    def fit_item(self, value: Any) -> Any:
        kind = kind_of(value)
        if self.kind in (kind, "any") or kind in _WIDER.get(self.kind, ()):
            return value
        raise TypeError(kind)


_WIDER = {
    "temporal": frozenset(("date", "date and time", "time")),
    "day": frozenset(("date", "date and time")),
    "duration": frozenset(("days and time duration", "years and months duration")),
    "magnitude": frozenset(("number", "days and time duration", "years and months duration")),
    "point": frozenset(
        ("number", "string", "date", "time", "date and time", "days and time duration", "years and months duration")
    ),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One way of calling a built-in function, and its body."""

    parameters: tuple[Wanted, ...]
    body: Callable[..., Any]
    result: FeelType | Callable[..., FeelType]
    with_run: bool = False

    @property
    def least(self) -> int:
        return sum(1 for wanted in self.parameters if not wanted.optional and not wanted.many)

    @property
    def most(self) -> int | None:
        return None if any(wanted.many for wanted in self.parameters) else len(self.parameters)

    def takes(self, count: int) -> bool:
        """Tell whether so many arguments fit."""
        return self.least <= count and (self.most is None or count <= self.most)

    def fit(self, arguments: list[Any]) -> list[Any]:
        """Return the arguments as the body wants them, or raise TypeError with the kind that does not fit."""
        fitted: list[Any] = []
        for index, wanted in enumerate(self.parameters):
            if wanted.many:
                fitted.extend(wanted.fit(value) for value in arguments[index:])
                return fitted
            if index < len(arguments):
                fitted.append(wanted.fit(arguments[index]))
        return fitted

    def in_order(self, arguments: Mapping[str, Any]) -> list[Any] | None:
        """Return named arguments in the order of the parameters, or None when they do not fit."""
        names = [wanted.name for wanted in self.parameters]
        if not set(arguments) <= set(names):
            return None
        ordered: list[Any] = []
        for wanted in self.parameters:
            if wanted.name not in arguments:
                if wanted.nullable and not wanted.optional:
                    ordered.append(None)
                elif not (wanted.optional or wanted.many):
                    return None
            elif wanted.many and kind_of(arguments[wanted.name]) == LIST:
                ordered.extend(arguments[wanted.name])
            else:
                ordered.append(arguments[wanted.name])
        return ordered


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function with its one or more signatures."""

    name: str
    signatures: tuple[Signature, ...]
    feel_kind: str = FUNCTION

    def arity(self) -> int | None:
        return self.signatures[0].most if len(self.signatures) == 1 else None

    def call(self, run: Run, arguments: list[Any]) -> Any:
        wrong = ""
        fitting = False
        for signature in self.signatures:
            if not signature.takes(len(arguments)):
                continue
            fitting = True
            try:
                fitted = signature.fit(arguments)
            except TypeError as error:
                wrong = wrong or str(error)
                continue
            return _weighed(_acted(signature, run, fitted), run)
        if not fitting:
            raise NoValue("FEEL221", function=self.name, count=len(arguments))
        raise NoValue("FEEL222", function=self.name, kind=wrong)

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        # where several signatures have the same names (a point and a range), the one that was written counts
        written = list(arguments)
        ranked = sorted(self.signatures, key=lambda s: [p.name for p in s.parameters] != written)
        orders = [order for s in ranked if (order := s.in_order(arguments)) is not None]
        if not orders:
            raise NoValue("FEEL223", function=self.name, names=", ".join(arguments))
        for index, order in enumerate(orders):
            try:
                return self.call(run, order)
            except NoValue:
                if index == len(orders) - 1:
                    raise
        return None


def _acted(signature: Signature, run: Run, fitted: list[Any]) -> Any:
    try:
        return signature.body(run, *fitted) if signature.with_run else signature.body(*fitted)
    except DivisionByZero:
        raise NoValue("FEEL211") from None
    except (Overflow, OverflowError):
        raise NoValue("FEEL210") from None


def _weighed(value: Any, run: Run) -> Any:
    """Charge for what takes room, so that no evaluation can fill the memory."""
    type_ = type(value)
    if type_ is str:
        if len(value) > LIGHT:
            weigh(value, run)
    elif type_ is list:
        run.charge(len(value) >> 2)
    return value


LIGHT = 256


def weigh(text: str, run: Run) -> None:
    """Charge for a long text, and refuse one that is too long."""
    if len(text) > run.limits.string_length:
        raise NoValue("FEEL244", max=run.limits.string_length)
    run.charge(len(text) >> 6)


register_kind(Builtin, FUNCTION)


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function written in the language, or any other made of names, types and a body."""

    name: str
    parameters: tuple[str, ...]
    types: tuple[FeelType, ...]
    body: Callable[[Run, list[Any]], Any]
    result: FeelType = ANY
    feel_kind: str = FUNCTION

    def arity(self) -> int | None:
        return len(self.parameters)

    def call(self, run: Run, arguments: list[Any]) -> Any:
        if len(arguments) != len(self.parameters):
            raise NoValue("FEEL221", function=self.name or "function", count=len(arguments))
        run.charge(1)
        if run.calls >= run.limits.calls:
            raise NoValue("FEEL242", max=run.limits.calls)
        run.calls += 1
        try:
            return self.body(run, arguments)
        finally:
            run.calls -= 1

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        if set(arguments) != set(self.parameters):
            raise NoValue("FEEL223", function=self.name or "function", names=", ".join(arguments))
        return self.call(run, [arguments[name] for name in self.parameters])


register_kind(UserFunction, FUNCTION)


def is_whole(value: Any) -> bool:
    """Tell whether a value is a number without a fraction."""
    return type(value) is Decimal and value == value.to_integral_value()
