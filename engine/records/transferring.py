"""Transfer: other owners or departments for records, under a right of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Conflict
from engine.records.batch import Batch
from engine.records.change import Change
from engine.records.draft import Draft
from engine.records.saving import save
from engine.records.unit import Unit

PLACE = frozenset({"owner", "department"})


def transfer(unit: Unit, object: str, versions: Mapping[str, int | None], given: Mapping[str, Any]) -> list[Change]:
    """Give records (by id, with the version the change is based on) another owner or department; all or none.

    What roles say of these two fields does not bind it, nor does a state that locks them.
    """
    plan = unit.plans.of(object)
    if not plan.object.owned:
        raise Conflict("not_owned", object=object)
    drafts = [
        Draft(plan, "update", id, given, expected=version, purpose="transfer", opened=PLACE)
        for id, version in versions.items()
    ]
    return save(Batch(plan, drafts), unit)
