"""Boxed expressions and the parts of a decision model, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.rules.source import Source


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with the type it is declared to have; an empty type is any."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Boxed:
    """Root of the boxed expressions."""


@dataclass(frozen=True, slots=True)
class LiteralBox(Boxed):
    """An expression as text."""

    text: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ContextBox(Boxed):
    """Entries in order; the one without a name is the result."""

    entries: tuple[tuple[Variable | None, Boxed], ...]


@dataclass(frozen=True, slots=True)
class InvocationBox(Boxed):
    """A call by name."""

    function: Boxed
    bindings: tuple[tuple[Variable, Boxed], ...]


@dataclass(frozen=True, slots=True)
class FunctionBox(Boxed):
    """A function with its parameters."""

    parameters: tuple[Variable, ...]
    body: Boxed
    kind: str = "FEEL"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ListBox(Boxed):
    """A list, item by item."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class RelationBox(Boxed):
    """A list of contexts as a grid."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class ConditionalBox(Boxed):
    """If, then, else."""

    condition: Boxed
    then: Boxed
    otherwise: Boxed


@dataclass(frozen=True, slots=True)
class FilterBox(Boxed):
    """The items of a list that match."""

    source: Boxed
    match: Boxed


@dataclass(frozen=True, slots=True)
class LoopBox(Boxed):
    """``for``, ``some`` and ``every``; ``body`` is what is returned or satisfied."""

    kind: Literal["for", "some", "every"]
    variable: Variable
    source: Boxed
    body: Boxed


HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column that is looked at. ``allowed`` are unary tests. ``places`` holds the texts that have a place."""

    text: str
    type_ref: str = ""
    allowed: str = ""
    label: str = ""
    places: Mapping[str, Source] = field(default_factory=dict, compare=False)

    def source(self, part: str) -> str | Source:
        """Return ``text`` or ``allowed`` with its place, where it has one."""
        text: str = getattr(self, part)
        return self.places.get(part) or text


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column that is answered. ``allowed`` values stand in their order of priority."""

    name: str
    type_ref: str = ""
    allowed: str = ""
    default: str = ""
    label: str = ""
    places: Mapping[str, Source] = field(default_factory=dict, compare=False)

    def source(self, part: str) -> str | Source:
        """Return ``default`` with its place, where it has one."""
        text: str = getattr(self, part)
        return self.places.get(part) or text


@dataclass(frozen=True, slots=True)
class TableRule:
    """One rule: its cells as text, or as text with its place in a file."""

    inputs: tuple[str | Source, ...]
    outputs: tuple[str | Source, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBox(Boxed):
    """A decision table as written."""

    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[TableRule, ...]
    hit_policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""
    annotations: tuple[str, ...] = ()
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A named type: of another type, of components, or of a function; perhaps a list of it."""

    name: str
    type_ref: str = ""
    collection: bool = False
    components: tuple[ItemDefinition, ...] = ()
    allowed: str = ""
    constraint: str = ""
    function: tuple[tuple[Variable, ...], str] | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Another file whose elements are known under an alias."""

    alias: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the requirements graph. ``requires`` are references ``namespace#id`` in the order written."""

    id: str
    name: str
    variable: Variable
    requires: tuple[str, ...] = ()
    box: Boxed | None = None


@dataclass(frozen=True, slots=True)
class InputData(Element):
    """A value from outside."""


@dataclass(frozen=True, slots=True)
class Decision(Element):
    """A value that is worked out."""


@dataclass(frozen=True, slots=True)
class Knowledge(Element):
    """A function that decisions share: a business knowledge model."""


@dataclass(frozen=True, slots=True)
class Service(Element):
    """Some decisions of the graph behind one function."""

    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file."""

    namespace: str
    name: str
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    elements: tuple[Element, ...] = field(default=())
