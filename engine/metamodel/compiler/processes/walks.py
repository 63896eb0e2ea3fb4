"""The walks of an approval: its own tests, linked to its steps and to the fields of what it is about."""

from __future__ import annotations

from datetime import datetime

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.walk import WalkAct, WalkModel

# the clock of a test that says nothing about it
NINE = "2026-01-05T09:00:00+08:00"
_OF_AN_ACT = frozenset({"comment", "step", "to", "with", "output"})


def compile_walks(node: Node, desk: Desk) -> tuple[WalkModel, ...]:
    """Compile the tests of an approval; steps, fields and names that are not right are told where they stand."""
    found: dict[str, WalkModel] = {}
    for part in node.elements():
        name = part.text("name")
        if name in found:
            desk.complain("walk_twice", part.get("name"), name=name[:60])
        found[name] = _walk(name, part, desk)
    return tuple(found.values())


def _walk(name: str, node: Node, desk: Desk) -> WalkModel:
    given, expect = node.get("given"), node.get("expect")
    for part in (given.get("record"), given.get("change"), expect.get("record")):
        _known_fields(part, desk.object, desk)
    for step, people in given.get("people").items():
        _known_step(Node(step, people.place, people.path), desk, at_key=True)
    for key in ("path", "not"):
        for part in expect.get(key).elements():
            _known_step(part, desk)
    return WalkModel(
        name=name,
        span=node.span,
        now=_instant(given.get("now"), desk),
        submitter=given.text("submitter"),
        record=given.get("record").value or {},
        change=given.get("change").value or {},
        people={step: tuple(given.get("people").texts(step)) for step, _ in given.get("people").items()},
        acts=tuple(act for part in node.get("act").elements() if (act := _act(part, desk))),
        path=expect.texts("path"),
        avoided=expect.texts("not"),
        outcome=expect.text("outcome"),
        fields=expect.get("record").value or {},
    )


def _act(node: Node, desk: Desk) -> WalkAct | None:
    people = [name for name, _ in node.items() if name not in _OF_AN_ACT]
    if len(people) != 1:
        desk.complain("one_decision", node)
        return None
    if node.has("step"):
        _known_step(node.get("step"), desk)
    if node.has("to") and node.text("to") != "submitter":
        _known_step(node.get("to"), desk)
    _known_fields(node.get("with"), desk.object, desk)
    return WalkAct(
        people[0],
        node.text(people[0]),
        node.span,
        node.text("step"),
        node.maybe("comment"),
        node.text("to"),
        node.get("with").value or {},
        node.get("output").value or {},
    )


def _known_step(node: Node, desk: Desk, *, at_key: bool = False) -> None:
    if str(node.value) not in desk.steps:
        desk.bench.unknown("step", node.key_span if at_key else node.span, str(node.value), desk.steps)


def _known_fields(node: Node, object: ObjectModel, desk: Desk) -> None:
    """Check the names of fields, those of lines and of records behind references as well."""
    for name, part in node.items():
        field = object.fields.get(name)
        if field is None:
            desk.bench.unknown("field", part.key_span, name, object.fields, object=object.name)
            continue
        behind = desk.bench.objects.get(_behind(field))
        if behind is not None:
            for inner in part.elements():
                _known_fields(inner, behind, desk)


def _behind(field: FieldModel) -> str:
    """Return the object whose fields the value of a field may name; empty when it has none."""
    if field.type == "lines":
        return field.lines_of or ""
    return field.targets[0] if field.references else ""


def _instant(node: Node, desk: Desk) -> datetime:
    try:
        return datetime.fromisoformat(str(node.value or NINE))
    except ValueError:
        desk.complain("bad_literal", node, value=str(node.value)[:60], type="datetime")
        return datetime.fromisoformat(NINE)
