"""What is asked of the records of one object, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import SortKey
from engine.rules import Expression

Path = tuple[str, ...]
Row = dict[str, Any]  # a path, its steps joined by dots -> value
# at the end of a path: its value as it is stored, also where the reader may not see the records on the way or the one
# that it points to. Permission looks at it; it is never told
POINTER = "#"


@dataclass(frozen=True, slots=True)
class Match:
    """A field must be equal to a value, or to one of a tuple of values."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Totals:
    """What is counted: the fields ``by`` which records are put into groups, and the figures summed in each."""

    by: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Records of one object.

    ``where`` is one condition or several that must all hold. ``quick`` is the text of a quick search; where
    ``quick_in`` names fields, only those are searched. ``after`` is the cursor of the page before. ``deleted`` asks
    for the records in the recycle bin, None for those inside and outside. ``totals`` say what a tally counts.
    ``begins`` is a text that the display field must begin with, which has a key to be sorted by.
    """

    object: str
    columns: tuple[Path, ...]
    where: Expression | tuple[Expression, ...] | None = None
    quick: str = ""
    sort: tuple[SortKey, ...] = ()
    limit: int = 50
    after: str | None = None
    deleted: bool | None = False
    match: tuple[Match, ...] = ()
    quick_in: tuple[str, ...] | None = None
    totals: Totals = Totals()
    begins: str = ""

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """Return all conditions."""
        if self.where is None:
            return ()
        return self.where if isinstance(self.where, tuple) else (self.where,)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and the cursor of the next page, None at the end."""

    rows: tuple[Row, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A group: the values of the fields it stands for, its number of records, its sums (None: nothing to sum)."""

    group: tuple[Any, ...]
    count: int
    sums: tuple[Any, ...] = ()
