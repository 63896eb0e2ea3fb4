"""Hears of changes of records, and judges anew whether clocks of tasks stand (C4)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.metamodel.model import TenantModel
from engine.records import Change, Unit
from engine.storage.process_rows import instances_of
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.pausing import pause_reads, settle_pauses
from engine.workflow.approvals.staleness import concerned, touched


class Pauses:
    """Stops clocks of tasks whose pause holds by a change, and lets those go on whose pause is over."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def concerns(self, model: TenantModel, object: str) -> bool:
        """Tell whether the pause of a step may look at an object's records or at the record they are lines of."""
        flows = (flow for flow in model.approvals.values() if pause_reads(flow))
        return concerned(model, object, {flow.object for flow in flows})

    def react(self, unit: Unit, changes: Sequence[Change]) -> None:
        """Judge the open cases of what was changed."""
        seen: set[str] = set()
        for change in changes:
            for object, record, names, _ in touched(unit, change):
                for row in instances_of(unit.session, object, record):
                    flow = None if row.closed_at is not None else self._kernel.flows.pinned(unit, row.flow, row.version)
                    if flow is not None and row.id not in seen and names & pause_reads(flow):
                        seen.add(row.id)
                        self._settle(unit, row.id)

    def _settle(self, unit: Unit, instance: str) -> None:
        passes = set(unit.passes)
        try:
            case = self._kernel.case(unit, instance)
            core = self._kernel.machine(case, by_person=False)
            case.channel = "system"
            if settle_pauses(case, core):
                self._kernel.finish(case, core)
        finally:
            # what the case may write for itself is not for whoever changed the record
            unit.passes.clear()
            unit.passes.update(passes)
