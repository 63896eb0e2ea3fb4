"""Who is there to be chosen: a port; the workflow is given one that knows the organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from engine.metamodel.model.people import People
from engine.records import Unit


class Staff(Protocol):
    """Finds people by rules, and tells what expressions see of them under ``candidate``."""

    def find(self, unit: Unit, people: People, names: Mapping[str, Any]) -> list[tuple[str, float]]:
        """Return active users in a stable order, each once, with the weight of the rules that named him."""
        ...

    def candidates(self, unit: Unit, users: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return what expressions see of active users; those that are gone are left out."""
        ...
