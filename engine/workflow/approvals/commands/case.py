"""A case: one instance in one transaction, its locks taken in the fixed order: subject, instance (K1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.access.directory import Directory
from engine.kernel.context import Actor, Context
from engine.kernel.errors import Missing
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.effects import Effects
from engine.records import Unit
from engine.records.unit import Overtaken
from engine.storage.process_holds import holds_on
from engine.storage.process_rows import InstanceRow, read_instance
from engine.workflow.approvals.commands.facts_of_case import CaseFacts
from engine.workflow.approvals.commands.flows import Flows
from engine.workflow.approvals.ports import Ports
from engine.workflow.approvals.state.runtime import Runtime
from engine.workflow.approvals.state.stored import from_json
from engine.workflow.facts import Subject, digest, material_of, read_subject


class Case:
    """What a command works with. ``seq`` is where the trail stood when it began, ``reads`` what expressions look at,
    ``copied`` who got a copy in which step, ``orphans`` children to be closed after the commit.
    """

    def __init__(self, unit: Unit, row: InstanceRow, flow: ApprovalModel, subject: Subject, ports: Ports) -> None:
        self.unit, self.row, self.flow, self.ports = unit, row, flow, ports
        self.directory = directory_of(unit)
        self.state: Runtime = from_json(row.state)
        self.facts = CaseFacts(unit, flow, row, patched(unit, row, subject), self.directory)
        self.facts.state = self.state
        self.seq = row.seq
        self.channel = "web"
        self.reads: frozenset[tuple[str, ...]] = frozenset()
        self.copied: list[tuple[str, list[str], list[str]]] = []
        self.orphans: list[str] = []

    @property
    def subject(self) -> Subject:
        return self.facts.subject

    def material(self) -> str:
        """Return the digest of the subject's material fields as they are now."""
        lines = self.unit.plans.of(self.row.object).lines
        return digest(material_of(self.subject.facts, self.flow.subject.material, lines))

    def reread(self, paths: Iterable[tuple[str, ...]] = ()) -> None:
        """Look at the subject anew, after it was changed."""
        found = read_subject(self.unit, self.row.object, self.row.record, paths)
        self.facts.renew(patched(self.unit, self.row, found))

    def run(self, effects: Effects, key: str) -> None:
        """Run effects on the subject; later ones see what earlier ones made of it."""
        roots = self.facts.roots
        # as it stands, it need not be read; after a change it is
        roots.made["record"] = self.subject.facts
        known = roots.makers["record"]
        roots.makers["record"] = self._anew
        try:
            self.ports.run_effects(self.unit, effects, roots, key)
        finally:
            roots.makers["record"] = known
        self.reread(self.reads)

    def _anew(self) -> Mapping[str, Any]:
        self.reread(self.reads)
        return self.subject.facts


def open_case(unit: Unit, flows: Flows, ports: Ports, instance: str) -> Case:
    """Lock an instance with its subject and return it; Missing when there is none."""
    place = read_instance(unit.session, instance)
    if place is None:
        raise Missing("not_found")
    flow = flows.pinned(unit, place.flow, place.version)
    paths = flows.reads(flow).paths
    try:
        subject = read_subject(unit, place.object, place.record, paths, lock=True)
    except Missing:
        # the record is gone; the process must still be closed by somebody
        subject = Subject(place.object, place.record, place.base_version, {"id": place.record}, {}, place.title)
    row = read_instance(unit.session, instance, lock=True) if unit.session.dialect != "sqlite" else place
    if row is None:
        raise Missing("not_found")
    if row.version != place.version:
        raise Overtaken
    case = Case(unit, row, flow, subject, ports)
    case.reads = paths
    unit.passes.update(kept_by(unit, row))
    return case


def kept_by(unit: Unit, row: InstanceRow) -> set[str]:
    """Return the instances whose hold on the subject a command of this one may pass: its own and its parents'."""
    found = {row.id}
    if row.parent is not None:
        found |= {hold.instance for hold in holds_on(unit.session, row.object, [row.record])}
    return found


def directory_of(unit: Unit) -> Directory:
    """Return the directory of this transaction."""
    return unit.directory


def patched(unit: Unit, row: InstanceRow, subject: Subject) -> Subject:
    """Return the subject with the proposed change laid over it (D5)."""
    if row.patch is None:
        return subject
    from engine.workflow.approvals.commands.facts_of_case import typed

    given = typed(unit, row.object, row.patch)
    facts = {**subject.facts, **given, "!in_force": subject.facts}
    return Subject(subject.object, subject.id, subject.version, facts, subject.values, subject.title)


def elevated(ctx: Context) -> Context:
    """Return the caller's context with every grant: what a process writes, it writes for itself, under his name."""
    actor: Actor = replace(ctx.actor, administrator=True, system=True)
    return replace(ctx, actor=actor)


def given_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without those that only expressions see."""
    return {name: value for name, value in values.items() if not name.startswith("!")}
