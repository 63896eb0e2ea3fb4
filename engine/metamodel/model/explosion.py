"""Explosions: a line that stands for several others gets them beside it, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.field import Default
from engine.rules import Expression

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplosionModel:
    """Lines of ``object`` that point by ``reference`` to a record with lines of its own in ``parts`` get one line for
    each of these. There ``link`` points to the line that it belongs to, ``origin`` to the part; ``set`` are its values.

    In ``where`` and ``set`` the line is ``item`` and the part ``part``; ``looks`` are the paths of a part that they
    look at, ``reads`` those of a line.
    """

    name: str
    object: str
    reference: str
    parts: str
    part: str
    part_by: str
    link: str
    origin: str
    set: Mapping[str, Default]
    title: LocalText = EMPTY
    when: Expression | None = None
    where: Expression | None = None
    looks: frozenset[Path] = frozenset()
    reads: frozenset[Path] = frozenset()
    layer: str = ""
