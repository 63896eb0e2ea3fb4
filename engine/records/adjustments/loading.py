"""The rules of one stage, read from their records: those in force, in their order, filed under what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from engine.kernel.errors import LimitExceeded
from engine.metamodel.model import SortKey, TenantModel
from engine.metamodel.model.adjustment import AdjustmentKey, AdjustmentModel, AdjustmentStage, Path
from engine.records.adjustments.index import RuleIndex
from engine.records.completing import Completion
from engine.records.results import identity
from engine.rules import Run
from engine.storage import Catalog, Session
from engine.storage.fetching import Tree, fetch_every

MOST_RULES = 100_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A record that is a rule. ``group`` is None where it stands alone; ``asks`` names the keys that it fills in,
    ``labels`` are what it is called in other languages.
    """

    id: str
    facts: Tree
    label: str
    effect: str
    group: str | None
    combine: str
    asks: tuple[str, ...]
    condition: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a stage that are in force. ``groups`` are the groups in the order in which they apply."""

    stage: AdjustmentStage
    rules: tuple[Rule, ...]
    index: RuleIndex
    groups: Mapping[str | None, int]


def load_rules(session: Session, catalog: Catalog, stage: AdjustmentStage, run: Run) -> RuleSet:
    """Read the rules of a stage."""
    trees = _in_force(session, catalog, stage, run)
    if len(trees) > MOST_RULES:
        raise LimitExceeded("adjustment_rules", len(trees), MOST_RULES)
    trees = _sorted(trees, stage.order)
    rules = tuple(_rule(stage, tree) for tree in trees)
    index = RuleIndex(len(stage.keys))
    for position, tree in enumerate(trees):
        index.add(position, [asked(tree, key.path) for key in stage.keys])
    return RuleSet(stage, rules, index, _groups(stage, trees))


def load_trees(session: Session, catalog: Catalog, adjustment: AdjustmentModel) -> Mapping[tuple[str, str], Ancestry]:
    """Read the trees in which keys look upwards."""
    wanted = {key.tree for stage in adjustment.stages for key in stage.keys if key.tree is not None}
    return {
        (object, field): {
            tree["id"]: identity(tree[field]) for tree in fetch_every(session, catalog, object, [(field,)])
        }
        for object, field in wanted
    }


Ancestry = Mapping[str, str | None]


def upwards(tree: Ancestry, id: str) -> list[str]:
    """Return an id and those above it; a circle ends where it would close."""
    found = [id]
    above = tree.get(id)
    while above is not None and above not in found:
        found.append(above)
        above = tree.get(above)
    return found


def at(tree: Any, path: Iterable[str]) -> Any:
    """Return the value at the end of a path; null where it breaks off."""
    for name in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree


def asked(tree: Tree, path: Path) -> tuple[Any, ...]:
    """Return the values that a field of a rule asks for; none when it asks for nothing."""
    value = at(tree, path)
    several = value if isinstance(value, list | tuple) else [value]
    return tuple(id for one in several if (id := identity_or_value(one)) is not None)


def identity_or_value(value: Any) -> Any:
    """Return the id of a record, anything else as it is."""
    if isinstance(value, Mapping) or hasattr(value, "id"):
        return identity(value)
    return value


# ---------------------------------------------------------------------------------------------------------------------


def _in_force(session: Session, catalog: Catalog, stage: AdjustmentStage, run: Run) -> list[Tree]:
    trees = fetch_every(session, catalog, stage.object, [path for path in stage.reads if path[-1] != "id"])
    lists = [path for path in stage.reads if _through_list(catalog.model, stage.object, path)]
    if lists:
        Completion(session, catalog, {}).complete(stage.object, trees, lists)
    if stage.where is None:
        return trees
    return [tree for tree in trees if _holds(stage, tree, run)]


def _holds(stage: AdjustmentStage, tree: Tree, run: Run) -> bool:
    run.restart()
    return stage.where is None or stage.where.evaluate(tree, run) is True


def _through_list(model: TenantModel, object: str, path: Path) -> bool:
    """Tell whether a path leads through what one row does not hold."""
    for name in path:
        field = model.objects[object].fields.get(name) if object in model.objects else None
        if field is None:
            return False
        if field.type == "lines" or (field.type == "references" and len(path) > 1):
            return True
        object = field.targets[0] if field.targets else ""
    return False


def _rule(stage: AdjustmentStage, tree: Tree) -> Rule:
    groups = stage.groups
    group = None if groups is None else identity_or_value(at(tree, groups.by))
    said = at(tree, groups.combine) if groups is not None and groups.combine is not None and group else None
    label = at(tree, stage.label)
    return Rule(
        id=tree["id"],
        facts=tree,
        label="" if label is None else str(label),
        labels={language: str(text) for language, path in stage.called.items() if (text := at(tree, path))},
        effect="" if stage.choice is None else str(tree.get(stage.choice) or ""),
        group=None if group is None else str(group),
        combine=said or stage.combine,
        asks=tuple(_name(key) for key in stage.keys if asked(tree, key.path)),
        condition=None if stage.condition is None else tree.get(stage.condition),
    )


def _name(key: AdjustmentKey) -> str:
    return ".".join(key.path)


def _groups(stage: AdjustmentStage, trees: Sequence[Tree]) -> Mapping[str | None, int]:
    """Return the groups with their places: by their order, those without one last, and single rules behind all."""
    if stage.groups is None:
        return {None: 0}
    order: dict[str, Any] = {}
    for tree in trees:
        group = identity_or_value(at(tree, stage.groups.by))
        if group is not None:
            order.setdefault(str(group), at(tree, stage.groups.order or ()) if stage.groups.order else None)
    placed = sorted(order, key=lambda group: (order[group] is None, order[group] or 0, group))
    return {**{group: place for place, group in enumerate(placed)}, None: len(placed)}


def _sorted(trees: Sequence[Tree], keys: Sequence[SortKey]) -> list[Tree]:
    """Return rules in their order, those without a value last; among equals the oldest is first."""
    found = sorted(trees, key=lambda tree: str(tree["id"]))
    for key in reversed(keys):
        values = [(identity_or_value(at(tree, key.path)), tree) for tree in found]
        told = sorted((pair for pair in values if pair[0] is not None), key=itemgetter(0), reverse=key.descending)
        found = [tree for _, tree in told] + [tree for value, tree in values if value is None]
    return found
