"""The choices of a reference: records that the actor may see and that fit the condition of the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.kernel.errors import Malformed, Missing
from engine.kernel.names import new_record_id
from engine.metamodel.model import FieldModel, SortKey
from engine.records.batch import Batch
from engine.records.draft import Draft
from engine.records.limits import QUICK
from engine.records.query import Choice
from engine.records.reading import bound_of
from engine.records.saving import judge
from engine.records.unit import Unit
from engine.storage import Reference
from engine.storage.fetching import find_users
from engine.storage.query import Query, Row
from engine.storage.reading import select_page

SECONDS = 2


def look_up(unit: Unit, object: str, field: str, text: str, values: Mapping[str, Any], limit: int) -> list[Choice]:
    """Return the records that a reference may point to, given the text typed and the other values of the record."""
    model = unit.model.objects[object].fields.get(field)
    if model is None or field not in unit.policy.readable(object):
        raise Missing("unknown_field", object=object, field=field, guess="")
    text = text.strip()[:QUICK]
    if model.type in ("user", "users"):
        return [Choice(id, name, login) for id, name, login in find_users(unit.session, text, limit)]
    if model.type not in ("reference", "references", "department", "any_reference") or not model.targets:
        raise Malformed("field_not_available", field=field)
    found: list[Choice] = []
    for target in model.targets:
        if unit.policy.may(target, "read") and len(found) < limit:
            facts = _facts(unit, object, values) if _looks_at_record(model) else {}
            found += _of(unit, model, target, text, facts, limit - len(found))
    return found


def _looks_at_record(model: FieldModel) -> bool:
    return model.where is not None and any(path[0] == "record" for path in model.where.reads)


def _of(unit: Unit, model: FieldModel, target: str, text: str, facts: Mapping[str, Any], limit: int) -> list[Choice]:
    policy = unit.policy
    shown = unit.model.objects[target]
    usable = policy.usable(target)
    if shown.display not in usable:
        return []
    called = tuple(name for name in shown.called_in(unit.ctx.language) if name in usable)
    second = _second(unit, target)
    bound = {**bound_of(unit), **({"record": facts} if _looks_at_record(model) else {})}
    searched = unit.plans.of(target).searched
    query = Query(
        target,
        (("id",), *((name,) for name in called), *((name,) for name in second)),
        model.where,
        text,
        (SortKey((shown.display,)),),
        limit,
        quick_in=None if searched <= usable else tuple(sorted(searched & usable)),
    )

    def rows_of(query: Query) -> tuple[Row, ...]:
        found = select_page(unit.session, unit.catalog, query, lambda name: policy.rows(name, "read"), bound, unit.run)
        return found.rows

    rows: list[Row] = []
    if text and shown.fields[shown.display].sort_key and shown.fields[shown.display].stored:
        # most people type how a name begins, which an index finds among any number of records
        rows += rows_of(replace(query, quick="", begins=text))
    if len(rows) < limit:
        known = {row["id"] for row in rows}
        rows += [row for row in rows_of(query) if row["id"] not in known]
    return [_choice(row, called, second) for row in rows[:limit]]


def _choice(row: Row, called: tuple[str, ...], second: tuple[str, ...]) -> Choice:
    told = [_words(row[name]) for name in second]
    title = next((word for name in called if (word := _words(row[name]))), "")
    return Choice(row["id"], title or row["id"], " · ".join(word for word in told if word))


def _words(value: Any) -> str:
    if value is None:
        return ""
    return (value.title or "") if isinstance(value, Reference) else str(value)


def _second(unit: Unit, target: str) -> tuple[str, ...]:
    """Return the fields of the second line: the number, then what the list shows first besides the title."""
    object, usable = unit.model.objects[target], unit.policy.usable(target)
    columns = unit.model.lists[target].columns if target in unit.model.lists else ()
    names = [*object.numbering, *(column.path[0] for column in columns if len(column.path) == 1)]
    plain = ("text", "code", "phone", "reference", "department")
    wanted = [n for n in names if n in usable and n != object.display and object.fields[n].type in plain]
    return tuple(dict.fromkeys(wanted))[:SECONDS]


def _facts(unit: Unit, object: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the record that chooses, as far as its values can be read."""
    plan = unit.plans.of(object)
    allowed = {name: value for name, value in values.items() if name in plan.readers}
    draft = Draft(plan, "create", new_record_id(), allowed)
    batch = Batch(plan, [draft], strict=False)
    unit.previewing = True
    try:
        judge(batch, unit)
    finally:
        unit.previewing = False
    return draft.facts
