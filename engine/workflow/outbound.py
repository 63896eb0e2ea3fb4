"""What leaves the transaction by way of the outbox: notices, calls, printouts, events of packs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from engine.kernel.names import RecordRef
from engine.records import Unit
from engine.storage import outbox

Kind = Literal["notify", "call", "print", "emit", "sweep"]


def append(unit: Unit, kind: Kind, key: str, record: RecordRef, facts: Mapping[str, Any]) -> None:
    """Write a row in the unit's transaction; ``key`` is its own for each effect and gives the row a stable id."""
    outbox.append_outward(unit.session, kind, key, record, facts, unit.now)
