"""Conditions on their way into a statement: worded once, given their values for each execution."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.sql import ColumnElement

from engine.rules import Expression, Run
from engine.rules.sql import Given, SqlPiece, SqlRule, SqlScope, sql_rule
from engine.storage.bounded import Bounded
from engine.storage.table_map import TableMap

_KEPT = 200
# the rows of an object that the reader may see; None: all of them
RowFilter = Callable[[str], Expression | None]
Slot = tuple[str, Hashable]  # where in a statement a condition stands: ("where", 0), ("rows", object)
Piece = tuple[Slot, SqlPiece]


class Bound(dict[str, Any]):
    """What conditions know before any row is read, for as long as one reader's rights stay as they are.

    ``kept`` holds statements that this reader asked before, ready with all that is his.
    """

    __slots__ = ("kept",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.kept = Bounded(_KEPT)


def every_row(object: str) -> Expression | None:
    """Let every row of every object be seen; for the engine's own reading."""
    del object
    return None


@dataclass(slots=True)
class Wording:
    """The conditions of one execution, and the pieces that they became where a statement had to be made."""

    tables: TableMap
    rows: RowFilter
    bound: Mapping[str, Any]
    run: Run
    givens: dict[Slot, Given | None] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    # the same values serve in every execution by this reader
    steady: bool = True
    # the values are other ones at each moment
    momentary: bool = False
    _rules: dict[Slot, SqlRule] = field(default_factory=dict)
    _worded: int = 0

    def look(self, slot: Slot, expression: Expression | None) -> Hashable:
        """Prepare a condition; return what the text of a statement depends on."""
        if expression is None:
            self.givens[slot] = None
            return None
        names = tuple(self.bound)
        rule: SqlRule = self.tables.statements.get(
            ("rule", expression, names), lambda: sql_rule(expression, names.__contains__)
        )
        given = rule.given(self.bound, self.run)
        self.steady = self.steady and rule.steady
        self.momentary = self.momentary or (not rule.steady and rule.momentary)
        self._rules[slot] = rule
        self.givens[slot] = given
        return rule.form, given.shape

    def look_at_rows(self, object: str) -> Hashable:
        """Prepare the row filter of an object."""
        return self.look(("rows", object), self.rows(object))

    def hides(self, object: str) -> bool:
        """Tell whether some rows of an object may not be seen."""
        slot = ("rows", object)
        if slot not in self.givens:
            self.look_at_rows(object)
        return self.givens[slot] is not None

    def condition(self, slot: Slot, scope: SqlScope) -> ColumnElement[bool]:
        """Return a prepared condition for a WHERE clause or a join. Raises BadDefinition when SQL cannot say it."""
        given = self.givens[slot]
        assert given is not None
        # counted before it is worded: one condition may ask for a join that has a condition of its own
        self._worded += 1
        piece = self._rules[slot].condition(scope, given, f"c{self._worded}_")
        self.pieces.append((slot, piece))
        return piece.element

    def arguments(self, pieces: tuple[Piece, ...]) -> dict[str, Any]:
        """Return what the pieces of a statement, made in this or another execution, are to be given now."""
        values: dict[str, Any] = {}
        for slot, piece in pieces:
            given = self.givens[slot]
            assert given is not None
            values.update(piece.arguments(given))
        return values
