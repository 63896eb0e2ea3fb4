"""What a widget is, what it draws, and what it draws with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, Literal, Protocol

from engine.kernel.text import LocalText
from engine.metamodel.model import DictionaryItem, FieldModel, TenantModel
from engine.ui.formatting import Dates
from engine.ui.words import Words

CellKind = Literal[
    "none", "text", "number", "code", "state", "tag", "tags", "person", "people", "link", "switch", "color",
    "rating", "long", "rich", "files", "image", "masked", "rule", "grid", "steps",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be drawn; ``kind`` names the macro that draws it."""

    kind: CellKind
    text: str = ""
    tone: str = ""
    phase: str = ""
    href: str = ""
    note: str = ""
    parts: tuple[Cell, ...] = ()


NOTHING = Cell("none")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen."""

    value: str
    text: str
    chosen: bool = False
    tone: str = ""
    note: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an input stands: its name in the form, its id, and what is true of it there. ``label`` is set
    where no visible label stands beside it; ``lookup`` is the address that a picker searches at."""

    name: str
    id: str
    label: str = ""
    required: bool = False
    readonly: bool = False
    invalid: bool = False
    described: str = ""
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An input ready to be drawn; ``kind`` names the macro that draws it."""

    kind: str
    spot: Spot
    value: str = ""
    text: str = ""
    options: tuple[Option, ...] = ()
    parts: tuple[Input, ...] = ()
    before: str = ""
    after: str = ""
    placeholder: str = ""
    numeric: bool = False
    length: int = 0
    mode: str = ""
    create: str = ""
    icon: str = ""
    over: str = ""
    gives: str = ""


def plain_cell(cell: Cell) -> Cell:
    """Return a cell that leads nowhere."""
    if cell.kind == "steps":
        return replace(cell, parts=tuple(replace(part, href="") for part in cell.parts))
    return replace(cell, kind="text", href="") if cell.kind == "link" and cell.href.startswith("/o/") else cell


def _nobody_creates(object: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Look:
    """What every widget draws with: the reader's language and dates, the model, the object whose field it is, the
    items of dictionaries, and the values of the record around (for dependent dictionaries and currencies).

    ``places`` is set in a column whose figures shall all have as many; ``near`` asks for today as a word.
    """

    words: Words
    dates: Dates
    model: TenantModel
    items: Callable[[str], Mapping[str, DictionaryItem]]
    object: str
    around: Mapping[str, Any] = field(default_factory=dict)
    may_create: Callable[[str], bool] = _nobody_creates
    places: int | None = None
    near: bool = False

    @property
    def language(self) -> str:
        """Return the reader's language."""
        return self.words.language

    def title(self, text: LocalText) -> str:
        """Return a label in the reader's language."""
        return text.in_language(self.language)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a form: what its owner calls it, and its content."""

    name: str
    stream: IO[bytes]


class Posted(Protocol):
    """A posted form, as a widget reads it."""

    def one(self, name: str) -> str | None:
        """Return the last text posted under a name, None when there is none."""
        ...

    def many(self, name: str) -> Sequence[str]:
        """Return all texts posted under a name."""
        ...

    def sent(self, name: str) -> Sequence[SentFile]:
        """Return the files that were chosen under a name."""
        ...

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the distinct next parts of the names that begin with ``prefix.``, in their order."""
        ...


class Absent:
    """Says that a form did not hold the field at all."""


ABSENT = Absent()
Draw = Callable[[Any], Cell]


class Widget(Protocol):
    """Reads, shows and asks for the values of a family of field types."""

    @property
    def numeric(self) -> bool:
        """Tell whether values stand right-aligned under each other."""
        ...

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        """Return the plain value of a posted field, ABSENT when the form does not hold it."""
        ...

    def show(self, field: FieldModel, look: Look) -> Draw:
        """Return what draws a value of this field; made once per column, called per row."""
        ...

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        """Return the input for a value, which may be typed or the text that was posted."""
        ...

    def width(self, field: FieldModel) -> int:
        """Return the columns of twelve that the input takes."""
        ...


def text_of(posted: Posted, name: str) -> Any:
    """Return a posted text stripped of blanks, None when it is empty, ABSENT when it was not posted."""
    value = posted.one(name)
    if value is None:
        return ABSENT
    return value.strip() or None
