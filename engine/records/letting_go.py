"""Letting go: what points to lines that are about to be removed is cleared where its definition says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.records.change import Change
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.ripple import ripple
from engine.records.trail import keep_trail, tell
from engine.records.unit import Overtaken, Unit
from engine.storage import update_row
from engine.storage.fetching import Want, fetch


def let_go(gone: Sequence[Draft], unit: Unit) -> None:
    """Clear the references to lines that go; those that restrict are left for the database to refuse."""
    changes: list[Change] = []
    for name in dict.fromkeys(line.plan.name for line in gone):
        ids = {line.id for line in gone if line.plan.name == name}
        for object, field in unit.model.inbound.get(name, ()):
            model = unit.model.objects[object].fields[field]
            if model.on_delete == "clear" and not model.required and model.references:
                changes += _cleared(unit.plans.of(object), field, ids, unit)
    if changes:
        keep_trail(tell(changes, unit), unit)
        unit.changes.extend(changes)
        ripple(changes, unit, settled=False)


def _cleared(plan: ObjectPlan, field: str, ids: set[str], unit: Unit) -> Iterator[Change]:
    want = plan.want(unit.policy.needs(plan.name))
    for tree in fetch(unit.session, unit.catalog, Want(want.object, want.paths, field), ids):
        draft = Draft(plan, "update", tree["id"], {})
        draft.start_from(tree, unit.policy.facts)
        values = {field: None, "updated_at": unit.now, "updated_by": unit.user}
        if not update_row(unit.session, unit.catalog, plan.name, draft.id, draft.version, values):
            raise Overtaken
        after = {**draft.after, **values, "version": draft.version + 1}
        yield Change(plan.name, draft.id, draft.version + 1, draft.before, after, "update")
