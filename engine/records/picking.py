"""Picking: what a field takes on creation where nothing is given, of the first record that fits and may be chosen."""

from __future__ import annotations

from typing import Any

from engine.metamodel.model import FieldModel
from engine.metamodel.model.field import Pick
from engine.records.draft import Draft
from engine.records.reading import bound_of
from engine.records.unit import Unit
from engine.storage.query import Query
from engine.storage.reading import select_page


def pick_values(draft: Draft, unit: Unit) -> bool:
    """Fill the fields that pick for themselves, in their order; tell whether a reference was among them."""
    pointed = False
    for name, model, pick in draft.plan.picks:
        if name in draft.touched or (pick.source is None and draft.after.get(name) is not None):
            continue
        found = _first(draft, unit, model, pick)
        if found is not None:
            # a value that fits stands before a default, which is for when none does
            draft.put(name, found)
            pointed = pointed or pick.source is None
    return pointed


def pick_again(draft: Draft, unit: Unit) -> bool:
    """Take anew what follows a field that a change gives another value; tell whether a reference was among it.

    Where nothing fits any more, the field gets its default.
    """
    pointed, before = False, draft.before or {}
    for name, model, pick in draft.plan.picks:
        if name in draft.touched or not any(draft.after.get(other) != before.get(other) for other in pick.again):
            continue
        found = _first(draft, unit, model, pick)
        if found is None and model.default is not None:
            found = model.default.value
        draft.put(name, found)
        pointed = pointed or pick.source is None
    return pointed


def _first(draft: Draft, unit: Unit, model: FieldModel, pick: Pick) -> Any:
    target, policy = pick.source or model.targets[0], unit.policy
    if not policy.may(target, "read") or (pick.take != "id" and pick.take not in policy.usable(target)):
        return None
    # what may be chosen at all is said of references only
    conditions = tuple(one for one in (model.where, pick.where) if one is not None)
    query = Query(target, ((pick.take,),), conditions, sort=pick.sort, limit=1)
    bound = {**bound_of(unit), "record": draft.facts}
    page = select_page(unit.session, unit.catalog, query, lambda name: policy.rows(name, "read"), bound, unit.run)
    return next((row[pick.take] for row in page.rows), None)
