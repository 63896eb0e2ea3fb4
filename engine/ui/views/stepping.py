"""The steps that a record goes through, where they are items of a dictionary or records of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.metamodel.model import FormModel, StepsModel
from engine.records import Listing
from engine.storage import Reference
from engine.ui.door import Call

_MOST = 12


def steps_of(call: Call, form: FormModel, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return value and title of each step, in order; none where the form names no field or the reader sees none."""
    steps = form.steps
    if steps is None:
        return ()
    desk, field = call.desk, call.desk.model.objects[form.object].fields[steps.field]
    if field.type == "reference":
        return _records(call, steps, field.targets[0], values)
    here = str(values.get(field.name) or "")
    items = desk.items(field.dictionary or "")
    shown = [(code, desk.title(item.title) or code) for code, item in items.items() if item.active or code == here]
    return tuple(shown[:_MOST])


def _records(call: Call, steps: StepsModel, target: str, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    desk, where = call.desk, None
    if steps.per is not None:
        holder = values.get(steps.per)
        if not isinstance(holder, Reference) or steps.shared not in desk.policy.usable(target):
            return ()
        where = f'{steps.shared} = "{holder.id}"'
    if not desk.may(target, "read") or not desk.called(target):
        return ()
    listing = Listing(target, where, fields=desk.called(target), limit=_MOST)
    rows = call.services.records.list(call.context, listing).records
    return tuple((row.id, desk.name_of(row)) for row in rows)
