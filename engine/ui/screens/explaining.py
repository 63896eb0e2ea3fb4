"""Why a value is what it is: its formula, and what went into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel, ObjectModel
from engine.ui.desk import Desk
from engine.ui.screens.sections import ShownField, shown_field
from engine.ui.widgets.base import Cell


@dataclass(frozen=True, slots=True)
class Explanation:
    """A formula with the values that it read."""

    title: str
    formula: str
    inputs: tuple[ShownField, ...]
    note: str
    back: str


def build_explanation(desk: Desk, found: ObjectModel, field: FieldModel, values: Mapping[str, Any]) -> Explanation:
    """Return the explanation of a computed field of a record."""
    look = desk.look(found.name, values)
    shown = shown_field(desk, field, look, values.get(field.name))
    title = desk.say("why.title", field=shown.title, value=f"{shown.before}{shown.cell.text}")
    formula = field.formula.text if field.formula is not None else _rollup_text(desk, field)
    inputs = tuple(_inputs(desk, found, field, values))
    note = desk.say("why.rollup") if field.rollup is not None else desk.say("why.formula")
    return Explanation(title, formula, inputs, note, f"/o/{found.name}/{values.get('id', '')}")


def _inputs(desk: Desk, found: ObjectModel, field: FieldModel, values: Mapping[str, Any]) -> Iterator[ShownField]:
    if field.formula is None:
        return
    readable = desk.policy.readable(found.name)
    look = desk.look(found.name, values)
    text = field.formula.text
    names = {path[0] for path in field.formula.reads if path}
    for name in sorted(names, key=text.find):
        read = found.fields.get(name)
        if read is None:
            continue
        title = desk.title(read.title)
        if name not in readable:
            yield ShownField(name, title, Cell("text", desk.say("why.hidden")))
        elif read.type == "lines":
            yield ShownField(name, title, Cell("text", desk.say("why.lines", n=len(values.get(name) or ()))))
        else:
            yield shown_field(desk, read, look, values.get(name))


def _rollup_text(desk: Desk, field: FieldModel) -> str:
    rollup = field.rollup
    assert rollup is not None
    of = desk.model.objects[rollup.of]
    what = desk.title(of.title)
    if rollup.field is not None:
        what = f"{what}.{desk.title(of.fields[rollup.field].title)}"
    text = f"{rollup.function}({what})"
    return f"{text}  [{rollup.where.text}]" if rollup.where is not None else text
