"""What the groups of a dimension are called, and the order in which they stand by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.analytics.sheets import Spot
from engine.analytics.terms import among, term_of
from engine.analytics.trees import Tree
from engine.kernel.text import EMPTY, LocalText, plain
from engine.metamodel.model.analysis import Axis, DimensionModel
from engine.records import Unit
from engine.records.seen import titles_in_order
from engine.storage.fetching import USERS

_TONES = {"open": "gray", "active": "blue", "waiting": "amber", "done": "green", "failed": "red", "closed": "gray"}
_TRUTHS = {True: LocalText({"zh": "是", "en": "Yes"}), False: LocalText({"zh": "否", "en": "No"})}
Titles = Mapping[Any, tuple[LocalText, str]]


@dataclass(frozen=True, slots=True)
class Scale:
    """A dimension as a question uses it; ``opened`` is the node that is looked into, where its values make a tree."""

    axis: Axis
    dimension: DimensionModel
    tree: Tree | None = None
    opened: str | None = None

    @property
    def places(self) -> Mapping[str, str] | None:
        """Return the place that each value counts to, where the values make a tree."""
        return None if self.tree is None else self.tree.places(self.opened)


def spots_of(unit: Unit, scale: Scale, values: Iterable[Any]) -> dict[Any, Spot]:
    """Return a spot for each value, in their own order; what has no value stands last."""
    wanted = set(values)
    titles = titles_of(unit, scale.dimension, wanted - {None})
    ordered = list(titles)
    if scale.tree is not None:
        own = () if scale.opened is None else (scale.opened,)
        ordered = [node for node in (*scale.tree.below.get(scale.opened, ()), *own) if node in wanted]
    if None in wanted:
        ordered.append(None)
    return {value: _spot(unit, scale, value, titles) for value in ordered}


def titles_of(unit: Unit, dimension: DimensionModel, values: set[Any]) -> Titles:
    """Return title and tone of values, in their own order."""
    field = dimension.field
    if field.type == "choice":
        return _choices(unit, dimension, values)
    if field.type == "boolean":
        return {value: (_TRUTHS[value], "") for value in (True, False) if value in values}
    if field.references or field.type == "user":
        object = USERS if field.type == "user" else field.targets[0]
        found = titles_in_order(unit, object, values)
        return {id: (plain(title or id[-8:]), "") for id, title in found.items()}
    named = field.type not in ("date", "datetime")
    return {value: (plain(str(value)) if named else EMPTY, "") for value in sorted(values)}


def _choices(unit: Unit, dimension: DimensionModel, values: set[Any]) -> Titles:
    life = unit.model.lifecycle_of(dimension.object)
    known: dict[Any, tuple[LocalText, str]]
    if life is not None and life.field == dimension.field.name:
        known = {name: (state.title, _TONES.get(state.phase, "")) for name, state in life.states.items()}
    else:
        entries = unit.books[dimension.field.dictionary or ""].entries
        known = {code: (entry.item.title or plain(code), entry.item.tone) for code, entry in entries.items()}
    known.update({value: (plain(str(value)), "") for value in sorted(values - known.keys())})
    return {value: found for value, found in known.items() if value in values}


def _spot(unit: Unit, scale: Scale, value: Any, titles: Titles) -> Spot:
    title, tone = titles.get(value, (EMPTY, ""))
    dimension, zone = scale.dimension, unit.run.zone.key
    if scale.tree is not None and value is not None and value != scale.opened:
        under = scale.tree.under(value)
        return Spot(value, title, tone, among(unit.policy, dimension, under), len(under) > 1)
    return Spot(value, title, tone, term_of(unit.policy, zone, dimension, value, scale.axis.grain))
