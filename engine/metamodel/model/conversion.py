"""Conversions: one record makes others, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.effects import Values
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class ConversionLines:
    """Lines that become lines. In ``set`` and ``where`` a source line is ``item`` and what is left of it ``open``.

    ``quantity`` is the field of the new line that takes a part, ``of`` the field of the source line that holds the
    whole, and ``link`` the reference of the new line to its source line: what is open is the whole less what the new
    lines linked to it have already taken, or what ``left`` (on ``item``) says where some of those do not count.
    Without ``quantity`` a line is taken once and as a whole.
    """

    field: str
    source: str
    set: Values
    link: str | None = None
    quantity: str | None = None
    of: str | None = None
    where: Expression | None = None
    left: Expression | None = None


@dataclass(frozen=True, slots=True)
class ConversionTarget:
    """One record that is made. ``use`` yields a record that is taken instead of a new one, null: make it.

    ``name`` binds it for the targets after it; ``link`` is its reference back to the source; ``ask`` are fields of it
    that the person fills in first; ``back`` is the field of the source that then points to it.
    """

    name: str
    object: str
    set: Values
    when: Expression | None = None
    use: Expression | None = None
    link: str | None = None
    back: str | None = None
    ask: tuple[str, ...] = ()
    lines: Mapping[str, ConversionLines] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConversionModel:
    """Records of ``object`` become others. ``repeat``: as long as something is open, or where nothing can stay open as
    often as ``when`` is true; otherwise once per record.

    ``transition`` is performed on the source once nothing is open any more (at once where nothing can stay open);
    ``set`` are values that the source gets at each conversion.
    """

    name: str
    object: str
    title: LocalText
    makes: Mapping[str, ConversionTarget]
    when: Expression | None = None
    repeat: bool = False
    set: Values = field(default_factory=dict)
    transition: str | None = None
    confirm: LocalText = EMPTY
    layer: str = ""
