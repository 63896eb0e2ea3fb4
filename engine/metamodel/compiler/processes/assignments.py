"""Assignments, linked and typed."""

from __future__ import annotations

from engine.metamodel.compiler.actor_scope import USER
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.definitions import Node
from engine.metamodel.model import AssignmentModel
from engine.metamodel.model.assignment import Acceptance, Load
from engine.rules import Expression, RecordType


def compile_assignments(bench: Bench, expressions: Expressions) -> None:
    """Compile every assignment."""
    for merged in bench.documents("assignment"):
        object = bench.objects.get(merged.node.text("object"))
        if object is not None:
            desk = Desk.of(bench, expressions, object)
            found = _assignment(merged.document.id, merged.node, merged.layer, desk)
            if found is not None:
                bench.assignments[found.name] = found


def _assignment(name: str, node: Node, layer: str, desk: Desk) -> AssignmentModel | None:
    testing = desk.knowing(candidate=desk.person)
    to = _person_field(node.get("to"), desk)
    prefer = [testing.condition(part) for part in node.get("prefer").elements()]
    fallback = node.get("fallback")
    pick = node.text("pick", "round_robin")
    if pick == "least_loaded" and not node.has("load"):
        desk.complain("missing_key", node.get("pick").key_span, key="load", where=name)
    pool, where = compile_people(node.get("pool"), desk), testing.condition(node.get("where"))
    key, load, sticky = desk.formula(node.get("key")), _load(node.get("load"), node, desk), _sticky(node, desk)
    if to is None:
        return None
    return AssignmentModel(
        name=name,
        object=desk.object.name,
        to=to,
        pool=pool,
        title=desk.title(node, name),
        where=where,
        prefer=tuple(one for one in prefer if one is not None),
        pick=pick,  # type: ignore[arg-type] # the shape has been checked
        key=key,
        load=load,
        sticky=sticky,
        accept=_acceptance(node.get("accept"), desk),
        fallback=compile_people(fallback, desk) if isinstance(fallback.value, list) else (),
        layer=layer,
    )


def _person_field(node: Node, desk: Desk) -> str | None:
    field = desk.field(node)
    if field is None:
        return None
    if field.type != "user":
        desk.complain("wrong_field_type", node, field=field.name, type=field.type, wanted="user")
        return None
    return field.name


def _sticky(node: Node, desk: Desk) -> Expression | None:
    sticky = desk.formula(node.get("sticky"))
    if sticky is not None and isinstance(sticky.type, RecordType) and sticky.type.name != USER:
        desk.complain("not_people", node.get("sticky"), what=str(sticky.type))
    return sticky


def _load(node: Node, whole: Node, desk: Desk) -> Load | None:
    if node.value is None:
        return None
    object = desk.bench.object(node.get("count"))
    if object is None:
        return None
    by = node.get("by") if node.has("by") else whole.get("to")
    holder = desk.bench.field(object, by)
    if holder is not None and holder.type != "user":
        desk.complain("wrong_field_type", by, field=holder.name, type=holder.type, wanted="user")
    # here `record` is the one that is counted
    counted = Desk.of(desk.bench, desk.expressions, object)
    where = counted.condition(node.get("where"))
    return Load(object.name, holder.name, where, node.get("cap").value) if holder is not None else None


def _acceptance(node: Node, desk: Desk) -> Acceptance | None:
    within = desk.duration(node.get("within"))
    return Acceptance(within, node.number("tries", 3)) if within is not None else None
