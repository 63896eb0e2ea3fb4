"""Deleting: what points to a record decides; then the recycle bin, the way back, and the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.kernel.errors import Conflict, LimitExceeded, Missing, Refused
from engine.records.batch import Batch
from engine.records.before import read_before
from engine.records.change import Change, Verb
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.ripple import lock_holders, ripple
from engine.records.steps.admit import admit
from engine.records.trail import keep_trail, tell
from engine.records.twins import look_for_twins
from engine.records.unit import Overtaken, Unit
from engine.storage import remove, update_row, void_numbers
from engine.storage.fetching import Want, fetch

MOST_SWEPT = 10_000
DEEPEST = 16


def delete(batch: Batch, unit: Unit) -> list[Change]:
    """Delete records, into the recycle bin if there is one. What points to them restricts, is cleared or goes too."""
    admit(batch, unit)
    batch.settle()
    done: list[Change] = []
    for draft in batch.standing():
        swept = _Sweep(unit)
        swept.take(draft)
        done.extend(swept.carried_out())
    _note(done, unit)
    ripple(done, unit)
    return done


def restore(batch: Batch, unit: Unit) -> list[Change]:
    """Take records out of the recycle bin, with the lines that went there with them."""
    if not batch.plan.object.recycles:
        raise Conflict("no_recycle_bin", object=batch.plan.name)
    admit(batch, unit)
    batch.settle()
    look_for_twins([_afresh(draft) for draft in batch.standing()], unit)
    batch.settle()
    done: list[Change] = []
    for draft in batch.standing():
        done.extend(_brought_back(draft, unit))
    _note(done, unit)
    ripple(done, unit, settled=False)
    return done


def purge(batch: Batch, unit: Unit) -> list[Change]:
    """Remove records of the recycle bin for good; for administrators."""
    if not unit.policy.everything:
        raise Refused("not_allowed", object=batch.plan.name, action="purge")
    done: list[Change] = []
    trees = read_before(batch.plan, unit, [draft.id for draft in batch.drafts])
    for draft in batch.drafts:
        tree = trees.get(draft.id)
        if tree is None or tree.get("deleted_at") is None:
            raise Missing("not_deleted")
        draft.start_from(tree, unit.policy.facts)
        done.extend(_removed(draft, unit, "purge"))
    _note(done, unit)
    return done


# -- the sweep ---------------------------------------------------------------------------------------------------------


class _Sweep:
    """Everything that goes or changes with one record."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.going: dict[tuple[str, str], Draft] = {}
        self.cleared: dict[tuple[str, str], Draft] = {}

    def take(self, draft: Draft, depth: int = 0) -> None:
        """Let a record go, and follow what points to it."""
        self.going[draft.plan.name, draft.id] = draft
        if len(self.going) > MOST_SWEPT or depth > DEEPEST:
            raise LimitExceeded("deleted_records", len(self.going), MOST_SWEPT, 409)
        for object, name in self.unit.model.inbound.get(draft.plan.name, ()):
            field = self.unit.model.objects[object].fields[name]
            if not field.stored or field.type not in ("reference", "department"):
                continue
            plan = self.unit.plans.of(object)
            pointing = [other for other in self._pointing(plan, name, draft.id) if (object, other.id) not in self.going]
            if not pointing:
                continue
            if field.on_delete == "cascade" or plan.object.parent == name:
                for other in pointing:
                    self.take(other, depth + 1)
            elif field.on_delete == "clear" and not field.required:
                for other in pointing:
                    kept = self.cleared.setdefault((object, other.id), other)
                    kept.put(name, None)
            else:
                raise Conflict("in_use", object=object, count=len(pointing))

    def carried_out(self) -> Iterator[Change]:
        """Write it: first what lets go, then what goes, lines before their parents."""
        unit = self.unit
        lock_holders([*self.cleared.values(), *self.going.values()], unit)
        for key, draft in self.cleared.items():
            if key not in self.going:
                values = {name: draft.after[name] for name in draft.changed}
                yield _updated(draft, values, "update", unit)
        for draft in reversed(self.going.values()):
            if draft.plan.object.recycles:
                values = {"deleted_at": unit.now, "deleted_by": unit.user}
                change = _updated(draft, values, "delete", unit)
                yield Change(change.object, change.id, change.version, change.before, None, "delete")
            else:
                yield from _removed(draft, unit, "delete")

    def _pointing(self, plan: ObjectPlan, name: str, id: str) -> list[Draft]:
        want = plan.want(self.unit.policy.needs(plan.name))
        found = []
        for tree in fetch(self.unit.session, self.unit.catalog, Want(want.object, want.paths, name), [id]):
            draft = Draft(plan, "delete", tree["id"], {})
            draft.start_from(tree, self.unit.policy.facts)
            # what lies in the bin does not hold others back, unless nothing could bring it back then
            if tree.get("deleted_at") is None or not self.unit.model.objects[plan.name].recycles:
                found.append(draft)
        return found


def _updated(draft: Draft, values: dict[str, object], action: Verb, unit: Unit) -> Change:
    draft.put("updated_at", unit.now)
    draft.put("updated_by", unit.user)
    for name, value in values.items():
        draft.put(name, value)
    values = {**values, "updated_at": unit.now, "updated_by": unit.user}
    if not update_row(unit.session, unit.catalog, draft.plan.name, draft.id, draft.version, values):
        raise Overtaken
    draft.version += 1
    draft.put("version", draft.version)
    return Change(draft.plan.name, draft.id, draft.version, draft.before, dict(draft.after), action)


def _removed(draft: Draft, unit: Unit, action: Verb) -> Iterator[Change]:
    if not remove(unit.session, unit.catalog, draft.plan.name, draft.id, draft.version):
        raise Overtaken
    if draft.plan.object.numbering:
        void_numbers(unit.session, draft.plan.name, draft.id, unit.now, action)
    yield Change(draft.plan.name, draft.id, draft.version + 1, draft.before, None, action)


# -- the way back ------------------------------------------------------------------------------------------------------


def _brought_back(draft: Draft, unit: Unit) -> Iterator[Change]:
    gone_at = (draft.before or {}).get("deleted_at")
    change = _updated(draft, {"deleted_at": None, "deleted_by": None}, "restore", unit)
    yield Change(change.object, change.id, change.version, None, change.after, "restore")
    for field in draft.plan.lines.values():
        plan = unit.plans.of(field.lines_of or "")
        if not plan.object.recycles:
            continue
        want = plan.want(unit.policy.needs(plan.name))
        trees = fetch(unit.session, unit.catalog, Want(want.object, want.paths, field.lines_by or ""), [draft.id])
        for tree in trees:
            if tree.get("deleted_at") == gone_at:
                line = Draft(plan, "restore", tree["id"], {})
                line.start_from(tree, unit.policy.facts)
                yield from _brought_back(line, unit)


def _afresh(draft: Draft) -> Draft:
    """Return the draft as one that asks for its unique values again."""
    return Draft(draft.plan, "create", draft.id, {}, parent=draft, after=draft.after)


def _note(changes: Sequence[Change], unit: Unit) -> None:
    keep_trail(tell(changes, unit), unit)
    unit.changes.extend(changes)
    if any(change.object in unit.model.structure.objects for change in changes):
        unit.facts_changed()
