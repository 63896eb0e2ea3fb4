"""A print format: the page of a record as a template, the paper it stands on, and when it is offered; compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression

PaperSize = Literal["A3", "A4", "A5", "Letter"]
Path = tuple[str, ...]

# what templates of messages and printouts may call behind a bar; the process that renders them knows the same
TEMPLATE_FILTERS = frozenset(
    {
        *("abs", "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "join"),
        *("last", "length", "list", "lower", "max", "min", "replace", "reverse", "round", "slice", "sort", "string"),
        *("striptags", "sum", "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap"),
        *("number", "quantity", "day", "long_day", "capitals", "picture", "barcode"),
    }
)


@dataclass(frozen=True, slots=True)
class PaperModel:
    """The paper: ``margin`` in millimetres."""

    size: PaperSize = "A4"
    landscape: bool = False
    margin: int = 20


@dataclass(frozen=True, slots=True)
class BandModel:
    """What stands above or below the text of every page; ``{page}`` and ``{pages}`` are the numbers."""

    left: LocalText = EMPTY
    center: LocalText = EMPTY
    right: LocalText = EMPTY


@dataclass(frozen=True, slots=True)
class PrintModel:
    """A print format of records of ``object``, offered while ``when`` is true.

    ``body`` holds the source of a template per language. ``reads`` are the paths that the templates name behind
    ``record``, ``lines`` those behind the lines of each field of lines.
    """

    name: str
    title: LocalText
    object: str
    body: LocalText
    when: Expression | None = None
    page: PaperModel = PaperModel()
    header: BandModel = BandModel()
    footer: BandModel = BandModel()
    reads: tuple[Path, ...] = ()
    lines: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    layer: str = ""
