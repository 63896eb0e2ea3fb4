"""Picking: the record that a reference takes on creation where none is given: the first that fits and may be chosen."""

from __future__ import annotations

from engine.metamodel.model import FieldModel
from engine.records.draft import Draft
from engine.records.reading import bound_of
from engine.records.unit import Unit
from engine.storage.query import Query
from engine.storage.reading import select_page


def pick_references(draft: Draft, unit: Unit) -> bool:
    """Fill the references that pick for themselves, in their order; tell whether there was one."""
    picked = False
    for name in draft.plan.references:
        model = draft.plan.object.fields[name]
        if model.pick is None or name in draft.touched or draft.after.get(name) is not None:
            continue
        found = _first(draft, unit, model)
        if found is not None:
            draft.put(name, found)
            picked = True
    return picked


def _first(draft: Draft, unit: Unit, model: FieldModel) -> str | None:
    pick, target, policy = model.pick, model.targets[0], unit.policy
    if pick is None or not policy.may(target, "read"):
        return None
    conditions = tuple(one for one in (model.where, pick.where) if one is not None)
    query = Query(target, (("id",),), conditions, sort=pick.sort, limit=1)
    bound = {**bound_of(unit), "record": draft.facts}
    page = select_page(unit.session, unit.catalog, query, lambda name: policy.rows(name, "read"), bound, unit.run)
    return next((row["id"] for row in page.rows), None)
