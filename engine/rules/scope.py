"""What names mean: the protocol that the users of the language implement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from engine.rules.feel_types import FeelType, NameScope


@runtime_checkable
class TypedScope(NameScope, Protocol):
    """A scope that also has named types, for ``instance of`` and typed parameters."""

    def named_types(self) -> Mapping[str, FeelType]: ...


@dataclass(frozen=True, slots=True)
class Names:
    """The plainest scope: a mapping of names to types, and of type names to types."""

    types: Mapping[str, FeelType] = field(default_factory=dict)
    named: Mapping[str, FeelType] = field(default_factory=dict)

    def type_of(self, name: str) -> FeelType | None:
        return self.types.get(name)

    def names(self) -> Iterable[str]:
        return self.types

    def named_types(self) -> Mapping[str, FeelType]:
        return self.named


__all__ = ["NameScope", "Names", "TypedScope"]
