"""What the engine runs on: frozen, shared between threads, made by the compiler only."""

from engine.metamodel.model.dictionary import DictionaryItem, DictionaryModel
from engine.metamodel.model.field import Default, FieldModel, FieldType, Rollup
from engine.metamodel.model.grant import FieldAccess, ObjectGrant, RoleModel, RowGrant
from engine.metamodel.model.lifecycle import LifecycleModel, StateModel, TransitionModel
from engine.metamodel.model.numbering import NumberingModel, Segment
from engine.metamodel.model.object import CheckModel, DuplicateRule, ObjectModel, Organisation
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
    ViewModel,
)
from engine.metamodel.model.tenant import PackIdentity, TenantModel

__all__ = [
    "CheckModel",
    "ColumnModel",
    "Default",
    "DictionaryItem",
    "DictionaryModel",
    "DuplicateRule",
    "FieldAccess",
    "FieldModel",
    "FieldType",
    "FilterModel",
    "FormField",
    "FormModel",
    "FormSection",
    "FormTab",
    "LifecycleModel",
    "ListModel",
    "MenuGroup",
    "MenuItem",
    "MenuModel",
    "NumberingModel",
    "ObjectGrant",
    "ObjectModel",
    "Organisation",
    "PackIdentity",
    "RoleModel",
    "Rollup",
    "RowGrant",
    "Segment",
    "SortKey",
    "StateModel",
    "TenantModel",
    "TransitionModel",
    "ViewModel",
]
