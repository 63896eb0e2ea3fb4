"""What a name in an expression refers to, and the scopes in which that is looked up."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.rules.feel_types import ANY, ContextType, FeelType, RecordType

Origin = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a name's value comes from."""

    type: FeelType
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Root(Binding):
    """A name of the outer scope."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Local(Binding):
    """A variable of the expression itself, kept in a slot."""

    slot: int = 0


@dataclass(frozen=True, slots=True)
class ItemField(Binding):
    """A field of the item that a filter looks at. ``otherwise`` is what the name means when the item lacks it."""

    slot: int = 0
    name: str = ""
    otherwise: Binding | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Function(Binding):
    """A built-in function."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Unknown(Binding):
    """Nothing has this name."""

    name: str = ""


@dataclass(slots=True)
class Block:
    """Variables declared together: iterators, parameters, context keys."""

    names: dict[str, Local] = field(default_factory=dict)

    def find(self, name: str) -> Binding | None:
        return self.names.get(name)


@dataclass(slots=True)
class ItemBlock:
    """The inside of a filter."""

    slot: int
    element: FeelType
    origin: Origin | None

    def fields_known(self) -> bool:
        """Tell whether the fields of the item can be told without running."""
        element = self.element
        if isinstance(element, ContextType):
            return not element.open
        return isinstance(element, RecordType) or element is not ANY

    def find(self, name: str) -> Binding | None:
        """Return the binding when it is certain. Uncertain ones are made by the checker."""
        found = self.element.field(name) if self.fields_known() else None
        if found is not None:
            origin = None if self.origin is None else (*self.origin, name)
            return ItemField(found, origin, self.slot, name)
        if name == "item":
            return Local(self.element, self.origin, self.slot)
        return None
