"""The bar of steps at the head of a record, checked: what the steps are, and what tells when each was entered."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ObjectModel, StepsModel

_STEPS = ("choice", "reference")
_DAYS = ("date", "datetime")


def compile_steps(node: Node, object: ObjectModel, bench: Bench) -> StepsModel | None:
    """Build the bar of steps of a form; None when it has none, or what it says does not hold."""
    if node.value is None:
        return None
    whole = isinstance(node.value, dict)
    field = _one_of(node.get("field") if whole else node, object, _STEPS, bench)
    if field is None or not whole:
        return None if field is None else StepsModel(field.name)
    per, shared = _per(node.get("per"), field, object, bench)
    return StepsModel(field.name, per, shared, *_trail(node.get("trail"), field, object, bench))


def shared_reference(behind: ObjectModel | None, per: FieldModel) -> str | None:
    """Return the one field of the records behind a reference that points to where ``per`` points to."""
    fields = behind.fields.values() if behind is not None else ()
    same = [field.name for field in fields if field.type == "reference" and field.targets == per.targets]
    return same[0] if len(same) == 1 else None


def _per(node: Node, field: FieldModel, object: ObjectModel, bench: Bench) -> tuple[str | None, str | None]:
    per = _one_of(node, object, ("reference",), bench) if node.value is not None else None
    if per is None:
        return None, None
    shared = shared_reference(bench.objects.get(field.targets[0]) if field.targets else None, per)
    if shared is None:
        bench.complain("no_common_reference", node, field=per.name, columns=field.name)
        return None, None
    return per.name, shared


def _trail(
    node: Node, field: FieldModel, object: ObjectModel, bench: Bench
) -> tuple[str | None, str | None, str | None]:
    lines, _, day = str(node.value or "").partition(".")
    found = _one_of(Node(lines, node.place, node.path), object, ("lines",), bench) if lines else None
    child = bench.objects.get(found.lines_of or "") if found is not None else None
    at = _one_of(Node(day, node.place, node.path), child, _DAYS, bench) if child is not None else None
    if child is None or at is None:
        return None, None, None
    for by in child.fields.values():
        if by.type == field.type and (by.targets, by.dictionary) == (field.targets, field.dictionary):
            return lines, by.name, at.name
    bench.complain("no_common_reference", node, field=lines, columns=field.name)
    return None, None, None


def _one_of(node: Node, object: ObjectModel, types: tuple[str, ...], bench: Bench) -> FieldModel | None:
    field = bench.field(object, node)
    if field is not None and field.type not in types:
        bench.complain("not_for_this_view", node, field=field.name, type=field.type, types=", ".join(types))
        return None
    return field
