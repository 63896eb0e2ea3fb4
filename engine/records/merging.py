"""Merging: duplicates of an object become one record; whatever belonged to the others belongs to the one that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import Conflict, LimitExceeded, Malformed, Refused
from engine.kernel.events import Event
from engine.kernel.names import RecordRef, is_record_id, new_record_id
from engine.metamodel.definitions.guess import guess
from engine.records.batch import Batch
from engine.records.change import Change
from engine.records.deleting import delete
from engine.records.draft import Draft
from engine.records.history import MERGED, STAYS
from engine.records.plain import as_json
from engine.records.repointing import Repointing
from engine.records.saving import save
from engine.records.steps.admit import admit
from engine.records.unit import Unit
from engine.storage import AuditEntry, append_audit
from engine.storage.fetching import Want, fetch
from engine.storage.merging_rows import copy_files, in_processes, move_shares, move_told

MOST = 20
_SEVERAL = frozenset({"choices", "references", "users", "files"})
Versions = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Merger:
    """What is to be merged: the record that stays, those that go into it, each with the version that was looked at.

    ``take`` says of which record a field's value is taken, or of which several where the field holds a list; ``given``
    are values that none of them has.
    """

    stays: str
    version: int | None
    gone: Versions
    take: Mapping[str, Sequence[str]] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """The record that stays, and how many references to the others were moved, by ``object.field``."""

    change: Change
    moved: Mapping[str, int]


def merge(unit: Unit, object: str, asked: Merger, free: Unit) -> Merged:
    """Merge records. ``free`` is the same unit with every right: what points to them moves, whoever may see it."""
    gone = list(asked.gone)
    _require_sound(asked)
    parent = unit.model.objects[object].parent
    if parent is not None:
        raise Conflict("child_object", object=object, parent=parent)
    drafts = _admitted(unit, object, {asked.stays: asked.version, **asked.gone})
    busy = in_processes(unit.session, object, gone)
    if busy:
        raise Conflict("merge_in_process", count=len(busy))
    given = {**dict(_taken(unit, drafts, asked)), **asked.given}
    with free.because(f"merge:{object}/{asked.stays}"), unit.because(f"merge:{object}/{asked.stays}"):
        repointing = Repointing(free, object, gone, asked.stays)
        repointing.carry_out()
        moved = dict(repointing.moved)
        shares = move_shares(unit.session, object, gone, asked.stays)
        told = move_told(unit.session, object, gone, asked.stays)
        # the unique values of those that go are free again before the one that stays takes them
        left = delete(Batch(unit.plans.of(object), [_again(unit, draft, "delete") for draft in drafts[1:]]), unit)
        kept = _again(unit, drafts[0], "update", _with_files(unit, drafts[0], given, asked))
        changes = save(Batch(kept.plan, [kept]), unit)
    change = changes[0] if changes else Change(object, kept.id, kept.version, kept.before, kept.before, "update")
    for one in left:
        _note_gone(unit, one, asked.stays)
    _note(unit, change, gone, {**moved, **({"shares": shares} if shares else {}), **told})
    return Merged(change, moved)


def _require_sound(asked: Merger) -> None:
    ids = [asked.stays, *asked.gone]
    if len(ids) > MOST:
        raise LimitExceeded("merged_records", len(ids), MOST, 400)
    if not asked.gone or asked.stays in asked.gone or not all(map(is_record_id, ids)):
        raise Malformed("merge_what")


def _admitted(unit: Unit, object: str, versions: Versions) -> list[Draft]:
    """Return the records as they are, the one that stays first; raises what stands against merging them."""
    plan = unit.plans.of(object)
    drafts = [Draft(plan, "update", id, {}, expected=version, purpose="merge") for id, version in versions.items()]
    batch = Batch(plan, drafts)
    admit(batch, unit)
    batch.settle()
    # whether those that go may be deleted is asked when nothing belongs to them any more
    unit.policy.require(object, "delete")
    if not unit.policy.may(object, "update") or not unit.policy.covers(object, "update", drafts[0].was, unit.run):
        raise Refused("not_allowed", object=object, action="update")
    return drafts


def _taken(unit: Unit, drafts: Sequence[Draft], asked: Merger) -> Iterator[tuple[str, Any]]:
    """Yield the fields whose values come from other records, as far as the actor sees these in clear."""
    by_id, plan = {draft.id: draft for draft in drafts}, drafts[0].plan
    readable = unit.policy.readable(plan.name)
    for name, ids in asked.take.items():
        model = plan.object.fields.get(name)
        if model is None or name not in readable or model.type == "lines":
            raise Malformed("unknown_field", object=plan.name, field=name[:60], guess=guess(name, readable))
        if not ids or not by_id.keys() >= set(ids) or (len(ids) > 1 and model.type not in _SEVERAL):
            raise Malformed("merge_what")
        for id in ids:
            if name in unit.policy.sights(plan.name, by_id[id].was, unit.run):
                raise Refused("not_allowed", object=plan.name, action="read")
        if list(ids) == [asked.stays]:
            continue
        values = [as_json(by_id[id].after.get(name)) for id in ids]
        if len(ids) == 1:
            yield name, values[0]
        else:
            yield name, _together(values)


def _together(lists: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for several in lists:
        found += [one for one in several or () if one not in found]
    return found


def _with_files(unit: Unit, stays: Draft, given: Mapping[str, Any], asked: Merger) -> Mapping[str, Any]:
    """Return the values with files of the record's own in place of those of the records that go."""
    found = dict(given)
    for name in stays.plan.files & asked.take.keys() & given.keys():
        value = given[name]
        several = value if isinstance(value, list) else [value]
        ids = [one["id"] for one in several if isinstance(one, dict)]
        copies = copy_files(unit.session, ids, list(asked.gone), stays.id)
        fresh = [{**one, "id": copies.get(one["id"], one["id"])} for one in several if isinstance(one, dict)]
        found[name] = fresh if isinstance(value, list) else next(iter(fresh), None)
    return found


def _again(unit: Unit, draft: Draft, action: Any, given: Mapping[str, Any] | None = None) -> Draft:
    """Return a draft of a record as the moves left it."""
    [tree] = fetch(unit.session, unit.catalog, Want(draft.plan.name, (("version",),)), [draft.id])
    return Draft(draft.plan, action, draft.id, given or {}, expected=tree["version"])


def _note_gone(unit: Unit, gone: Change, stays: str) -> None:
    """Put on record, at a record that went, into which one it went."""
    told: dict[str, Any] = {STAYS: [None, stays]}
    entry = AuditEntry(
        unit.now, unit.user, gone.object, gone.id, gone.version, "merged_into", told, unit.ctx.request_id
    )
    append_audit(unit.session, entry)


def _note(unit: Unit, change: Change, gone: Sequence[str], moved: Mapping[str, int]) -> None:
    """Put on record which records went into which; what they held is in their own history."""
    told: dict[str, Any] = {MERGED: [None, list(gone)], "_moved": [None, dict(moved)]}
    append_audit(
        unit.session,
        AuditEntry(unit.now, unit.user, change.object, change.id, change.version, "merge", told, unit.ctx.request_id),
    )
    facts = {"actor": unit.user, "action": "merge", "changed": sorted(change.changed), "merged": list(gone)}
    event = Event(
        new_record_id(), f"{change.object}.merged", RecordRef(change.object, change.id), change.version, facts
    )
    unit.append_events([event])
