"""The records that drafts point to: looked up for a whole batch at once, and held against what may be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.access.organisation import want_of_persons
from engine.metamodel.model import FieldModel
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan, Path
from engine.records.shares import put_shares
from engine.records.unit import Unit
from engine.storage.fetching import USERS, Tree, Want, fetch, probe

Key = tuple[str, str]
# beside the objects, whose names hold no blank
_PERSONS = "persons of users"


@dataclass(slots=True)
class Related:
    """What one save has looked up, by object and id; None where there is no such record."""

    unit: Unit
    trees: dict[Key, Tree | None] = field(default_factory=dict)
    units: dict[str, str | None] = field(default_factory=dict)
    seen: dict[Key, bool] = field(default_factory=dict)

    def load(self, wanted: Iterable[Key], plans: Iterable[ObjectPlan], owners: Iterable[str] = ()) -> None:
        """Look up what is not known yet: all single records in one statement, several of an object in one each.

        The persons of ``owners`` are looked up with them.
        """
        ids: dict[str, list[str]] = {}
        for object, id in dict.fromkeys(wanted):
            if (object, id) not in self.trees:
                ids.setdefault(object, []).append(id)
        plans = list(plans)
        wants = {object: Want(object, self._paths(object, plans)) for object in ids}
        persons = want_of_persons(self.unit.model)
        asked = list(dict.fromkeys(owners))
        if asked and self.unit.model.structure.post is not None:
            # posts by date decide: the directory knows
            self.units.update({person.id: person.unit for person in self.unit.directory.users(asked)})
        elif asked and persons is not None:
            ids[_PERSONS], wants[_PERSONS] = asked, persons[0]
        if not ids:
            return
        single = [(wants[object], several[0]) for object, several in ids.items() if len(several) == 1]
        found, _ = probe(self.unit.session, self.unit.catalog, single, ())
        names = [object for object, several in ids.items() if len(several) == 1]
        for object, (_, id), tree in zip(names, single, found, strict=True):
            self.trees[object, id] = tree
            if tree is not None and object in self.unit.model.objects:
                put_shares(self.unit, object, [tree])
        for object, several in ids.items():
            if len(several) > 1:
                self.trees.update(dict.fromkeys(((object, id) for id in several), None))
                trees = fetch(self.unit.session, self.unit.catalog, wants[object], several)
                if object in self.unit.model.objects:
                    put_shares(self.unit, object, trees)
                for tree in trees:
                    self.trees[object, tree[wants[object].key]] = tree

    def unit_of(self, user: str) -> str | None:
        """Return the unit of an owner whose person was looked up."""
        if user in self.units:
            return self.units[user]
        persons, tree = want_of_persons(self.unit.model), self.trees.get((_PERSONS, user))
        return None if tree is None or persons is None else tree[persons[1]]

    def tree(self, object: str, id: str) -> Tree | None:
        """Return a record that was looked up."""
        return self.trees.get((object, id))

    def sees(self, object: str, id: str) -> bool:
        """Tell whether a record that was looked up is there for the actor to see."""
        tree, policy = self.tree(object, id), self.unit.policy
        if tree is None or object == USERS:
            return tree is not None
        known = self.seen.get((object, id))
        if known is None:
            known = policy.covers(object, "read", {**tree, "actor": policy.facts}, self.unit.run)
            self.seen[object, id] = known
        return known

    def choosable(self, draft: Draft, model: FieldModel, object: str, id: str) -> bool:
        """Tell whether a record exists, is seen by the actor and fits the condition of the field."""
        if object == draft.plan.name and is_sibling(draft, id):
            return True
        tree = self.tree(object, id)
        if tree is None or tree.get("deleted_at") is not None:
            return False
        if object == USERS:
            return tree.get("active") is not False
        if not self.sees(object, id):
            return False
        if model.where is None:
            return True
        unit = self.unit
        facts = {**tree, "actor": unit.policy.facts}
        unit.run.restart()
        return model.where.value({**facts, "record": draft.facts}, unit.run) is True

    def _paths(self, object: str, plans: Iterable[ObjectPlan]) -> tuple[Path, ...]:
        if object == USERS:
            return (("active",), ("name",), ("login",))
        plans = tuple(plans)
        key = ("related", object, tuple(plan.name for plan in plans))
        found: tuple[Path, ...] = self.unit.policy.rules.derived.get(key, lambda: self._looked_at(object, plans))
        return found

    def _looked_at(self, object: str, plans: Iterable[ObjectPlan]) -> tuple[Path, ...]:
        paths: set[Path] = set(self.unit.policy.needs(object))
        if self.unit.model.objects[object].recycles:
            paths.add(("deleted_at",))
        for plan in plans:
            for name, target in plan.references.items():
                if target == object:
                    paths |= plan.behind(name) | plan.chosen_by(name)
                    needed = self.unit.policy.needs(plan.name)
                    paths |= {path[1:] for path in needed if path[0] == name and len(path) > 1}
            paths |= plan.chosen_from(object)
        return tuple(sorted(paths))


def is_sibling(draft: Draft, id: str) -> bool:
    """Tell whether an id is that of another line of the same parent, as it would become."""
    lines = () if draft.parent is None else draft.parent.family()
    return any(line.id == id and line is not draft and line.action != "delete" for line in lines)
