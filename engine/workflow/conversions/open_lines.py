"""What is left of the lines of a record: the whole less what the lines linked to it have already taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.metamodel.model.conversion import ConversionLines, ConversionTarget
from engine.records import Unit
from engine.storage.fetching import Want, fetch
from engine.workflow.effects import Scene

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A source line and what is left of it; without quantities 1 or 0."""

    id: str
    facts: Mapping[str, Any]
    whole: Decimal
    open: Decimal


def open_lines(scene: Scene, target: ConversionTarget, lines: ConversionLines) -> list[OpenLine]:
    """Return the source lines that may be taken, with what is open of each; read under the lock of their record."""
    source: Sequence[Mapping[str, Any]] = scene["record"].get(lines.source) or []
    taken = {} if lines.left is not None else _taken(scene.unit, target, lines, [line["id"] for line in source])
    found = []
    for line in source:
        whole = _number(line.get(lines.of)) if lines.of is not None else Decimal(1)
        scene.bind("item", line)
        left = whole - taken.get(line["id"], _NOTHING) if lines.left is None else _number(scene.value(lines.left))
        found.append(OpenLine(line["id"], line, whole, max(_NOTHING, left)))
        scene.bind("open", found[-1].open)
        if not scene.holds(lines.where):
            found.pop()
    scene.unbind("item")
    scene.unbind("open")
    return found


def _taken(unit: Unit, target: ConversionTarget, lines: ConversionLines, ids: Sequence[str]) -> dict[str, Decimal]:
    field = unit.model.objects[target.object].fields[lines.field]
    if lines.link is None or field.lines_of is None or not ids:
        return {}
    child = unit.model.objects[field.lines_of]
    paths = [(lines.link,)]
    if lines.quantity is not None:
        paths.append((lines.quantity,))
    if child.recycles:
        paths.append(("deleted_at",))
    found: dict[str, Decimal] = {}
    for tree in fetch(unit.session, unit.catalog, Want(child.name, tuple(paths), lines.link), ids):
        if tree.get("deleted_at") is None:
            amount = Decimal(1) if lines.quantity is None else _number(tree.get(lines.quantity))
            found[tree[lines.link]] = found.get(tree[lines.link], _NOTHING) + amount
    return found


def _number(value: Any) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else _NOTHING
