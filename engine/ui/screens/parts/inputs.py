"""What templates draw of the parts of a definition."""

from __future__ import annotations

from dataclasses import dataclass

from engine.ui.widgets.base import Option


@dataclass(frozen=True, slots=True)
class Part:
    """An input, or a group of them; ``kind`` names the macro that draws it.

    ``shown_for`` is ``input=value,value``: the part belongs to that choice only. ``width`` counts columns of twelve.
    """

    kind: str
    name: str
    title: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    parts: tuple[Part, ...] = ()
    error: str = ""
    help: str = ""
    width: int = 6
    shown_for: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Parts under a heading; ``folded``: nothing is set in them, they open on demand."""

    key: str
    title: str
    parts: tuple[Part, ...]
    folded: bool = False
    told: str = ""
