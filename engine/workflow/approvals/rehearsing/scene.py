"""The scene of a rehearsal: a record with the values that are supposed, and a world in which only it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.kernel.errors import Complaint, Rejected
from engine.metamodel.model import FieldModel
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.effects import Effects, Values
from engine.metamodel.model.people import People, Picked
from engine.metamodel.model.steps import DoStep, HandleStep, Step
from engine.records import Unit
from engine.records.plan import ObjectPlan
from engine.records.shapes import Wrong
from engine.storage.process_rows import InstanceRow
from engine.workflow.approvals.commands.case import Case, given_values, patched
from engine.workflow.approvals.commands.predicting import SupposedWorld
from engine.workflow.approvals.ports import Ports
from engine.workflow.approvals.rehearsing.people import MadeUpDirectory
from engine.workflow.approvals.rehearsing.supposing import Supposing
from engine.workflow.approvals.state.tree import PEOPLE_STEPS, all_steps, step_by_id
from engine.workflow.approvals.state.world import Found, Named
from engine.workflow.facts import Subject, flat

RECORD = "supposed"
_PEOPLE = ("user", "users")
_LINKS = ("reference", "references", "department", *_PEOPLE)


class RehearsedCase(Case):
    """A case on a record that is nowhere: what is written lies over what was supposed."""

    def __init__(self, unit: Unit, row: InstanceRow, flow: ApprovalModel, subject: Subject, ports: Ports) -> None:
        self._supposed = subject
        row.patch = row.patch or {}
        super().__init__(unit, row, flow, subject, ports)
        self.facts.roots.makers["actor"] = lambda: self.facts.person(unit.user)

    def reread(self, paths: Iterable[tuple[str, ...]] = ()) -> None:
        """Lay what was written over what was supposed."""
        self.facts.renew(patched(self.unit, self.row, self._supposed))

    def write(self, values: Mapping[str, Any]) -> None:
        """Give fields of the record values, as JSON."""
        self.row.patch = {**(self.row.patch or {}), **values}
        self.reread()

    def give(self, values: Mapping[str, Any]) -> None:
        """Give fields of the record values as expressions yield them."""
        self.write(flat(values, self._lines))

    def set_fields(self, values: Values) -> None:
        """Give fields of the record the values of a definition."""
        self.give(Supposing(self).values(values, {}))

    def carry_out(self, effects: Effects) -> None:
        """Carry out what changes the record; what it makes of others only lends its values to what follows."""
        Supposing(self).run(effects)

    def record(self) -> dict[str, Any]:
        """Return what the record holds now, as JSON."""
        return flat(given_values(self.subject.facts), self._lines)

    @property
    def _lines(self) -> Mapping[str, FieldModel]:
        return self.unit.plans.of(self.row.object).lines


class RehearsedWorld(SupposedWorld):
    """The world of a rehearsal: it changes its record, and people are those whom the walk names for a step."""

    case: RehearsedCase

    def __init__(self, case: RehearsedCase, directory: MadeUpDirectory, people: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(case, by_person=True)
        self._directory, self._people = directory, people

    def find(self, rules: People, step: str) -> Found:
        """Return the people whom the walk names for a step, else those whom its rules find."""
        own = step_by_id(self.case.flow.steps, step)
        if step in self._people and rules is (getattr(own, "by", None) or getattr(own, "to", None)):
            return Found(tuple(map(Named, self._people[step])))
        return super().find(rules, step)

    def find_worker(self, assignment: str) -> Found:
        """Return whom the walk names for the step, else the one whose turn it is."""
        for step in all_steps(self.case.flow.steps):
            if isinstance(step, HandleStep) and step.assignment == assignment and step.id in self._people:
                return Found(tuple(map(Named, self._people[step.id])))
        return Found((Named(self._directory.somebody(f"turn of {assignment}").id),))

    def carry_out(self, step: DoStep) -> bool:
        """Suppose what the step does to the record."""
        self.case.facts.roots.forget("steps")
        self.case.carry_out(step.effects)
        return False

    def choose_people(self) -> None:
        """Choose people wherever somebody may."""
        for step in all_steps(self.case.flow.steps):
            rule = _picked(step)
            if rule is not None and step.id not in self._people:
                offered = self.finder().users(rule.choices)[: max(rule.minimum, 1)]
                self.case.state.picks[step.id] = offered or [self._directory.somebody(f"choice for {step.id}").id]


def _picked(step: Step) -> Picked | None:
    rules = step.by if isinstance(step, PEOPLE_STEPS) else ()
    return next((rule.selector for rule in rules if isinstance(rule.selector, Picked)), None)


# -- the record --------------------------------------------------------------------------------------------------------


def supposed_subject(unit: Unit, object: str, values: Mapping[str, Any], owner: str) -> Subject:
    """Return a record that holds these values and nothing else; it belongs to ``owner`` unless they say otherwise.

    Raises Rejected for a value that its field cannot hold.
    """
    plan = unit.plans.of(object)
    mine = {"owner": owner} if "owner" in plan.object.fields else {}
    facts = _facts(unit, plan, {**mine, **values}, "") | {"id": RECORD, "version": 1}
    header = {name: value for name, value in facts.items() if name not in plan.lines}
    for name, field in plan.lines.items():
        for line in facts[name]:
            line[field.lines_by or ""] = header
    title = facts.get(plan.object.display)
    return Subject(object, RECORD, 1, facts, header, "" if title is None else str(title))


def _facts(unit: Unit, plan: ObjectPlan, values: Mapping[str, Any], path: str) -> dict[str, Any]:
    facts: dict[str, Any] = {name: [] if name in plan.lines else None for name in plan.object.fields}
    for name, value in values.items():
        if value is not None:
            facts[name] = _value(unit, plan, name, value, f"{path}{name}")
    return facts


def _value(unit: Unit, plan: ObjectPlan, name: str, value: Any, path: str) -> Any:
    field = plan.object.fields[name]
    if field.type == "lines":
        child = unit.plans.of(field.lines_of or "")
        return [_facts(unit, child, line, f"{path}[{place}].") for place, line in enumerate(value)]
    if field.type in _LINKS:
        several = value if isinstance(value, list) else [value]
        found = [_linked(unit, field, one, path) for one in several]
        return found if isinstance(value, list) else found[0]
    try:
        return plan.reader_of(name)(value, unit.ctx.zone)
    except Wrong as wrong:
        raise Rejected("invalid", [Complaint(path, wrong.code, wrong.params)], count=1) from None


def _linked(unit: Unit, field: FieldModel, value: Any, path: str) -> dict[str, Any]:
    """Return what stands behind a reference: the fields that are given, or a name alone."""
    if field.type in _PEOPLE or not field.targets:
        return {"id": str(value), "login": str(value), "name": str(value)}
    plan = unit.plans.of(field.targets[0])
    if isinstance(value, Mapping):
        return _facts(unit, plan, value, f"{path}.") | {"id": str(value.get("id") or f"{field.name} of it")}
    return {plan.object.display: str(value), "id": str(value)}
