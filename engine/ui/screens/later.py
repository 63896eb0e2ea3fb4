"""What the form of a new record leaves out: fields that nobody fills in and that have nothing to tell yet."""

from __future__ import annotations

from engine.metamodel.model import FieldModel, TenantModel


def told_later(model: TenantModel, object: str) -> frozenset[str]:
    """Return the fields of an object that rest on what other records come to, of which a new one has none.

    These are roll-ups, formulas over them, and formulas over such fields of the object's own lines.
    """
    found = model.objects[object]
    later = {name for name, field in found.fields.items() if field.rollup is not None}
    lines: dict[str, frozenset[str]] = {}
    for name in found.order:
        field = found.fields[name]
        if name not in later and _rests_on(field, later, lines, model, object):
            later.add(name)
    return frozenset(later)


def _rests_on(
    field: FieldModel, later: set[str], lines: dict[str, frozenset[str]], model: TenantModel, object: str
) -> bool:
    fields = model.objects[object].fields
    for path in field.formula.reads if field.formula is not None else ():
        if path[0] in later:
            return True
        child = fields[path[0]].lines_of if path[0] in fields else None
        if child is None or len(path) < 2:
            continue
        if child not in lines:
            lines[child] = told_later(model, child)
        if path[1] in lines[child]:
            return True
    return False
