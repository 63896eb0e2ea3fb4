"""Whatever points to records that are about to go comes to point to the one that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Complaint, LimitExceeded, Rejected
from engine.records.before import load_lines
from engine.records.change import Change
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.related import Related
from engine.records.ripple import calculate_own, lock_holders, ripple
from engine.records.trail import keep_trail, tell
from engine.records.twins import look_for_twins
from engine.records.unit import Overtaken, Unit
from engine.storage import Reference, update_row
from engine.storage.fetching import Want, fetch
from engine.storage.merging_rows import listing

MOST_MOVED = 10_000
_DEEPEST = 64
_SINGLE = ("reference", "department")


@dataclass(slots=True)
class Repointing:
    """The records of ``object`` that go, the one that stays, and every record that points to those that go."""

    unit: Unit
    object: str
    gone: Sequence[str]
    stays: str
    moved: dict[str, int] = field(default_factory=dict)
    _drafts: dict[tuple[str, str], Draft] = field(default_factory=dict)

    def carry_out(self) -> None:
        """Write it, with what follows from it; raises Rejected where two records would come to be the same."""
        places = self._places()
        for object, name in self.unit.model.inbound.get(self.object, ()):
            self._gather(self.unit.plans.of(object), name)
        self._stay_in_tree(places)
        drafts = [draft for draft in self._drafts.values() if draft.changed]
        if len(drafts) > MOST_MOVED:
            raise LimitExceeded("moved_records", len(drafts), MOST_MOVED, 409)
        by_object: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_object.setdefault(draft.plan.name, []).append(draft)
        self._require_different(by_object)
        lock_holders(drafts, self.unit)
        changes = [change for object in sorted(by_object) for change in self._written(by_object[object])]
        keep_trail(tell(changes, self.unit), self.unit)
        self.unit.changes.extend(changes)
        if any(object in self.unit.model.structure.objects for object in by_object):
            self.unit.facts_changed()
        ripple(changes, self.unit, settled=False)

    # -- what points there ---------------------------------------------------------------------------------------------

    def _gather(self, plan: ObjectPlan, name: str) -> None:
        model = plan.object.fields[name]
        if not model.stored or model.computed:
            return
        key, asked = name, list[Any](self.gone)
        if model.type == "any_reference":
            asked = [Reference(id, None, self.object) for id in self.gone]
        elif model.type == "references":
            key, asked = "id", list(listing(self.unit.session, self.unit.catalog, plan.name, name, self.gone))
        elif model.type not in _SINGLE:
            return
        want = plan.want(self.unit.policy.needs(plan.name))
        for tree in fetch(self.unit.session, self.unit.catalog, Want(want.object, want.paths, key), asked):
            draft = self._draft(plan, tree)
            draft.put(name, self._instead(draft, name))
            draft.touched.add(name)
            self.moved[f"{plan.name}.{name}"] = self.moved.get(f"{plan.name}.{name}", 0) + 1

    def _draft(self, plan: ObjectPlan, tree: Mapping[str, Any]) -> Draft:
        known = self._drafts.get((plan.name, tree["id"]))
        if known is None:
            known = self._drafts[plan.name, tree["id"]] = Draft(plan, "update", tree["id"], {})
            known.start_from(tree, self.unit.policy.facts)
        return known

    def _instead(self, draft: Draft, name: str) -> Any:
        itself = (draft.plan.name, draft.id) == (self.object, self.stays)
        value = draft.after[name]
        if isinstance(value, list):
            kept = dict.fromkeys(self.stays if id in self.gone else id for id in value)
            return [id for id in kept if not (itself and id == self.stays)]
        if itself:
            return None
        return Reference(self.stays, None, self.object) if isinstance(value, Reference) else self.stays

    # -- trees of the object itself ------------------------------------------------------------------------------------

    def _places(self) -> dict[str, str | None]:
        """Return, by reference of the object to itself, where the one that stays goes if it hangs below one that goes:
        that one's place."""
        found: dict[str, str | None] = {}
        for name, model in self.unit.model.objects[self.object].fields.items():
            if model.type in _SINGLE and model.stored and model.targets == (self.object,):
                way = list(self._upwards(name, self.stays))
                if any(id in self.gone for id in way[1:]):
                    last = max(place for place, id in enumerate(way) if id in self.gone)
                    found[name] = way[last + 1] if last + 1 < len(way) else None
        return found

    def _upwards(self, name: str, id: str | None) -> Iterator[str]:
        for _ in range(_DEEPEST):
            if id is None:
                return
            yield id
            trees = fetch(self.unit.session, self.unit.catalog, Want(self.object, ((name,),)), [id])
            id = trees[0].get(name) if trees else None

    def _stay_in_tree(self, places: Mapping[str, str | None]) -> None:
        plan = self.unit.plans.of(self.object)
        for name, place in places.items():
            want = plan.want(self.unit.policy.needs(plan.name))
            for tree in fetch(self.unit.session, self.unit.catalog, want, [self.stays]):
                self._draft(plan, tree).put(name, None if place == self.stays else place)

    # -- writing -------------------------------------------------------------------------------------------------------

    def _require_different(self, by_object: Mapping[str, Sequence[Draft]]) -> None:
        complaints = []
        for drafts in by_object.values():
            living = [draft for draft in drafts if draft.after.get("deleted_at") is None]
            look_for_twins(living, self.unit)
            complaints += [
                Complaint(f"{draft.plan.name}.{one.path}", "merge_not_unique", _whose(draft, one))
                for draft in living
                for one in draft.complaints
                if one.code == "not_unique"
            ]
        if complaints:
            raise Rejected("merge_refused", complaints, count=len(complaints))

    def _written(self, drafts: Sequence[Draft]) -> Iterator[Change]:
        unit, plan = self.unit, drafts[0].plan
        if plan.calculation:
            self._look_behind(drafts)
        for draft in sorted(drafts, key=lambda one: one.id):
            if plan.calculation:
                calculate_own(plan, draft, unit)
            draft.put("updated_at", unit.now)
            draft.put("updated_by", unit.user)
            values = {name: draft.after[name] for name in draft.changed}
            if values.keys() & plan.searched:
                values.update({name: draft.after.get(name) for name in plan.searched})
            if not update_row(unit.session, unit.catalog, plan.name, draft.id, draft.version, values):
                raise Overtaken
            draft.version += 1
            draft.put("version", draft.version)
            yield Change(plan.name, draft.id, draft.version, draft.before, dict(draft.after), "update")

    def _look_behind(self, drafts: Sequence[Draft]) -> None:
        """Let formulas see the record that stays where a draft has come to point to it."""
        related = Related(self.unit)
        related.load([(self.object, self.stays)], [drafts[0].plan])
        load_lines(drafts, self.unit)
        there = related.tree(self.object, self.stays)
        for draft in drafts:
            for name in draft.touched & draft.plan.pointers.keys():
                if draft.after[name] == self.stays:
                    draft.facts[name] = there


def _whose(draft: Draft, complaint: Complaint) -> dict[str, Any]:
    shown = draft.after.get(draft.plan.object.display)
    return {**complaint.params, "object": draft.plan.name, "record": shown if isinstance(shown, str) else draft.id}
