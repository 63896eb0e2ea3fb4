"""Many changes of one object: the same rooms, for hundreds of drafts at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint, Malformed, Rejected, TesseraError, Unavailable
from engine.kernel.names import is_record_id, new_record_id
from engine.records.batch import Batch
from engine.records.change import Change, Verb
from engine.records.deleting import delete
from engine.records.draft import Draft
from engine.records.opening import in_words
from engine.records.plan import ObjectPlan
from engine.records.query import BulkResult, Operation, Outcome
from engine.records.reactions import newest
from engine.records.saving import save
from engine.records.shapes import Wrong
from engine.records.unit import Unit
from engine.storage import Violation
from engine.storage.fetching import Twin, Want, fetch, taken

CHUNK = 200


@dataclass(slots=True)
class _Item:
    """An operation on its way: its draft, and what came of it."""

    operation: Operation
    draft: Draft | None = None
    error: TesseraError | None = None
    change: Change | None = None


def carry_out(unit: Unit, object: str, operations: Sequence[Operation], *, atomic: bool) -> BulkResult:
    """Do the operations in their order, in chunks; atomic: the first failure undoes all of them."""
    plan = unit.plans.of(object)
    items = [_Item(operation) for operation in operations]
    for chunk in _chunks(items):
        _take(chunk, plan, unit)
        for kind in ("create", "update", "delete"):
            group = [item for item in chunk if item.error is None and _kind(item) == kind]
            if group:
                _do(group, kind, plan, unit, atomic=atomic)
    if atomic and any(item.error is not None for item in items):
        raise _all_or_nothing(items)
    return BulkResult(tuple(_outcome(item) for item in items))


def _chunks(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Yield items in pieces of one kind in which no record and no key occurs twice, so that their order holds."""
    chunk: list[_Item] = []
    seen: set[Any] = set()
    for item in items:
        operation = item.operation
        name = operation.id or (operation.key and repr([operation.input.get(part) for part in operation.key])) or None
        other = bool(chunk) and chunk[-1].operation.kind != operation.kind
        if len(chunk) >= CHUNK or other or (name is not None and name in seen):
            yield chunk
            chunk, seen = [], set()
        chunk.append(item)
        if name is not None:
            seen.add(name)
    if chunk:
        yield chunk


def _kind(item: _Item) -> str:
    return "" if item.draft is None else item.draft.action


# -- operations become drafts ------------------------------------------------------------------------------------------


def _take(items: Sequence[_Item], plan: ObjectPlan, unit: Unit) -> None:
    for item in items:
        operation = item.operation
        if operation.kind == "create":
            item.draft = Draft(plan, "create", new_record_id(), operation.input)
        elif operation.kind in ("update", "delete"):
            if operation.id is None or not is_record_id(operation.id):
                item.error = Malformed("id_required")
                continue
            action: Verb = "update" if operation.kind == "update" else "delete"
            item.draft = Draft(plan, action, operation.id, operation.input, expected=operation.version)
    _match([item for item in items if item.operation.kind == "upsert"], plan, unit)


def _match(items: Sequence[_Item], plan: ObjectPlan, unit: Unit) -> None:
    """Find the records of upserts by their keys; what is found is updated, what is not is created."""
    by_key: dict[tuple[str, ...], list[_Item]] = {}
    for item in items:
        key = item.operation.key
        if key not in plan.uniques or not set(key) <= unit.policy.usable(plan.name):
            item.error = Malformed("no_key", field=", ".join(key))
        else:
            by_key.setdefault(key, []).append(item)
    for key, several in by_key.items():
        values = [_key_values(item, key, plan, unit) for item in several]
        asked = [found for found in values if found is not None]
        rows = (
            taken(unit.session, unit.catalog, Twin(plan.name, key), 0, [found[0] for found in asked]) if asked else []
        )
        known = {tuple(rest): id for id, *rest in rows}
        ids = [known[found] for found in asked if found in known]
        versions = {
            tree["id"]: tree["version"]
            for tree in fetch(unit.session, unit.catalog, Want(plan.name, (("version",),)), ids)
        }
        for item, found in zip(several, values, strict=True):
            id = None if found is None else known.get(found)
            if id is None:
                item.draft = Draft(plan, "create", new_record_id(), item.operation.input)
            else:
                given = {name: value for name, value in item.operation.input.items() if name not in key}
                # without a version the record is taken as it is now: an import says what shall be
                expected = item.operation.version or versions[id]
                item.draft = Draft(plan, "update", id, given, expected=expected)


def _key_values(item: _Item, key: tuple[str, ...], plan: ObjectPlan, unit: Unit) -> tuple[Any, ...] | None:
    values = []
    for name in key:
        try:
            given: Any = item.operation.input.get(name)
            values.append(None if given is None else plan.readers[name](given, unit.ctx.zone))
        except (Wrong, KeyError):
            return None
    return None if any(value is None for value in values) else tuple(values)


# -- drafts are saved --------------------------------------------------------------------------------------------------


def _do(items: Sequence[_Item], kind: str, plan: ObjectPlan, unit: Unit, *, atomic: bool) -> None:
    if atomic:
        _save(items, kind, plan, unit)
        return
    try:
        with unit.part():
            _save(items, kind, plan, unit)
        return
    except Unavailable:
        raise
    except TesseraError:
        pass
    # somebody was faster with one of them: each by itself
    for item in items:
        _anew(item)
        try:
            with unit.part():
                _save([item], kind, plan, unit)
        except Unavailable:
            raise
        except Violation as error:
            item.error = in_words(error)
        except TesseraError as error:
            item.error = error


def _save(items: Sequence[_Item], kind: str, plan: ObjectPlan, unit: Unit) -> None:
    drafts = [item.draft for item in items if item.draft is not None]
    batch = Batch(plan, drafts, strict=False)
    changes = delete(batch, unit) if kind == "delete" else save(batch, unit)
    by_id = {change.id: change for change in reversed(changes) if change.object == plan.name}
    for item in items:
        assert item.draft is not None
        item.error = item.draft.error
        item.change = by_id.get(item.draft.id) if item.error is None else None
    made = len(unit.changes)
    unit.settle()
    if len(unit.changes) > made:
        for item in items:
            item.change = None if item.change is None else newest(unit, item.change)


def _anew(item: _Item) -> None:
    old = item.draft
    assert old is not None
    item.draft = Draft(old.plan, old.action, old.id, old.given, expected=old.expected)


# -- answers -----------------------------------------------------------------------------------------------------------


def _outcome(item: _Item) -> Outcome:
    draft = item.draft
    if draft is None or item.error is not None:
        return Outcome(error=item.error, id=None if draft is None else draft.id)
    version = item.change.version if item.change is not None else draft.version
    return Outcome(item.change, None, draft.id, version, draft.action if item.change is not None else "unchanged")


def _all_or_nothing(items: Sequence[_Item]) -> TesseraError:
    complaints: list[Complaint] = []
    for index, item in enumerate(items):
        if item.error is None:
            continue
        place = f"operations[{index}]"
        if not item.error.complaints:
            complaints.append(Complaint(place, item.error.code, dict(item.error.complaint.params)))
        for found in item.error.complaints:
            path = f"{place}.{found.path}" if found.path else place
            complaints.append(Complaint(path, found.code, found.params, found.say))
    first = next(item.error for item in items if item.error is not None)
    if isinstance(first, Rejected | Malformed):
        return Rejected("invalid", complaints, count=len(complaints))
    return type(first)(first.code, complaints, **dict(first.complaint.params))
