"""The whole compiled model of one tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.adjustment import AdjustmentModel, AdjustmentUse
from engine.metamodel.model.analysis import ChartModel, DashboardModel, DatasetModel
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.assignment import AssignmentModel
from engine.metamodel.model.automation import AutomationModel
from engine.metamodel.model.control import NeverModel, PrivilegeModel, RestrictionModel, SharingModel
from engine.metamodel.model.conversion import ConversionModel
from engine.metamodel.model.decision import DecisionModel
from engine.metamodel.model.dictionary import DictionaryModel
from engine.metamodel.model.explosion import ExplosionModel
from engine.metamodel.model.grant import RoleModel
from engine.metamodel.model.lifecycle import LifecycleModel
from engine.metamodel.model.message import ConnectorModel, MessageModel
from engine.metamodel.model.numbering import NumberingModel
from engine.metamodel.model.object import ObjectModel
from engine.metamodel.model.organisation import Structure
from engine.metamodel.model.params import ParamSet
from engine.metamodel.model.printout import PrintModel
from engine.metamodel.model.screen import FormModel, ListModel, MenuModel
from engine.metamodel.model.views import BoardModel, CalendarModel, NetworkModel, TimelineModel
from engine.metamodel.model.webform import WebformModel
from engine.metamodel.model.worktime import WorktimeModel


@dataclass(frozen=True, slots=True)
class PackIdentity:
    """A pack that is part of the model."""

    name: str
    version: str
    title: LocalText
    description: LocalText = EMPTY


@dataclass(frozen=True, slots=True)
class TenantModel:
    """Everything that the engine knows of a tenant's definitions. ``fingerprint`` is a hash of their meaning:
    equal definitions give equal fingerprints, whatever the order of files.

    ``lists`` and ``forms`` hold one entry per object at least. ``inbound`` lists, per object, the references that
    point to it from elsewhere as (object, field); ``rollups`` lists the roll-ups that a change of an object's
    records touches as (object, field) that hold them; ``calculation`` lists the computed fields of all objects so that
    each stands behind those it reads; ``structure`` names the organisation's objects.
    """

    packs: tuple[PackIdentity, ...]
    languages: tuple[str, ...]
    objects: Mapping[str, ObjectModel]
    dictionaries: Mapping[str, DictionaryModel] = field(default_factory=dict)
    numberings: Mapping[str, NumberingModel] = field(default_factory=dict)
    lifecycles: Mapping[str, LifecycleModel] = field(default_factory=dict)
    roles: Mapping[str, RoleModel] = field(default_factory=dict)
    lists: Mapping[str, ListModel] = field(default_factory=dict)
    forms: Mapping[str, FormModel] = field(default_factory=dict)
    boards: Mapping[str, BoardModel] = field(default_factory=dict)
    calendars: Mapping[str, CalendarModel] = field(default_factory=dict)
    timelines: Mapping[str, TimelineModel] = field(default_factory=dict)
    networks: Mapping[str, NetworkModel] = field(default_factory=dict)
    webforms: Mapping[str, WebformModel] = field(default_factory=dict)
    datasets: Mapping[str, DatasetModel] = field(default_factory=dict)
    charts: Mapping[str, ChartModel] = field(default_factory=dict)
    dashboards: Mapping[str, DashboardModel] = field(default_factory=dict)
    menus: tuple[MenuModel, ...] = ()
    inbound: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    rollups: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    calculation: tuple[tuple[str, str], ...] = ()
    structure: Structure = field(default_factory=Structure)
    privileges: Mapping[str, PrivilegeModel] = field(default_factory=dict)
    restrictions: Mapping[str, RestrictionModel] = field(default_factory=dict)
    sharings: Mapping[str, SharingModel] = field(default_factory=dict)
    nevers: Mapping[str, NeverModel] = field(default_factory=dict)
    fingerprint: str = ""
    approvals: Mapping[str, ApprovalModel] = field(default_factory=dict)
    automations: Mapping[str, AutomationModel] = field(default_factory=dict)
    assignments: Mapping[str, AssignmentModel] = field(default_factory=dict)
    worktimes: Mapping[str, WorktimeModel] = field(default_factory=dict)
    conversions: Mapping[str, ConversionModel] = field(default_factory=dict)
    adjustments: Mapping[str, AdjustmentModel] = field(default_factory=dict)
    explosions: Mapping[str, ExplosionModel] = field(default_factory=dict)
    messages: Mapping[str, MessageModel] = field(default_factory=dict)
    params: Mapping[str, ParamSet] = field(default_factory=dict)
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    prints: Mapping[str, PrintModel] = field(default_factory=dict)
    connectors: Mapping[str, ConnectorModel] = field(default_factory=dict)

    @property
    def unit(self) -> str | None:
        """The object that holds the units, if any does."""
        return self.structure.unit

    @property
    def person(self) -> str | None:
        """The object that holds the persons, if any does."""
        return self.structure.person

    def object(self, name: str) -> ObjectModel:
        """Return an object; KeyError when there is none."""
        return self.objects[name]

    def lifecycle_of(self, object: str) -> LifecycleModel | None:
        """Return the life-cycle of an object, if it has one."""
        name = self.objects[object].lifecycle
        return self.lifecycles[name] if name else None

    def adjustment_of(self, object: str) -> tuple[AdjustmentModel, AdjustmentUse] | None:
        """Return what works out values of an object's records, if anything does."""
        for adjustment in self.adjustments.values():
            if object in adjustment.uses:
                return adjustment, adjustment.uses[object]
        return None

    def explosion_of(self, object: str) -> ExplosionModel | None:
        """Return what gives lines of an object the lines of their parts, if anything does."""
        return next((one for one in self.explosions.values() if one.object == object), None)

    def param_values(self) -> dict[str, dict[str, Any]]:
        """Return what expressions find under ``params``."""
        return {name: group.values() for name, group in self.params.items()}
