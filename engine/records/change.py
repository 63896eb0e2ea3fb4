"""What came of a change, frozen; and a record as one actor sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.kernel.errors import Complaint

Verb = Literal["create", "update", "delete", "restore", "purge", "recompute"]


@dataclass(frozen=True, slots=True)
class Change:
    """One record changed. ``before`` and ``after`` hold every field by its typed value, whoever asks.

    ``action`` is the verb, or the name of the transition that was performed.
    """

    object: str
    id: str
    version: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    action: str
    warnings: tuple[Complaint, ...] = ()

    @property
    def changed(self) -> frozenset[str]:
        """Return the names of the fields whose values differ."""
        before, after = self.before or {}, self.after or {}
        names = before.keys() | after.keys()
        return frozenset(name for name in names if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the actor may see it: hidden fields are absent, masked ones are masked.

    References are ``Reference(id, title)``, lines are tuples of records. ``allowed`` names what the actor may do:
    ``update``, ``delete``, ... and the transitions that are open to him now. ``closed`` names the fields that a save
    by him could not change.
    """

    object: str
    id: str
    version: int
    values: Mapping[str, Any]
    lines: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
