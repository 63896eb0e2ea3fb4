"""Formulas of a record and of its lines, in compiled order."""

from __future__ import annotations

from engine.records.draft import Draft
from engine.records.results import DoesNotFit, result_of
from engine.records.unit import Unit


def calculate(draft: Draft, unit: Unit, *, numbered: bool) -> None:
    """Calculate the formulas of a family: those that mention a number, or all the others."""
    if not draft.plan.calculation:
        return
    waiting = draft.plan.numbered
    drafts: dict[str, list[Draft]] = {}
    for member in draft.family():
        if member.action != "delete":
            drafts.setdefault(member.plan.name, []).append(member)
    for key in draft.plan.calculation:
        if (key in waiting) is not numbered:
            continue
        for member in drafts.get(key[0], ()):
            _calculate(member, key[1], unit)


def _calculate(draft: Draft, name: str, unit: Unit) -> None:
    model = draft.plan.object.fields[name]
    assert model.formula is not None
    try:
        value = result_of(model.formula, model, draft.facts, unit.run)
    except DoesNotFit:
        draft.complain(name, "formula_too_large", field=name)
        return
    if value is None or value != draft.after.get(name):
        draft.put(name, value)
