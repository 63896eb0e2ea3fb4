"""Stored values of formulas and roll-ups are made anew for all records of an object, after the definitions changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.kernel.errors import Conflict
from engine.metamodel.model import SortKey
from engine.records.before import load_lines, read_before
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.results import DoesNotFit, result_of
from engine.records.unit import Unit
from engine.storage import Query, every_row, renew_rows, select_page
from engine.storage.sums import roll_up

CHUNK = 500
_BY_ID = (SortKey(("id",)),)


def renew(unit: Unit, object: str, fields: Sequence[str]) -> int:
    """Make these computed fields anew; return how many records got another value.

    Versions and history stay: it is the definition that changed, and it has a history of its own. Raises Conflict
    when a value does not fit its field.
    """
    plan = unit.plans.of(object)
    rollups = [name for name in fields if plan.object.fields[name].rollup is not None]
    renewed = 0
    for ids in _all_ids(unit, object):
        drafts = {id: Draft(plan, "recompute", id, {}) for id in ids}
        for id, tree in read_before(plan, unit, ids).items():
            drafts[id].start_from(tree, unit.policy.facts)
        if plan.needs_lines:
            load_lines(list(drafts.values()), unit)
        for name in rollups:
            for id, value in roll_up(unit.session, unit.catalog, object, name, ids, unit.run).items():
                drafts[id].put(name, value)
        for draft in drafts.values():
            _calculate(plan, draft, fields, unit)
        changed = [draft for draft in drafts.values() if draft.changed]
        searched = plan.searched if plan.searched & set(fields) else frozenset()
        names = ("id", *fields, *(name for name in searched if name not in fields))
        rows = [{name: draft.after.get(name) for name in names} for draft in changed]
        renew_rows(unit.session, unit.catalog, object, rows)
        renewed += len(rows)
    return renewed


def _calculate(plan: ObjectPlan, draft: Draft, fields: Sequence[str], unit: Unit) -> None:
    for object, name in plan.calculation:
        formula = plan.object.fields[name].formula if object == plan.name and name in fields else None
        if formula is None:
            continue
        try:
            draft.put(name, result_of(formula, plan.object.fields[name], draft.facts, unit.run))
        except DoesNotFit:
            raise Conflict("formula_too_large", field=f"{plan.name}.{name}") from None


def _all_ids(unit: Unit, object: str) -> Iterator[list[str]]:
    after: str | None = None
    while True:
        query = Query(object, (("id",),), sort=_BY_ID, limit=CHUNK, after=after, deleted=None)
        page = select_page(unit.session, unit.catalog, query, every_row, {}, unit.run)
        if page.rows:
            yield [row["id"] for row in page.rows]
        after = page.after
        if after is None:
            return
