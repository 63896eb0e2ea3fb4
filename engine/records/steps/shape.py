"""Shape: what may not be given is complained about, and wire values become typed values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.names import is_record_id, new_record_id
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import FieldModel, LifecycleModel
from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.keys import resolve_keys
from engine.records.plan import KEPT_BY_ENGINE, ObjectPlan
from engine.records.shapes import Wrong
from engine.records.unit import Unit
from engine.records.unseen import keep_unseen
from engine.storage.share_scope import SHARES

MOST_LINES = 1_000


def shape(batch: Batch, unit: Unit) -> None:
    """Read the input of every draft and of its lines."""
    for draft in batch.drafts:
        if draft.error is None:
            _shape(draft, unit)
    touched = [draft for draft in batch.families() if draft.touched]
    resolve_keys(touched, unit)
    keep_unseen(touched, unit)


def _shape(draft: Draft, unit: Unit) -> None:
    if draft.before is None:
        draft.facts.setdefault("actor", unit.policy.facts)
        draft.facts.setdefault(SHARES, [])
        draft.put("id", draft.id)
    readers, fields = draft.plan.readers, draft.plan.object.fields
    writable = unit.policy.writable(draft.plan.name, "create" if draft.before is None else "update")
    if draft.parent is not None:
        writable = unit.policy.line_fields(draft.plan.name) - {draft.plan.object.parent or ""}
    readable = unit.policy.readable(draft.plan.name) | (draft.plan.secrets & writable)
    for name, value in draft.given.items():
        model = fields.get(name)
        if model is None or name not in readable:
            draft.complain(name, "unknown_field", object=draft.plan.name, field=name, guess=guess(name, readable))
        elif draft.plan.life is not None and name == draft.plan.life.field:
            _state(draft, draft.plan.life, value, unit)
        elif name in KEPT_BY_ENGINE or model.computed or not (name in writable or _opened(draft, model, unit)):
            draft.complain(name, "field_not_writable", field=name)
        elif model.type == "lines":
            _lines(draft, model, value, unit)
        else:
            draft.touched.add(name)
            try:
                draft.put(name, None if value is None else readers[name](value, unit.ctx.zone))
            except Wrong as wrong:
                draft.complain(name + wrong.path, wrong.code, **wrong.params)


def _opened(draft: Draft, model: FieldModel, unit: Unit) -> bool:
    """Tell whether a field that people do not write may be given: a transition asks for it, or an import by whoever
    holds every grant brings a new record with its past, which nothing but rules wrote until then."""
    fresh = draft.before is None and (draft.parent is None or draft.parent.before is None)
    return model.name in draft.opened or (unit.importing and fresh and model.readonly and unit.policy.everything)


def _state(draft: Draft, life: LifecycleModel, value: Any, unit: Unit) -> None:
    """A state is reached by transitions; only an import may repeat it, or bring a record that has come further."""
    fresh = draft.before is None
    if unit.importing and value in (None, life.initial if fresh else draft.after.get(life.field)):
        return
    if unit.importing and fresh and unit.policy.everything and isinstance(value, str) and value in life.states:
        draft.opened |= {life.field}
        draft.put(life.field, value)
        return
    draft.complain(life.field, "use_transition")


def _lines(draft: Draft, model: FieldModel, value: Any, unit: Unit) -> None:
    draft.touched.add(model.name)
    child = unit.plans.of(model.lines_of or "")
    if not isinstance(value, list | tuple):
        draft.complain(model.name, "not_list")
        return
    if len(value) > MOST_LINES:
        draft.complain(model.name, "too_many", max=MOST_LINES)
        return
    there = {line.id: line for line in draft.lines.get(model.name, ()) if line_seen(draft, line, unit)}
    unseen = [line for line in draft.lines.get(model.name, ()) if line.id not in there]
    kept: dict[str, Draft] = {}
    # ids of one moment are random; sorted, they keep the order of the lines
    fresh = iter(sorted(new_record_id() for _ in value))
    for index, given in enumerate(value):
        place = f"{model.name}[{index}]"
        if not isinstance(given, Mapping):
            draft.complain(place, "not_mapping")
            continue
        line = _line(draft, child, given, there, next(fresh))
        if line is None:
            draft.complain(f"{place}.id", "foreign_line")
        elif line.id in kept:
            draft.complain(f"{place}.id", "line_twice")
        else:
            line.place = place + "."
            kept[line.id] = line
            _shape(line, unit)
            line.put(model.lines_by or "", draft.id)
            line.facts[model.lines_by or ""] = draft.facts
    gone = [line for id, line in there.items() if id not in kept]
    for line in gone:
        line.action = "delete"
    # what the actor does not see stays as it is
    draft.lines[model.name] = [*kept.values(), *unseen, *gone]
    draft.facts[model.name] = [line.facts for line in (*kept.values(), *unseen)]


def line_seen(draft: Draft, line: Draft, unit: Unit) -> bool:
    """Tell whether the actor sees a line as it is, behind its parent as that is."""
    name = line.plan.name
    if unit.policy.rows(name, "read") is None:
        return True
    facts = {**line.was, line.plan.object.parent or "": draft.was}
    return unit.policy.covers(name, "read", facts, unit.run)


def _line(
    draft: Draft, child: ObjectPlan, given: Mapping[str, Any], there: Mapping[str, Draft], fresh: str
) -> Draft | None:
    id = given.get("id")
    own = {name: value for name, value in given.items() if name not in ("id", "version")}
    if id is None or id == "":
        return Draft(child, "create", fresh, own, parent=draft)
    line = there.get(id) if isinstance(id, str) and is_record_id(id) else None
    if line is not None:
        line.given = own
    return line
