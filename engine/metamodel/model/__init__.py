"""What the engine runs on: frozen, shared between threads, made by the compiler only."""

from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.assignment import AssignmentModel
from engine.metamodel.model.automation import AutomationModel
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.control import NeverModel, PrivilegeModel, RestrictionModel, Right, SharingModel
from engine.metamodel.model.conversion import ConversionModel
from engine.metamodel.model.dictionary import DictionaryItem, DictionaryModel
from engine.metamodel.model.effects import Effect, Effects
from engine.metamodel.model.field import Default, FieldModel, FieldType, Pick, Rollup
from engine.metamodel.model.grant import (
    ACTIONS,
    AREAS,
    AreaGrant,
    FieldAccess,
    ObjectGrant,
    RoleModel,
    RowGrant,
    ScopeTest,
)
from engine.metamodel.model.lifecycle import GateModel, LifecycleModel, StateModel, TransitionModel
from engine.metamodel.model.message import MessageModel
from engine.metamodel.model.numbering import NumberingModel, Segment
from engine.metamodel.model.object import CheckModel, DuplicateRule, ObjectModel
from engine.metamodel.model.organisation import Organisation, Structure
from engine.metamodel.model.params import ParamModel, ParamSet
from engine.metamodel.model.people import People, PersonRule
from engine.metamodel.model.phrase import Duration, Phrase
from engine.metamodel.model.printout import BandModel, PaperModel, PrintModel
from engine.metamodel.model.screen import (
    ColumnModel,
    FilterModel,
    FormField,
    FormModel,
    FormSection,
    FormTab,
    ListModel,
    MenuGroup,
    MenuItem,
    MenuModel,
    SortKey,
    StepsModel,
    ViewModel,
)
from engine.metamodel.model.tenant import PackIdentity, TenantModel
from engine.metamodel.model.views import (
    AlertModel,
    BoardModel,
    CalendarModel,
    NetworkModel,
    RepeatModel,
    TieModel,
    TimelineModel,
    TimelineSource,
)
from engine.metamodel.model.worktime import WorktimeModel

__all__ = [
    "ACTIONS",
    "AREAS",
    "AlertModel",
    "ApprovalModel",
    "AreaGrant",
    "AssignmentModel",
    "AutomationModel",
    "BandModel",
    "BoardModel",
    "CalendarModel",
    "CheckModel",
    "ColumnModel",
    "ConversionModel",
    "Default",
    "DictionaryItem",
    "DictionaryModel",
    "DuplicateRule",
    "Duration",
    "Effect",
    "Effects",
    "FieldAccess",
    "FieldModel",
    "FieldType",
    "FilterModel",
    "FormField",
    "FormModel",
    "FormSection",
    "FormTab",
    "GateModel",
    "LifecycleModel",
    "ListModel",
    "MenuGroup",
    "MenuItem",
    "MenuModel",
    "MessageModel",
    "NetworkModel",
    "NeverModel",
    "NumberingModel",
    "ObjectGrant",
    "ObjectModel",
    "Organisation",
    "PackIdentity",
    "PaperModel",
    "ParamModel",
    "ParamSet",
    "People",
    "PersonRule",
    "Phrase",
    "Pick",
    "PrintModel",
    "PrivilegeModel",
    "RepeatModel",
    "RestrictionModel",
    "Right",
    "RoleModel",
    "Rollup",
    "RowGrant",
    "ScopeTest",
    "Segment",
    "SharingModel",
    "SlaModel",
    "SortKey",
    "StateModel",
    "StepsModel",
    "Structure",
    "TenantModel",
    "TieModel",
    "TimelineModel",
    "TimelineSource",
    "TransitionModel",
    "ViewModel",
    "WorktimeModel",
]
