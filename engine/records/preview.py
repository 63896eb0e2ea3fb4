"""Preview: a record as it would be saved, with formulas, complaints and the form's conditions; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from engine.kernel.errors import Complaint, Missing, TesseraError
from engine.kernel.names import new_record_id
from engine.metamodel.model import FieldModel, FormField, FormModel
from engine.records.batch import Batch
from engine.records.closing import closed_fields
from engine.records.draft import Draft
from engine.records.number_pattern import NumberIncomplete
from engine.records.numbering import preview_number
from engine.records.query import Preview
from engine.records.saving import judge
from engine.records.seen import Key, seen_titles
from engine.records.unit import Unit
from engine.rules import Expression
from engine.storage import Reference
from engine.storage.fetching import USERS


def preview(unit: Unit, object: str, given: Mapping[str, Any], id: str | None) -> Preview:
    """Return what a save would make of an input now. What is wrong is told, never raised."""
    plan = unit.plans.of(object)
    # who may only read a record sees of it what the form's conditions show, like everybody else
    purpose = "read" if id is not None and not given else ""
    draft = Draft(plan, "create" if id is None else "update", id or new_record_id(), given, purpose=purpose)
    batch = Batch(plan, [draft], strict=False)
    _judge(batch, draft, unit)
    if isinstance(draft.error, Missing):
        raise draft.error
    form = unit.model.forms.get(object)
    visible, required, readonly = _conditions(form, draft, unit)
    values = _shown(draft, unit)
    return Preview(values, tuple(draft.complaints), tuple(draft.warnings), visible, required, readonly)


def against_change(unit: Unit, object: str, id: str, given: Mapping[str, Any]) -> Sequence[Complaint]:
    """Return what speaks against a change that a process makes once it is approved; the lock of a state does not.

    Raises Missing when the record is not there.
    """
    plan = unit.plans.of(object)
    draft = Draft(plan, "update", id, given, free=True)
    _judge(Batch(plan, [draft], strict=False), draft, unit)
    if isinstance(draft.error, Missing):
        raise draft.error
    return draft.complaints


def suppose(unit: Unit, object: str, id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what typed values would change of a record, formulas included, as expressions see it; nothing is written.

    Raises Missing when the record is not there.
    """
    plan = unit.plans.of(object)
    draft = Draft(plan, "update", id, {}, free=True)
    draft.ordered.update(values)
    _judge(Batch(plan, [draft], strict=False), draft, unit)
    if isinstance(draft.error, Missing):
        raise draft.error
    before = draft.before or {}
    return {name: draft.facts[name] for name, value in draft.after.items() if value != before.get(name)}


def next_number(unit: Unit, object: str, field: str, given: Mapping[str, Any]) -> str | None:
    """Return the number that a record with these values would get now; None while a part of it is missing."""
    unit.policy.require(object, "create")
    plan = unit.plans.of(object)
    if field not in plan.object.numbering or field not in unit.policy.readable(object):
        raise Missing("unknown_field", object=object, field=field, guess="")
    draft = Draft(plan, "create", new_record_id(), given)
    batch = Batch(plan, [draft], strict=False)
    judge(batch, unit)
    try:
        return preview_number(draft, field, unit)
    except NumberIncomplete:
        return None


def _judge(batch: Batch, draft: Draft, unit: Unit) -> None:
    unit.previewing = True
    try:
        judge(batch, unit)
    except TesseraError as error:
        draft.error = draft.error or error
    finally:
        unit.previewing = False


def _shown(draft: Draft, unit: Unit) -> dict[str, Any]:
    """Return the values that the actor may see, references with their titles, lines as mappings."""
    drafts = [draft, *(line for lines in draft.lines.values() for line in lines if line.action != "delete")]
    titles = _titles(drafts, unit)
    values = _values(draft, unit, titles)
    for name, lines in draft.lines.items():
        if name in unit.policy.readable(draft.plan.name):
            values[name] = tuple(
                {
                    **_values(line, unit, titles),
                    "id": line.id if line.before is not None else None,
                    "version": line.version,
                }
                for line in sorted(lines, key=_given_at)
                if line.action != "delete"
            )
    return values


def _given_at(line: Draft) -> float:
    """Return where a line stands in the input; those that the engine made come behind."""
    place = line.place.partition("[")[2].partition("]")[0]
    return int(place) if place else inf


def _values(draft: Draft, unit: Unit, titles: Mapping[Key, str | None]) -> dict[str, Any]:
    readable = unit.policy.readable(draft.plan.name)
    sights = unit.policy.sights(draft.plan.name, draft.facts, unit.run) if draft.before is not None else {}
    several = {name: _target(model) for name, model in draft.plan.several if model.type != "any_reference"}
    found: dict[str, Any] = {}
    for name, value in draft.after.items():
        if name not in readable or sights.get(name) in ("hidden", "masked"):
            continue
        target = draft.plan.pointers.get(name)
        if target is not None and isinstance(value, str):
            value = Reference(value, titles[target, value]) if (target, value) in titles else None
        elif isinstance(value, Reference):
            value = value if (value.object, value.id) in titles else None
        elif name in several and value:
            value = type(value)(one for one in value if (several[name], one) in titles)
        found[name] = value
    return found


def _titles(drafts: Iterable[Draft], unit: Unit) -> Mapping[Key, str | None]:
    """Return the titles of the records that drafts point to, as far as the actor sees them."""
    wanted: set[Key] = set()
    for draft in drafts:
        for name, target in draft.plan.pointers.items():
            value = draft.after.get(name)
            if isinstance(value, str):
                wanted.add((target, value))
        for name, model in draft.plan.several:
            value = draft.after.get(name)
            if isinstance(value, Reference):
                wanted.add((value.object or "", value.id))
            else:
                wanted.update((_target(model), one) for one in value or ())
    return seen_titles(unit, wanted)


def _target(model: FieldModel) -> str:
    return USERS if model.type == "users" else model.targets[0]


# -- conditions of the form --------------------------------------------------------------------------------------------


def _conditions(
    form: FormModel | None, draft: Draft, unit: Unit
) -> tuple[dict[str, bool], dict[str, bool], dict[str, bool]]:
    visible: dict[str, bool] = {}
    required: dict[str, bool] = {}
    readonly: dict[str, bool] = {}
    for tab in form.tabs if form else ():
        _tell(visible, f"tab:{tab.name}", tab.visible, draft, unit)
        for section in tab.sections:
            _tell(visible, f"section:{section.name}", section.visible, draft, unit)
            for placed in section.fields:
                _tell(visible, placed.name, placed.visible, draft, unit)
                _tell_required(required, placed, draft, unit)
                _tell(readonly, placed.name, placed.readonly, draft, unit)
    _tell_locks(readonly, draft, unit)
    return visible, required, readonly


def _tell(found: dict[str, bool], name: str, condition: Expression | None, draft: Draft, unit: Unit) -> None:
    if condition is not None:
        unit.run.restart()
        found[name] = condition.evaluate(draft.facts, unit.run) is True


def _tell_required(found: dict[str, bool], placed: FormField, draft: Draft, unit: Unit) -> None:
    model = draft.plan.object.fields.get(placed.name)
    if placed.required is not None and model is not None:
        unit.run.restart()
        found[placed.name] = model.required or placed.required.evaluate(draft.facts, unit.run) is True


def _tell_locks(readonly: dict[str, bool], draft: Draft, unit: Unit) -> None:
    plan = draft.plan
    if draft.before is None:
        names = unit.policy.readable(plan.name)
        closed = {name for name in names if not unit.policy.writes(plan.name, "create", name, draft.facts, unit.run)}
        readonly.update(dict.fromkeys(closed, True))
        return
    state = plan.life.states.get(draft.before.get(plan.life.field) or "") if plan.life is not None else None
    readonly.update(dict.fromkeys(closed_fields(unit, plan.name, state, draft.was, draft.holds), True))
