"""Changes of more records than one transaction should hold: left to the background, a part at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.records import Unit
from engine.workflow.effects.cause import Cause
from engine.workflow.outbound import append

CHUNK = 200
# a record that is to be changed, and the values that it gets as a user would send them; None: it is removed
Wanted = tuple[str, Mapping[str, Any] | None]


def hand_over(unit: Unit, object: str, wanted: Sequence[Wanted], cause: Cause, key: str) -> None:
    """Leave changes of many records to the background; what each gets is settled now, with the rights of the cause."""
    for start in range(0, len(wanted), CHUNK):
        facts = {
            "object": object,
            "rows": [[id, None if values is None else dict(values)] for id, values in wanted[start : start + CHUNK]],
            "authority": cause.authority,
            "label": cause.label,
            "actor": unit.user,
            "chain": [unit.chain.id, unit.chain.depth],
        }
        append(unit, "sweep", f"{key}/{start}", cause.record, facts)
