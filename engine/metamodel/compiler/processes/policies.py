"""Policies of an approval and of its steps, the latter laid over the former."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.durations import parse_duration
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.definitions import Node
from engine.metamodel.model.policy import PolicyModel, Quorum, Returns, SmsDecision, StepForm

_RETRACT = "PT10M"
RETURN_WORDS = ("submitter", "previous", "any")


def compile_policy(node: Node, desk: Desk) -> PolicyModel:
    """Compile the policies of an approval; what it does not say has the careful default."""
    base = PolicyModel(retract=parse_duration(_RETRACT))
    return lay_over(base, node, desk)


def lay_over(base: PolicyModel, node: Node, desk: Desk) -> PolicyModel:
    """Return the policies with what a node says laid over them."""
    said: dict[str, Any] = {key: node.text(key) for key in ("self", "repeat", "withdraw") if node.has(key)}
    if node.has("empty"):
        said |= _empty(node.get("empty"), desk)
    if node.has("retract"):
        text = node.text("retract")
        said["retract"] = None if text == "never" else parse_duration(text)
    if node.has("comment"):
        said["comment"] = frozenset(node.texts("comment"))
    if node.has("returns"):
        said["returns"] = _returns(base.returns, node.get("returns"))
    if isinstance(node.get("substitution").value, bool):
        said["substitution"] = node.flag("substitution")
    return replace(base, **said)


def _empty(node: Node, desk: Desk) -> dict[str, Any]:
    if isinstance(node.value, dict):
        return {"empty": "to", "empty_to": compile_people(node.get("to"), desk)}
    return {"empty": str(node.value), "empty_to": ()}


def _returns(base: Returns, node: Node) -> Returns:
    return Returns(
        to=node.texts("to") if node.has("to") else base.to,
        then=node.text("then", base.then),  # type: ignore[arg-type] # the shape has been checked
        maximum=node.number("max", base.maximum),
    )


def compile_form(node: Node, desk: Desk) -> StepForm:
    """Compile what a step shows of the record."""
    write, hide, require = (desk.fields(node.get(key)) for key in ("write", "hide", "require"))
    for part in node.get("require").elements():
        if part.value in hide:
            desk.complain("required_but_hidden", part, field=part.value)
    for part in node.get("write").elements():
        field = desk.object.fields.get(str(part.value))
        life = desk.bench.lifecycles.get(desk.object.lifecycle or "")
        if field is not None and (field.computed or field.system or (life is not None and life.field == field.name)):
            desk.complain("cannot_be_given", part, field=field.name)
        if part.value in hide:
            desk.complain("written_but_hidden", part, field=part.value)
    return StepForm(node.text("default", "read"), write, hide, require)  # type: ignore[arg-type]


def compile_quorum(node: Node) -> Quorum | None:
    """Read the votes or the share that passes a step."""
    if node.value is None:
        return None
    text = str(node.value)
    if not text.endswith("%"):
        return Quorum(votes=int(text))
    return Quorum(percent=float(text.strip(">%")), above=text.startswith(">"))


def compile_sms(node: Node, desk: Desk) -> SmsDecision | None:
    """Compile whether and how one decides by short message."""
    if node.value is None:
        return None
    return SmsDecision(node.flag("decide"), desk.condition(node.get("limit")), desk.phrase(node.get("text")))
