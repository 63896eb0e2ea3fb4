"""The roots of expressions in an approval: the subject now and as submitted, the people, the steps so far."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

from engine.access.directory import Directory
from engine.access.people import submitter_facts
from engine.metamodel.model.approval import ApprovalModel
from engine.records import Unit
from engine.records.shapes import Wrong
from engine.rules import Expression
from engine.storage.process_holds import read_submission
from engine.storage.process_rows import InstanceRow
from engine.workflow.approvals.outputs import typed_output
from engine.workflow.approvals.state.runtime import Runtime
from engine.workflow.approvals.state.tree import all_steps
from engine.workflow.facts import Subject, roots_of


class CaseFacts:
    """Evaluates expressions for one instance; every root is made when it is first looked at."""

    def __init__(
        self, unit: Unit, flow: ApprovalModel, row: InstanceRow, subject: Subject, directory: Directory
    ) -> None:
        self.unit, self.flow, self.row, self.subject, self.directory = unit, flow, row, subject, directory
        self.state = Runtime()
        self.outcome: str | None = None
        self.more: dict[str, Callable[[], Any]] = {}
        self.people = unit.people
        self.roots = roots_of(
            unit,
            record=lambda: self.subject.facts,
            before=self._before,
            submitted=self._submitted,
            submitter=lambda: submitter_facts(self.people, self.row.submitted_as),
            flow=self._flow,
            steps=self._steps,
            candidate=lambda: None,
        )

    def renew(self, subject: Subject | None = None) -> None:
        """Forget what a change of the subject or a step made outdated."""
        if subject is not None:
            self.subject = subject
        self.roots.forget("record", "before", "submitted", "submitter", "flow", "steps")

    def value(self, expression: Expression, names: Mapping[str, Any] | None = None) -> Any:
        """Return the value of an expression, with further names if need be."""
        self.unit.run.restart()
        known: Mapping[str, Any] = self.roots if not names else ChainMap(dict(names), self.roots)  # type: ignore[arg-type] # read only
        return expression.evaluate(known, self.unit.run)

    def with_names(self, **names: Any) -> Mapping[str, Any]:
        """Return the roots with further names."""
        return ChainMap(names, self.roots)  # type: ignore[arg-type] # read only

    # -- roots -------------------------------------------------------------------------------------------------------

    def _before(self) -> Any:
        if self.row.patch is None:
            return None
        return self.subject.facts.get("!in_force", self.subject.facts)

    def _submitted(self) -> Any:
        kept = read_submission(self.unit.session, self.row.id, self.row.round)
        return self.subject.facts if kept is None else typed(self.unit, self.row.object, kept)

    def person(self, user: str) -> Mapping[str, Any] | None:
        """Return a user as expressions see him."""
        return self.people.of_user(user)

    def _flow(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": row.id,
            "version": row.version,
            "round": row.round,
            "started_at": row.started_at,
            "outcome": self.outcome or row.outcome,
        }

    def _steps(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for step in all_steps(self.flow.steps):
            result = self.state.results.get(step.id)
            if result is None:
                found[step.id] = {"outcome": None, "decided_by": None, "decided_at": None, "output": {}}
                continue
            found[step.id] = {
                "outcome": result.outcome,
                "decided_by": self.person(result.by) if result.by else None,
                "decided_at": _instant(result.at),
                "output": typed_output(step, result.output),
            }
        return found


def _instant(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text) if text else None


def typed(unit: Unit, object: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts that were kept as JSON as typed values again."""
    plan = unit.plans.of(object)
    found: dict[str, Any] = {}
    for name, value in kept.items():
        if name in plan.lines:
            child = plan.lines[name].lines_of or ""
            found[name] = [typed(unit, child, line) for line in value or ()]
            continue
        found[name] = value
        if value is not None and name in plan.object.fields:
            try:
                found[name] = plan.reader_of(name)(value, unit.ctx.zone)
            except (Wrong, KeyError, ValueError):
                found[name] = value
    return found
