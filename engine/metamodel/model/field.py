"""One field of an object, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.source import NOWHERE, Span
from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.screen import SortKey
from engine.rules import Expression

FieldType = Literal[
    "text",
    "multiline",
    "richtext",
    "integer",
    "decimal",
    "money",
    "percent",
    "boolean",
    "date",
    "time",
    "datetime",
    "duration",
    "choice",
    "choices",
    "reference",
    "references",
    "any_reference",
    "lines",
    "user",
    "users",
    "department",
    "phone",
    "email",
    "url",
    "address",
    "region",
    "file",
    "files",
    "image",
    "rating",
    "color",
    "code",
    "json",
    "expression",
    "decision_table",
    "secret",
]

# fields whose values live outside the object's own row
OUTSIDE_THE_ROW: frozenset[str] = frozenset({"lines"})
# fields that hold several values; stored as a JSON array in the row
SEVERAL: frozenset[str] = frozenset({"choices", "references", "users", "files"})
# fields in which users keep rules: a FEEL text, a decision table
RULES: frozenset[str] = frozenset({"expression", "decision_table"})
NUMBERS: frozenset[str] = frozenset({"integer", "decimal", "money", "percent", "rating"})


@dataclass(frozen=True, slots=True)
class Default:
    """What an empty field gets on creation: a literal, or a formula when ``expression`` is set."""

    value: Any = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rollup:
    """A figure summed up from the records of ``of`` whose reference ``by`` points here."""

    function: Literal["sum", "count", "min", "max", "avg"]
    of: str
    by: str
    field: str | None = None
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """What a field takes on creation where nothing is given, of the first record for which ``where`` is true too.

    A reference takes the record itself; another field what stands in ``take`` of a record of ``source``. When one of
    ``again`` changes later, what was not given another value is taken anew.
    """

    where: Expression | None = None
    sort: tuple[SortKey, ...] = ()
    source: str | None = None
    take: str = "id"
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field with everything that any floor asks about it.

    ``digits`` and ``scale`` hold for decimal, money and percent; ``length`` (characters) for texts.
    ``grouped`` says that a whole number is shown with thousands marks, unlike a year.
    ``targets`` are the objects a reference may point to; ``lines_of`` and ``lines_by`` name the child object
    and its reference back. ``system`` fields are kept by the engine (id, version, created_at, owner ...).
    ``over`` and ``gives`` belong to the types that hold rules: the object whose records a rule is about, and the FEEL
    type of what it comes to (empty: anything).
    ``related`` is how those are called that point to a record by this reference, where their object's plural says too
    little. ``sort_key`` says that a pinyin key column stands beside the text. ``layer`` is the pack that said it.
    """

    name: str
    type: FieldType
    title: LocalText
    help: LocalText = EMPTY
    required: bool = False
    readonly: bool = False
    unique: bool = False
    indexed: bool = False
    system: bool = False
    searchable: bool = False
    sort_key: bool = False
    length: int = 200
    digits: int = 18
    scale: int = 2
    grouped: bool = True
    range: Expression | None = None
    pattern: str | None = None
    default: Default | None = None
    dictionary: str | None = None
    depends_on: str | None = None
    targets: tuple[str, ...] = ()
    where: Expression | None = None
    pick: Pick | None = None
    related: LocalText = EMPTY
    on_delete: Literal["restrict", "clear", "cascade"] = "restrict"
    lines_of: str | None = None
    lines_by: str | None = None
    formula: Expression | None = None
    rollup: Rollup | None = None
    currency: str | None = None
    over: str | None = None
    gives: str = ""
    layer: str = ""
    span: Span = NOWHERE

    @property
    def computed(self) -> bool:
        """Tell whether the engine, not the user, gives the value."""
        return self.formula is not None or self.rollup is not None

    @property
    def stored(self) -> bool:
        """Tell whether the object's table has a column for it."""
        return self.type not in OUTSIDE_THE_ROW

    @property
    def references(self) -> bool:
        """Tell whether the value is the id of exactly one record of exactly one object."""
        return self.type in ("reference", "department") and len(self.targets) == 1
