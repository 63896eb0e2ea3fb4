"""Parameters: figures of a pack that each tenant sets for itself, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.kernel.text import LocalText

ParamType = Literal[
    "text", "integer", "decimal", "money", "percent", "boolean", "date", "time", "duration", "choice", "table"
]


@dataclass(frozen=True, slots=True)
class ParamModel:
    """One parameter. ``value`` is what counts: the tenant's, else the default. A table's value is a tuple of rows,
    each a mapping from column to value."""

    name: str
    type: ParamType
    title: LocalText
    value: Any = None
    default: Any = None
    dictionary: str | None = None
    columns: Mapping[str, ParamModel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParamSet:
    """Parameters under one name: ``params.<name>.<parameter>``."""

    name: str
    title: LocalText
    params: Mapping[str, ParamModel]
    layer: str = ""

    def values(self) -> dict[str, Any]:
        """Return what an expression finds below the name."""
        return {name: param.value for name, param in self.params.items()}
