"""Versions of approvals and the move of running instances to a newer one (N1 to N3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Rejected, TesseraError
from engine.metamodel.model.approval import ApprovalModel
from engine.records import Unit
from engine.storage.process_flows import close_flow_version, flow_versions
from engine.storage.process_lists import open_instances
from engine.storage.process_rows import read_instance, rename_step, tasks_of
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.state.moving import moved, unmapped
from engine.workflow.approvals.state.stored import from_json

MOST = 10_000


class Versions:
    """Published approvals; who may see and move them is decided at the door."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def all(self, ctx: Context) -> Sequence[Mapping[str, Any]]:
        """Return the approvals of the tenant."""
        with self._kernel.records.opener.reading(ctx) as unit:
            return [
                {"flow": flow.name, "object": flow.object, "title": flow.title, "slot": flow.slot}
                for flow in unit.model.approvals.values()
            ]

    def of(self, ctx: Context, flow: str) -> Sequence[Mapping[str, Any]]:
        """Return the versions of an approval, the newest first, each with how many open instances use it."""
        with self._kernel.records.opener.reading(ctx) as unit:
            found = flow_versions(unit.session, flow)
            if not found and flow not in unit.model.approvals:
                raise Missing("no_such_approval", approval=flow[:60])
            today = unit.model.approvals.get(flow)
            return [
                {
                    "version": row.version,
                    "fingerprint": row.fingerprint,
                    "current": today is not None and today.fingerprint == row.fingerprint,
                    "closed": row.closed,
                    "open": used,
                    "published_at": row.published_at,
                    "published_by": row.published_by,
                }
                for row, used in found
            ]

    def set_closed(self, ctx: Context, flow: str, version: int, closed: bool) -> None:
        """Let a version take new cases, or no more."""

        def act(unit: Unit) -> None:
            if not close_flow_version(unit.session, flow, version, closed=closed):
                raise Missing("no_such_approval", approval=flow[:60])

        self._kernel.command(ctx, act)

    def migrate(
        self,
        ctx: Context,
        flow: str,
        version: int,
        steps: Mapping[str, str],
        instances: Sequence[str] = (),
        *,
        dry_run: bool,
    ) -> Mapping[str, Any]:
        """Move open instances to a version; each by itself, wholly or not at all. Return what went and what cannot."""
        wanted = list(instances) or self._open(ctx, flow)
        moved_ids: list[str] = []
        blocked: list[dict[str, Any]] = []
        for id in wanted[:MOST]:
            try:
                if self._one(ctx, flow, version, steps, id, dry_run=dry_run):
                    moved_ids.append(id)
            except TesseraError as error:
                params = error.complaint.params
                blocked.append({"instance": id, "code": error.code, "steps": params.get("steps", "")})
        return {"moved": [] if dry_run else moved_ids, "possible": moved_ids, "blocked": blocked, "dry_run": dry_run}

    def _open(self, ctx: Context, flow: str) -> list[str]:
        found: list[str] = []
        while len(found) < MOST:
            with self._kernel.records.opener.reading(ctx) as unit:
                page = open_instances(unit.session, flow, found[-1] if found else "")
            if not page:
                break
            found += page
        return found

    def _one(self, ctx: Context, flow: str, version: int, steps: Mapping[str, str], id: str, *, dry_run: bool) -> bool:
        if dry_run:
            with self._kernel.records.opener.reading(ctx) as unit:
                row = read_instance(unit.session, id)
                if row is None or row.flow != flow or row.version == version:
                    return False
                target = self._kernel.flows.pinned(unit, flow, version)
                _require_mapped(from_json(row.state), self._kernel.flows.pinned(unit, flow, row.version), target, steps)
                return True
        return self._kernel.command(ctx, lambda unit: self._move(unit, flow, version, steps, id))

    def _move(self, unit: Unit, flow: str, version: int, steps: Mapping[str, str], id: str) -> bool:
        case = self._kernel.case(unit, id)
        row = case.row
        if row.flow != flow or row.version == version or row.closed_at is not None:
            return False
        target = self._kernel.flows.pinned(unit, flow, version)
        _require_mapped(case.state, case.flow, target, steps)
        before, row.version = row.version, version
        new = moved(case.state, case.flow, target, steps)
        self._rename_tasks(case, steps)
        case.state, case.flow = new, target
        case.facts.state, case.facts.flow = new, target
        core = self._kernel.machine(case)
        core.log.tell("migrated", before=before, to=version, map=dict(steps))
        core.run()
        self._kernel.finish(case, core)
        return True

    def _rename_tasks(self, case: Case, steps: Mapping[str, str]) -> None:
        for task in tasks_of(case.unit.session, case.row.id, live=True):
            if task.step in steps:
                rename_step(case.unit.session, task.id, steps[task.step])


def _require_mapped(state: Any, old: ApprovalModel, new: ApprovalModel, steps: Mapping[str, str]) -> None:
    missing = unmapped(state, old, new, steps)
    if missing:
        raise Rejected(
            "migration_blocked",
            [Complaint("steps", "migration_blocked", {"steps": ", ".join(missing)})],
            steps=", ".join(missing),
        )
