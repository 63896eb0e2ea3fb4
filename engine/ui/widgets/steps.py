"""How a value came about: the rules of an adjustment that applied, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.metamodel.model import FieldModel
from engine.ui.formatting import as_decimal, grouped
from engine.ui.widgets.base import NOTHING, Cell, Draw, Look
from engine.ui.widgets.text import JsonWidget


@dataclass(frozen=True, slots=True)
class StepsWidget(JsonWidget):
    """A JSON value; where an adjustment keeps its steps, these as sentences."""

    def show(self, field: FieldModel, look: Look) -> Draw:
        found = look.model.adjustment_of(look.object)
        if found is None or found[1].steps != field.name:
            return JsonWidget.show(self, field, look)
        return lambda value: _steps(value, look) if isinstance(value, list) and value else NOTHING


def _steps(value: Sequence[Any], look: Look) -> Cell:
    steps = [step for step in value if isinstance(step, Mapping)]
    applied = [_label(step, look) for step in steps if step.get("outcome") != "beaten"]
    alone = look.model.objects[look.object].parent is None  # among lines they are folded
    text = " · ".join(applied)
    return Cell("steps", text, tone="open" if alone else "", parts=tuple(_step(step, look) for step in steps))


def _step(step: Mapping[str, Any], look: Look) -> Cell:
    """Return one step: its rule, what it did as ``tone``, and why as ``note``."""
    object, id = (*(step.get("rule") or ()), "", "")[:2]
    beaten = step.get("outcome") == "beaten"
    return Cell(
        "link",
        _label(step, look) or "—",
        tone="beaten" if beaten else "applied",
        phase=_change(step, look),
        href=f"/o/{object}/{id}" if _has_page(object, look) else "",
        note=" · ".join(_why(step, object, look)),
    )


def _label(step: Mapping[str, Any], look: Look) -> str:
    labels = step.get("labels")
    own = labels.get(look.language) if isinstance(labels, Mapping) else None
    return str(own or step.get("label") or "")


def _has_page(object: str, look: Look) -> bool:
    found = look.model.objects.get(object)
    return found is not None and found.parent is None


def _change(step: Mapping[str, Any], look: Look) -> str:
    before, after, free = (as_decimal(step.get(key)) for key in ("before", "after", "free"))
    said = []
    if after is not None and after != before:
        said.append(_figure(after) if before is None else f"{_figure(before)} → {_figure(after)}")
    if free:
        said.append(look.words.say("steps.free", n=_figure(free)))
    return ", ".join(said)


def _figure(value: Decimal) -> str:
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return grouped(value, places)


def _why(step: Mapping[str, Any], object: str, look: Look) -> list[str]:
    said = [look.words.say("steps.beaten")] if step.get("outcome") == "beaten" else []
    asks = [_titled(str(path), object, look) for path in step.get("asks") or ()]
    if asks:
        said.append(look.words.say("steps.asks", fields=("、" if look.language == "zh" else ", ").join(asks)))
    if step.get("condition"):
        said.append(str(step["condition"]))
    return said


def _titled(path: str, object: str, look: Look) -> str:
    """Return what the field at the end of a path is called."""
    title = path
    for name in path.split("."):
        found = look.model.objects.get(object)
        field = found.fields.get(name) if found is not None else None
        if field is None:
            break
        title = look.title(field.title)
        object = field.targets[0] if field.targets else ""
    return title
