"""A numbering rule, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a number.

    text: ``text`` as it stands; date: ``pattern`` (yyyy, yy, MM, dd, Q, ww) of the date field ``of`` or of today;
    field: value of the path ``path``, mapped through ``mapping`` and cut or padded to ``width``;
    counter: running figure of ``width`` digits; check: check digit over all before it by ``method``.
    """

    kind: Literal["text", "date", "field", "counter", "check"]
    text: str = ""
    pattern: str = ""
    of: str | None = None
    path: Expression | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    width: int = 0
    method: Literal["mod10", "mod11", "mod97", ""] = ""


@dataclass(frozen=True, slots=True)
class NumberingModel:
    """``scope`` is an expression whose value has its own counter; ``reset`` starts the counter anew per period.

    Modes: fast (blocks of up to 20 are cached, gaps allowed), dense (no cache, gap only after rollback of a later
    step), gapless (committed numbers are exactly 1..n in commit order).
    """

    name: str
    segments: tuple[Segment, ...]
    title: LocalText = EMPTY
    scope: Expression | None = None
    reset: Literal["never", "day", "month", "quarter", "year"] = "never"
    start: int = 1
    mode: Literal["fast", "dense", "gapless"] = "dense"
    layer: str = ""
