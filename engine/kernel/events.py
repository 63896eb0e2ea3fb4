"""What has happened to a record, said in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.names import RecordRef


@dataclass(frozen=True, slots=True)
class Event:
    """A fact for whoever subscribes. ``name`` is ``<object>.<past tense>``, e.g. ``visit.created``.

    ``facts`` holds JSON values only. ``id`` is stable, so a receiver can drop repeats.
    """

    id: str
    name: str
    record: RecordRef
    version: int
    facts: Mapping[str, Any] = field(default_factory=dict)
