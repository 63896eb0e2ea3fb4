"""What a reader asks of a chart besides what it says itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ask:
    """``period`` takes the place of the chart's own; an empty text means all times. ``where`` is a further condition.

    ``filters`` are values by dimension, of which one must hold; dimensions that a dataset does not have are passed
    over. ``opened`` are the nodes of trees that are looked into, by dimension.
    """

    period: str | None = None
    where: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    opened: Mapping[str, str] = field(default_factory=dict)
