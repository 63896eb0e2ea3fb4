"""How objects are shown: lists, forms and menus, compiled and with their defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """A column: a field, or a path over references (``owner.department``)."""

    path: tuple[str, ...]
    title: LocalText = EMPTY
    width: int | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One sort key over a path."""

    path: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class FilterModel:
    """A field that is offered as a filter chip."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewModel:
    """A named condition of a list, shown as a tab."""

    name: str
    title: LocalText
    where: Expression | None = None
    sort: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ListModel:
    """The list of an object. Every object has one named after it, declared or by default."""

    name: str
    object: str
    title: LocalText
    columns: tuple[ColumnModel, ...]
    filters: tuple[FilterModel, ...] = ()
    views: tuple[ViewModel, ...] = ()
    sort: tuple[SortKey, ...] = ()
    where: Expression | None = None
    layer: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field on a form. The conditions add to what the field itself says; null counts as false."""

    name: str
    width: int | None = None
    visible: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading."""

    name: str
    title: LocalText
    fields: tuple[FormField, ...]
    visible: Expression | None = None


@dataclass(frozen=True, slots=True)
class FormTab:
    """Sections on one tab; ``related`` names ``object.field`` pairs shown as related lists on it."""

    name: str
    title: LocalText
    sections: tuple[FormSection, ...]
    visible: Expression | None = None
    related: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StepsModel:
    """The field whose values are the steps at the head of a record. ``shared`` is the field of the records behind it
    that has to agree with ``per``; ``lines`` tell by their field ``by`` which step was entered on the day ``at``."""

    field: str
    per: str | None = None
    shared: str | None = None
    lines: str | None = None
    by: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class FormModel:
    """The form and the record page of an object; ``figures`` are the up to five key figures at its head, ``keep`` what
    its button says where saving is not what the form is for."""

    name: str
    object: str
    title: LocalText
    tabs: tuple[FormTab, ...]
    figures: tuple[str, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    keep: LocalText = EMPTY
    steps: StepsModel | None = None
    layer: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the menu: a list (the object's main one, unless ``list`` names another), a page of the engine, or a
    chart or dashboard, which ``shown`` names."""

    name: str
    title: LocalText
    icon: str
    target: Literal["list", "page", "chart", "dashboard"]
    object: str | None = None
    view: str | None = None
    page: str | None = None
    list: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries under one heading; a ``folded`` group shows them when a reader opens it."""

    name: str
    title: LocalText
    items: tuple[MenuItem, ...]
    roles: frozenset[str] = frozenset()
    icon: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class MenuModel:
    """A menu; those of all packs are shown one below the other."""

    name: str
    groups: tuple[MenuGroup, ...]
    order: int = 0
    layer: str = ""
    title: LocalText = EMPTY
