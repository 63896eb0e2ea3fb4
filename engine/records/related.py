"""The records that drafts point to: looked up for a whole batch at once, and held against what may be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.metamodel.model import FieldModel
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan, Path
from engine.records.unit import Unit
from engine.storage.fetching import USERS, Tree, Want, fetch, probe

Key = tuple[str, str]


@dataclass(slots=True)
class Related:
    """What one save has looked up, by object and id; None where there is no such record."""

    unit: Unit
    trees: dict[Key, Tree | None] = field(default_factory=dict)

    def load(self, wanted: Iterable[Key], plans: Iterable[ObjectPlan]) -> None:
        """Look up what is not known yet: all single records in one statement, several of an object in one each."""
        ids: dict[str, list[str]] = {}
        for object, id in dict.fromkeys(wanted):
            if (object, id) not in self.trees:
                ids.setdefault(object, []).append(id)
        if not ids:
            return
        plans = list(plans)
        wants = {object: Want(object, self._paths(object, plans)) for object in ids}
        single = [(wants[object], several[0]) for object, several in ids.items() if len(several) == 1]
        found, _ = probe(self.unit.session, self.unit.catalog, single, ())
        for (want, id), tree in zip(single, found, strict=True):
            self.trees[want.object, id] = tree
        for object, several in ids.items():
            if len(several) > 1:
                self.trees.update(dict.fromkeys(((object, id) for id in several), None))
                for tree in fetch(self.unit.session, self.unit.catalog, wants[object], several):
                    self.trees[object, tree["id"]] = tree

    def tree(self, object: str, id: str) -> Tree | None:
        """Return a record that was looked up."""
        return self.trees.get((object, id))

    def choosable(self, draft: Draft, model: FieldModel, object: str, id: str) -> bool:
        """Tell whether a record exists, is seen by the actor and fits the condition of the field."""
        tree = self.tree(object, id)
        if tree is None or tree.get("deleted_at") is not None:
            return False
        if object == USERS:
            return tree.get("active") is not False
        unit = self.unit
        facts = {**tree, "actor": unit.policy.facts}
        if not unit.policy.covers(object, "read", facts, unit.run):
            return False
        if model.where is None:
            return True
        return model.where.evaluate({**facts, "record": draft.facts}, unit.run) is True

    def _paths(self, object: str, plans: Iterable[ObjectPlan]) -> tuple[Path, ...]:
        if object == USERS:
            return (("active",), ("name",), ("login",))
        paths: set[Path] = set(self.unit.policy.needs(object))
        if self.unit.model.objects[object].recycles:
            paths.add(("deleted_at",))
        for plan in plans:
            for name, target in plan.references.items():
                if target == object:
                    paths |= plan.behind(name) | plan.chosen_by(name)
            paths |= plan.chosen_from(object)
        return tuple(sorted(paths))
