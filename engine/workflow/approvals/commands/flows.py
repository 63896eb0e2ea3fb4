"""Versions of approvals at run time: published once, pinned by instances (N1, N2)."""

from __future__ import annotations

from engine.kernel.errors import BadDefinition, Conflict, Missing
from engine.metamodel import approval_of_body
from engine.metamodel.model.approval import ApprovalModel
from engine.records import Unit
from engine.storage import Violation
from engine.storage.bounded import Bounded
from engine.storage.process_flows import (
    FlowVersion,
    add_flow_version,
    newest_flow_version,
    read_flow_version,
    used_versions,
)
from engine.storage.savepoints import savepoint
from engine.workflow.facts import Reads, reads_of

_KEPT = 512


class Flows:
    """The versions of all tenants' approvals, as far as they were used lately."""

    def __init__(self) -> None:
        self._rows = Bounded(_KEPT)
        self._models = Bounded(_KEPT)
        self._reads = Bounded(_KEPT)
        self._newest = Bounded(_KEPT)

    def today(self, unit: Unit, flow: str) -> ApprovalModel:
        """Return the approval as the tenant's definitions have it now; Missing when they have none."""
        found = unit.model.approvals.get(flow)
        if found is None:
            raise Missing("no_such_approval", approval=flow[:60])
        return found

    def publish(self, unit: Unit, flow: str) -> int:
        """Return the number of the present version; it gets one when it is new."""
        model = self.today(unit, flow)
        key = (unit.session.tenant, flow, model.fingerprint)
        known: int | None = self._newest.get(key, lambda: None)
        if known is not None:
            return known
        newest = newest_flow_version(unit.session, flow)
        if newest is not None and newest.fingerprint == model.fingerprint:
            return newest.version
        number = 1 if newest is None else newest.version + 1
        made = FlowVersion(flow, number, model.fingerprint, dict(model.body), False, unit.now, unit.ctx.actor.login)
        try:
            with savepoint(unit.session):
                add_flow_version(unit.session, made)
        except Violation:
            newest = newest_flow_version(unit.session, flow)
            assert newest is not None, "somebody else was faster"
            return newest.version
        return number

    def known(self, unit: Unit, flow: str) -> int:
        """Return the number that the present version has, or would get; nothing is written."""
        model = self.today(unit, flow)
        newest = newest_flow_version(unit.session, flow)
        if newest is None:
            return 1
        return newest.version if newest.fingerprint == model.fingerprint else newest.version + 1

    def publish_all(self, unit: Unit) -> None:
        """Number every approval of the definitions; done when they are activated, in the same transaction."""
        for flow in unit.model.approvals:
            self.publish(unit, flow)
        self._require_used(unit)

    def _require_used(self, unit: Unit) -> None:
        """Refuse definitions without something that a version in use mentions: a role, a field, an object (N4)."""
        broken: list[str] = []
        count = 0
        for flow, version, used in used_versions(unit.session):
            try:
                self.pinned(unit, flow, version)
            except BadDefinition as error:
                broken += [f"{flow} {version}: {diagnostic}" for diagnostic in error.diagnostics]
                count += used
        if broken:
            raise Conflict("flow_in_use", count=count, steps="; ".join(broken)[:1_000])

    def row(self, unit: Unit, flow: str, version: int) -> FlowVersion:
        """Return a version as it is stored."""
        found: FlowVersion | None = read_flow_version(unit.session, flow, version)
        if found is None:
            raise Missing("no_such_approval", approval=flow[:60])
        return found

    def pinned(self, unit: Unit, flow: str, version: int) -> ApprovalModel:
        """Return a version of an approval, compiled against today's objects."""
        key = (unit.session.tenant, flow, version)
        row: FlowVersion = self._rows.get(key, lambda: self.row(unit, flow, version))
        today = unit.model.approvals.get(flow)
        if today is not None and today.fingerprint == row.fingerprint:
            return today
        made: ApprovalModel = self._models.get(
            (row.fingerprint, unit.model.fingerprint), lambda: approval_of_body(flow, row.body, unit.model)
        )
        return made

    def reads(self, flow: ApprovalModel) -> Reads:
        """Return what the expressions of an approval look at."""
        kept: Reads = self._reads.get((flow.fingerprint, id(flow)), lambda: reads_of([flow]))
        return kept
