"""Adjustments: records of one object are rules that work out a value of others, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.screen import SortKey
from engine.rules import Expression

Path = tuple[str, ...]
Combination = Literal["first", "best", "stack"]
COMBINATIONS = ("first", "best", "stack")


@dataclass(frozen=True, slots=True)
class AdjustmentKey:
    """A field of a rule that must be what ``value`` yields of the item, or be empty.

    ``below``: it may also name what stands above that value in a tree: that of ``tree`` (an object and its reference
    to itself), or of the dictionary ``book``.
    """

    path: Path
    value: Expression
    below: bool = False
    tree: tuple[str, str] | None = None
    book: str | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentBound:
    """A field of a rule that the item must have reached (``since``), or must not have passed; or be empty."""

    path: Path
    value: Expression
    since: bool


@dataclass(frozen=True, slots=True)
class AdjustmentEffect:
    """What a rule does: to the value, to the part of the quantity that costs nothing."""

    value: Expression | None = None
    free: Expression | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentGroups:
    """Rules with the same ``by`` are a group: combined as its ``combine`` says; the one with the least ``order``
    is the first to apply.
    """

    by: Path
    combine: Path | None = None
    order: Path | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentStage:
    """Rules of ``object`` in force, in their order. ``effects`` stand by the item of ``choice``; without a choice
    there is one effect, under the empty name. ``reads`` are the paths of a rule that anything of the stage looks at,
    ``called`` those of what a rule is called in other languages.
    """

    name: str
    title: LocalText
    object: str
    label: Path
    effects: Mapping[str, AdjustmentEffect]
    choice: str | None = None
    where: Expression | None = None
    order: tuple[SortKey, ...] = ()
    keys: tuple[AdjustmentKey, ...] = ()
    bounds: tuple[AdjustmentBound, ...] = ()
    condition: str | None = None
    groups: AdjustmentGroups | None = None
    combine: Combination = "first"
    reads: frozenset[Path] = frozenset()
    called: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdjustmentUse:
    """Records of ``object`` that get values. ``item`` says what the item's fields are here; empty: the record itself
    is the item. ``after`` are fields that take the value behind a stage; ``looks`` what is read of a record.
    """

    object: str
    value: str
    when: Expression | None = None
    item: Mapping[str, Expression] = field(default_factory=dict)
    free: str | None = None
    steps: str | None = None
    after: Mapping[str, str] = field(default_factory=dict)
    looks: frozenset[Path] = frozenset()

    @property
    def given(self) -> tuple[str, ...]:
        """The fields that the adjustment fills."""
        return tuple(name for name in (self.value, self.free, self.steps, *self.after.values()) if name is not None)


@dataclass(frozen=True, slots=True)
class AdjustmentModel:
    """Stages, one after another, over items of the object ``over``. ``reads`` are the paths of an item that the
    definition itself looks at; ``sources`` the fields, by object, on which rules in force rest.
    """

    name: str
    over: str
    stages: tuple[AdjustmentStage, ...]
    title: LocalText = EMPTY
    start: Expression | None = None
    quantity: Expression | None = None
    best: Literal["lowest", "highest"] = "lowest"
    scale: int = 6
    uses: Mapping[str, AdjustmentUse] = field(default_factory=dict)
    reads: frozenset[Path] = frozenset()
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    layer: str = ""
