"""One business object, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.kernel.source import NOWHERE, Span
from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.field import FieldModel
from engine.metamodel.model.organisation import Organisation
from engine.rules import Condition

Trait = Literal["owned", "history", "attachments", "timeline", "recycle"]


@dataclass(frozen=True, slots=True)
class CheckModel:
    """A condition that a record must meet. Null does not fail.

    ``on`` is ``save``, the name of a transition, or ``always``: at each save, and when a value that it reads is
    calculated anew because another record changed; what would break it is then refused with that change.
    ``warn``: whoever saves is told, and the record is saved all the same.
    """

    name: str
    that: Condition
    say: LocalText
    on: str = "save"
    when: Condition | None = None
    field: str | None = None
    warn: bool = False


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Records that look alike: equal in all of ``fields`` after normalisation; ``block`` refuses, else warns."""

    name: str
    fields: tuple[str, ...]
    block: bool = False
    say: LocalText = EMPTY


@dataclass(frozen=True, slots=True)
class ObjectModel:
    """A business object. ``fields`` keep the written order, system fields last.

    ``order`` lists the formula fields so that each stands behind those it reads. ``parent`` is set on a child
    object (``lines``): the reference field that points to its parent. ``numbering`` maps field to rule. ``acyclic`` are
    references that may not run in a circle: one to the object itself, or two, from a record to another. ``names`` are
    the fields that hold what ``display`` holds for readers of another language.
    """

    name: str
    title: LocalText
    fields: Mapping[str, FieldModel]
    display: str
    plural: LocalText = EMPTY
    icon: str = "table"
    help: LocalText = EMPTY
    traits: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    checks: Mapping[str, CheckModel] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    acyclic: tuple[tuple[str, ...], ...] = ()
    duplicates: Mapping[str, DuplicateRule] = field(default_factory=dict)
    numbering: Mapping[str, str] = field(default_factory=dict)
    lifecycle: str | None = None
    parent: str | None = None
    organisation: Organisation | None = None
    currency: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    span: Span = NOWHERE

    def field(self, name: str) -> FieldModel:
        """Return a field; KeyError when there is none."""
        return self.fields[name]

    def called_in(self, language: str) -> tuple[str, ...]:
        """Return the fields with a record's title for readers of a language; the first that is filled counts."""
        own = self.names.get(language)
        return (own, self.display) if own is not None else (self.display,)

    def title_of(self, values: Mapping[str, Any], language: str) -> Any:
        """Return the title of a record for readers of a language; None where it has none."""
        return next((values[name] for name in self.called_in(language) if values.get(name) not in (None, "")), None)

    def related_by(self, other: FieldModel) -> str | None:
        """Return the field that relates records of this object to those whose reference ``other`` is: ``id`` when it
        points here, else the one reference of this object that points where it points; None when there is none."""
        if self.name in other.targets:
            return "id"
        same = [name for name, own in self.fields.items() if own.references and own.targets == other.targets]
        return same[0] if len(same) == 1 and other.references else None

    @property
    def owned(self) -> bool:
        """Tell whether records carry an owner and the owner's department."""
        return "owned" in self.traits

    @property
    def recycles(self) -> bool:
        """Tell whether a deleted record goes to the recycle bin first."""
        return "recycle" in self.traits
