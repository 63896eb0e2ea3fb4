"""Bench: what lies on the table while definitions become a model; each pass takes from it and adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span
from engine.metamodel import limits
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.layers import Merged, MergedDocument
from engine.metamodel.model import (
    ApprovalModel,
    AssignmentModel,
    AutomationModel,
    BoardModel,
    CalendarModel,
    ConversionModel,
    DictionaryModel,
    FieldModel,
    FormModel,
    LifecycleModel,
    ListModel,
    MenuModel,
    MessageModel,
    NetworkModel,
    NeverModel,
    NumberingModel,
    ObjectModel,
    ParamSet,
    PrivilegeModel,
    RestrictionModel,
    RoleModel,
    SharingModel,
    Structure,
    TimelineModel,
    WorktimeModel,
)
from engine.metamodel.model.adjustment import AdjustmentModel
from engine.metamodel.model.analysis import ChartModel, DashboardModel, DatasetModel
from engine.metamodel.model.decision import DecisionModel
from engine.metamodel.model.explosion import ExplosionModel
from engine.metamodel.model.message import ConnectorModel
from engine.metamodel.model.printout import PrintModel
from engine.metamodel.model.webform import WebformModel

FieldKey = tuple[str, str]


@dataclass(slots=True)
class Bench:
    """The work in hand. Lookups complain and return None, so that a pass goes on with the rest.

    ``lost`` are names that stood in parts with a wrong shape: nobody is told that they are unknown. ``flows`` are the
    nodes of the approvals as extended; ``subjects`` tell, by kind and id, which object a process is about. ``taken``
    are names of definitions that come from a finished model instead of documents.
    """

    merged: Merged
    findings: Findings
    lost: frozenset[str] = frozenset()
    objects: dict[str, ObjectModel] = field(default_factory=dict)
    dictionaries: dict[str, DictionaryModel] = field(default_factory=dict)
    numberings: dict[str, NumberingModel] = field(default_factory=dict)
    lifecycles: dict[str, LifecycleModel] = field(default_factory=dict)
    roles: dict[str, RoleModel] = field(default_factory=dict)
    lists: dict[str, ListModel] = field(default_factory=dict)
    forms: dict[str, FormModel] = field(default_factory=dict)
    boards: dict[str, BoardModel] = field(default_factory=dict)
    calendars: dict[str, CalendarModel] = field(default_factory=dict)
    timelines: dict[str, TimelineModel] = field(default_factory=dict)
    networks: dict[str, NetworkModel] = field(default_factory=dict)
    webforms: dict[str, WebformModel] = field(default_factory=dict)
    datasets: dict[str, DatasetModel] = field(default_factory=dict)
    charts: dict[str, ChartModel] = field(default_factory=dict)
    dashboards: dict[str, DashboardModel] = field(default_factory=dict)
    menus: list[MenuModel] = field(default_factory=list)
    structure: Structure = field(default_factory=Structure)
    privileges: dict[str, PrivilegeModel] = field(default_factory=dict)
    restrictions: dict[str, RestrictionModel] = field(default_factory=dict)
    sharings: dict[str, SharingModel] = field(default_factory=dict)
    nevers: dict[str, NeverModel] = field(default_factory=dict)
    approvals: dict[str, ApprovalModel] = field(default_factory=dict)
    automations: dict[str, AutomationModel] = field(default_factory=dict)
    assignments: dict[str, AssignmentModel] = field(default_factory=dict)
    worktimes: dict[str, WorktimeModel] = field(default_factory=dict)
    conversions: dict[str, ConversionModel] = field(default_factory=dict)
    adjustments: dict[str, AdjustmentModel] = field(default_factory=dict)
    explosions: dict[str, ExplosionModel] = field(default_factory=dict)
    messages: dict[str, MessageModel] = field(default_factory=dict)
    params: dict[str, ParamSet] = field(default_factory=dict)
    decisions: dict[str, DecisionModel] = field(default_factory=dict)
    prints: dict[str, PrintModel] = field(default_factory=dict)
    connectors: dict[str, ConnectorModel] = field(default_factory=dict)
    flows: dict[str, Node] = field(default_factory=dict)
    subjects: dict[tuple[str, str], str] = field(default_factory=dict)
    reads: dict[FieldKey, frozenset[FieldKey]] = field(default_factory=dict)
    inbound: dict[str, tuple[FieldKey, ...]] = field(default_factory=dict)
    calculation: tuple[FieldKey, ...] = ()
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _by_kind: dict[str, list[MergedDocument]] = field(default_factory=dict)

    @property
    def unit(self) -> str | None:
        """The object that holds the units."""
        return self.structure.unit

    def complain(self, code: str, where: Node | Span, /, **params: Any) -> None:
        """Add an error at a node's value."""
        self.findings.add(code, where.span if isinstance(where, Node) else where, **params)

    def unknown(self, word: str, where: Node | Span, name: str, known: Iterable[str], /, **params: Any) -> None:
        """Add ``unknown_<word>`` with the nearest known name; silent when the name was lost to an earlier error."""
        if name not in self.lost and len(self.findings.found) < limits.DIAGNOSTICS:
            self.complain(f"unknown_{word}", where, guess=guess(name, known), **{word: name}, **params)

    def object(self, node: Node) -> ObjectModel | None:
        """Return the object that a node names."""
        name = str(node.value)
        if name not in self.objects:
            self.unknown("object", node, name, self.objects)
        return self.objects.get(name)

    def field(self, object: ObjectModel, node: Node, name: str | None = None) -> FieldModel | None:
        """Return the field of ``object`` that a node names."""
        name = str(node.value) if name is None else name
        found = object.fields.get(name)
        if found is None:
            self.unknown("field", node, name, object.fields, object=object.name)
        return found

    def field_path(self, object: ObjectModel, node: Node) -> tuple[str, ...] | None:
        """Return the path that a node spells, checked over references; None when it leads nowhere."""
        path = tuple(str(node.value).split("."))
        for name in path[:-1]:
            step = self.field(object, node, name)
            if step is None:
                return None
            if not step.references:
                self.complain("not_a_reference", node, field=name, object=object.name)
                return None
            target = self.objects.get(step.targets[0])
            if target is None:
                return None  # told at the reference
            object = target
        return path if self.field(object, node, path[-1]) else None

    def documents(self, kind: str) -> list[MergedDocument]:
        """Return the definitions of a kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = list(self.merged.of_kind(kind))
        return self._by_kind[kind]

    def names(self, kind: str) -> frozenset[str]:
        """Return the names of the definitions of a kind."""
        if kind in self.taken:
            return self.taken[kind]
        return frozenset(merged.document.id for merged in self.documents(kind))
