"""Ripple: what depends on changed records elsewhere is made true in the same transaction, in a fixed order of locks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.kernel.errors import Complaint, Conflict, LimitExceeded, Rejected
from engine.records.before import load_lines, read_before
from engine.records.change import Change
from engine.records.completing import Completion
from engine.records.draft import Draft
from engine.records.feeds import Feed, Hop
from engine.records.judging import fails
from engine.records.plan import ObjectPlan
from engine.records.results import DoesNotFit, result_of
from engine.records.trail import keep_trail, tell
from engine.records.unit import Unit
from engine.storage import update_row
from engine.storage.fetching import Want, fetch
from engine.storage.sums import roll_up

DEEPEST = 8
MOST_RECORDS = 100_000
CHUNK = 1_000


@dataclass(slots=True)
class _Wave:
    """Records that must be calculated anew, by object: id -> computed fields."""

    holders: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def add(self, object: str, ids: Iterable[str], fields: frozenset[str]) -> None:
        known = self.holders.setdefault(object, {})
        for id in ids:
            known.setdefault(id, set()).update(fields)


def ripple(changes: Sequence[Change], unit: Unit, *, settled: bool = True) -> list[Change]:
    """Recalculate what looks at changed records, and what looks at that, and so on. Return what changed by it.

    ``settled``: the formulas of the changed records with their lines are right already, or need not be.
    """
    made: list[Change] = []
    wave: Sequence[Change] = changes
    families = {(change.object, change.id) for change in changes} if settled else set()
    for depth in range(DEEPEST + 1):
        reached = _reached(wave, families if depth == 0 else (), unit)
        wave = [change for object in sorted(reached.holders) for change in _recalculate(object, reached, unit)]
        if not wave:
            return made
        made.extend(wave)
        if len(made) > MOST_RECORDS:
            raise LimitExceeded("recalculated_records", len(made), MOST_RECORDS)
    raise Conflict("ripple_too_deep", max=DEEPEST)


def lock_holders(drafts: Iterable[Draft], unit: Unit) -> None:
    """Lock the records that sum up what is about to change, before the records themselves.

    Everybody who changes a record locks upwards first; so two changes cannot wait for each other in a circle.
    """
    if unit.session.dialect == "sqlite":
        return
    holders: dict[str, set[str]] = {}
    for draft in drafts:
        for hop in _upwards(draft.plan.name, unit):
            ids = {(draft.before or {}).get(hop.field), draft.after.get(hop.field)}
            holders.setdefault(hop.object, set()).update(id for id in ids if id is not None)
    for object in sorted(holders):
        fetch(unit.session, unit.catalog, Want(object, (("id",),), for_update=True), holders[object])


def _upwards(object: str, unit: Unit) -> set[Hop]:
    feeds = unit.plans.feeds(object)
    return {feed.hops[0] for feed in feeds if feed.hops[0].kind == "up" and _sums(feed, unit)}


# -- who looks at it ---------------------------------------------------------------------------------------------------


def _reached(wave: Sequence[Change], families: Collection[tuple[str, str]], unit: Unit) -> _Wave:
    found = _Wave()
    by_object: dict[str, list[Change]] = {}
    for change in wave:
        by_object.setdefault(change.object, []).append(change)
    for object, changes in by_object.items():
        for feed in unit.plans.feeds(object):
            starting = [change for change in changes if _matters(change, feed)]
            if starting:
                ids = _first(starting, feed, families, unit)
                at = feed.hops[0].object
                for hop in feed.hops[1:]:
                    ids = _hop(ids, at, hop, unit)
                    at = hop.object
                found.add(feed.holder, ids, feed.fields)
    return found


def _matters(change: Change, feed: Feed) -> bool:
    if change.before is None or change.after is None:
        # nothing points to what is new, and what is gone was let go of before
        return feed.hops[0].kind == "up"
    before, after = change.before, change.after
    return any(before.get(name) != after.get(name) for name in feed.reads)


def _first(changes: Sequence[Change], feed: Feed, families: Collection[tuple[str, str]], unit: Unit) -> set[str]:
    hop = feed.hops[0]
    if hop.kind == "down":
        ids = {change.id for change in changes}
        if len(feed.hops) == 1 and _within_family(feed, hop, unit):
            # lines are calculated with their parent
            ids -= {change.id for change in changes if (change.object, change.id) in families}
        return _hop(ids, "", hop, unit) if ids else set()
    found: set[str] = set()
    upwards = not _sums(feed, unit) and unit.model.objects[changes[0].object].parent == hop.field
    calculated = upwards and (len(feed.hops) == 1 or (len(feed.hops) == 2 and _among_siblings(feed, unit)))
    for change in changes:
        for values in (change.before, change.after):
            id = None if values is None else values.get(hop.field)
            if id is not None and not (calculated and (hop.object, id) in families):
                found.add(id)
    return found


def _among_siblings(feed: Feed, unit: Unit) -> bool:
    """Tell whether the second hop leads from a parent down to its lines."""
    hop = feed.hops[1]
    return hop.kind == "down" and unit.model.objects[hop.object].parent == hop.field


def _within_family(feed: Feed, hop: Hop, unit: Unit) -> bool:
    return unit.model.objects[hop.object].parent == hop.field and not _sums(feed, unit)


def _sums(feed: Feed, unit: Unit) -> bool:
    fields = unit.model.objects[feed.holder].fields
    return any(fields[name].rollup is not None for name in feed.fields)


def _hop(ids: Iterable[str], at: str, hop: Hop, unit: Unit) -> set[str]:
    if hop.kind == "down":
        want = Want(hop.object, (("id",),), hop.field)
        return {tree["id"] for tree in fetch(unit.session, unit.catalog, want, ids)}
    want = Want(at, ((hop.field,),))
    trees = fetch(unit.session, unit.catalog, want, ids)
    return {tree[hop.field] for tree in trees if tree.get(hop.field) is not None}


# -- what it is now ----------------------------------------------------------------------------------------------------


def _recalculate(object: str, wave: _Wave, unit: Unit) -> list[Change]:
    wanted = wave.holders[object]
    plan = unit.plans.of(object)
    ids = sorted(wanted)
    made: list[Change] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        drafts = _drafts(plan, chunk, unit)
        _sum_up(plan, drafts, wanted, unit)
        for draft in drafts.values():
            calculate_own(plan, draft, unit)
        _require_guards(plan, drafts.values(), unit)
        made.extend(_written([draft for draft in drafts.values() if draft.changed], unit))
    return made


def _drafts(plan: ObjectPlan, ids: Sequence[str], unit: Unit) -> dict[str, Draft]:
    drafts: dict[str, Draft] = {}
    for id, tree in read_before(plan, unit, ids, for_update=True).items():
        draft = drafts[id] = Draft(plan, "recompute", id, {})
        draft.start_from(tree, unit.policy.facts)
    if plan.needs_lines:
        load_lines(list(drafts.values()), unit)
    if plan.beside:
        completion = Completion(unit.session, unit.catalog, unit.policy.facts)
        completion.complete(plan.name, [draft.facts for draft in drafts.values()], plan.beside)
    return drafts


def _sum_up(plan: ObjectPlan, drafts: Mapping[str, Draft], wanted: Mapping[str, set[str]], unit: Unit) -> None:
    fields = {name for id in drafts for name in wanted[id] if plan.object.fields[name].rollup is not None}
    for name in sorted(fields):
        asked = [id for id in drafts if name in wanted[id]]
        for id, value in roll_up(unit.session, unit.catalog, plan.name, name, asked, unit.run).items():
            drafts[id].put(name, value)


def calculate_own(plan: ObjectPlan, draft: Draft, unit: Unit) -> None:
    """Calculate the formulas of a record, its lines left as they are; raises Conflict where a result is too large."""
    for object, name in plan.calculation:
        model = plan.object.fields.get(name)
        if object != plan.name or model is None or model.formula is None:
            continue
        try:
            draft.put(name, result_of(model.formula, model, draft.facts, unit.run))
        except DoesNotFit:
            raise Conflict("formula_too_large", field=f"{plan.name}.{name}") from None


def _require_guards(plan: ObjectPlan, drafts: Iterable[Draft], unit: Unit) -> None:
    """Refuse a change somewhere else that makes untrue here what must always hold."""
    broken = [
        Complaint("", "check_failed", {"check": check.name, "object": plan.name, "id": draft.id}, check.say)
        for draft in drafts
        for check, reads in plan.guards
        if reads & draft.changed and fails(check, draft.facts, unit)
    ]
    if broken:
        raise Rejected("invalid", broken, count=len(broken))


def _written(drafts: Sequence[Draft], unit: Unit) -> list[Change]:
    changes: list[Change] = []
    for draft in drafts:
        values = {name: draft.after[name] for name in draft.changed}
        if values.keys() & draft.plan.searched:
            values.update({name: draft.after.get(name) for name in draft.plan.searched})
        if not update_row(unit.session, unit.catalog, draft.plan.name, draft.id, draft.version, values):
            # its row is locked, so this cannot be
            raise Conflict("too_busy")
        draft.version += 1
        draft.put("version", draft.version)
        changes.append(Change(draft.plan.name, draft.id, draft.version, draft.before, dict(draft.after), "recompute"))
    keep_trail(tell(changes, unit), unit)
    unit.changes.extend(changes)
    return changes
