"""Approvals, linked and typed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.compiler.processes.effects import compile_effects
from engine.metamodel.compiler.processes.flow_rules import Where
from engine.metamodel.compiler.processes.people import compile_people
from engine.metamodel.compiler.processes.policies import RETURN_WORDS, compile_policy
from engine.metamodel.compiler.processes.roots import flow_type, person
from engine.metamodel.compiler.processes.steps import Flow, collect_steps, steps_type
from engine.metamodel.compiler.processes.walks import compile_walks
from engine.metamodel.definitions import Node
from engine.metamodel.model import ApprovalModel
from engine.metamodel.model.approval import OutcomeModel, StartModel, SubjectModel

_OUTCOMES = ("approved", "rejected", "withdrawn", "cancelled")
_STARTS = frozenset({"gate", "user", "automation"})


def compile_approvals(bench: Bench, expressions: Expressions) -> None:
    """Compile every approval."""
    layers = {merged.document.id: merged.layer for merged in bench.documents("approval")}
    for name, node in bench.flows.items():
        approval = compile_approval(name, node, bench, expressions, layers.get(name, ""))
        if approval is not None:
            bench.approvals[name] = approval


def compile_approval(name: str, node: Node, bench: Bench, expressions: Expressions, layer: str) -> ApprovalModel | None:
    """Compile one approval; None when the object that it is about is not known."""
    object = bench.objects.get(bench.subjects.get(("approval", name), ""))
    if object is None:
        return None
    outside = Desk.of(bench, expressions, object)
    someone, record = person(expressions.world, bench.structure.person), expressions.world.record(object.name)
    before = {"before": record} if node.get("subject").text("mode") == "change" else {}
    inside = outside.knowing(submitter=someone, submitted=record, flow=flow_type(), **before)
    nodes = collect_steps(node.get("steps"), inside)
    desk = inside.with_steps(frozenset(nodes)).knowing(steps=steps_type(nodes, someone))
    policy = compile_policy(node.get("policy"), desk)
    _check_returns(node.get("policy").get("returns").get("to"), desk)
    # a test proves the flow, it is no part of it: a changed one makes no new version
    body = {key: part for key, part in node.value.items() if key != "tests"}
    return ApprovalModel(
        name=name,
        object=object.name,
        title=desk.title(node, name),
        steps=Flow(desk, policy).steps(node.get("steps"), Where()),
        priority=node.number("priority", 0),
        start=_start(node.get("start"), outside),
        slot=node.text("slot", "default"),
        admins=compile_people(node.get("admins"), desk),
        subject=_subject(node.get("subject"), desk),
        policy=policy,
        outcomes={key: _outcome(node.get("outcome").get(key), desk) for key in _OUTCOMES},
        layer=layer,
        body=body,
        fingerprint=_hash(body),
        walks=compile_walks(node.get("tests"), desk),
    )


def _start(node: Node, desk: Desk) -> StartModel:
    by = frozenset(node.texts("by")) or _STARTS
    return StartModel(by, compile_people(node.get("who"), desk), desk.condition(node.get("when")))  # type: ignore[arg-type]


def _subject(node: Node, desk: Desk) -> SubjectModel:
    editable = node.get("editable")
    always, resubmit = desk.fields(editable.get("always")), desk.fields(editable.get("resubmit"))
    mode = node.text("mode", "record")
    return SubjectModel(mode, desk.fields(node.get("material")), always, resubmit)  # type: ignore[arg-type]


def _outcome(node: Node, desk: Desk) -> OutcomeModel:
    return OutcomeModel(desk.values(node.get("set")), compile_effects(node.get("do"), desk))


def _check_returns(node: Node, desk: Desk) -> None:
    for part in node.elements():
        if part.value not in RETURN_WORDS and part.value not in desk.steps:
            desk.bench.unknown("step", part, str(part.value), [*RETURN_WORDS, *desk.steps])


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
