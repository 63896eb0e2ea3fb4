"""An approval's definition as an instance pinned it, compiled anew against today's model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.approvals import compile_approval
from engine.metamodel.compiler.scopes import World
from engine.metamodel.definitions import Node, Place
from engine.metamodel.layers import Merged
from engine.metamodel.model import ApprovalModel, TenantModel


def approval_of_body(name: str, body: Mapping[str, Any], model: TenantModel) -> ApprovalModel:
    """Compile a pinned body (``ApprovalModel.body``). Raises BadDefinition with what today's model no longer has."""
    findings = Findings()
    bench = bench_of(model, findings)
    bench.subjects["approval", name] = str(body.get("object"))
    expressions = Expressions(bench, World(bench.objects, bench.dictionaries, bench.unit, structure=bench.structure))
    node = Node(dict(body), Place(f"approval {name}", 1, 1))
    approval = compile_approval(name, node, bench, expressions, "")
    if approval is None:
        bench.unknown("object", node.get("object"), node.text("object"), bench.objects)
    if findings.errors or approval is None:
        raise BadDefinition(findings.errors)
    return approval


def bench_of(model: TenantModel, findings: Findings) -> Bench:
    """Return a bench on which the parts of a model lie, to compile one more against them."""
    bench = Bench(Merged((), (), {}, ()), findings)
    bench.objects, bench.dictionaries = dict(model.objects), dict(model.dictionaries)
    bench.numberings, bench.lifecycles = dict(model.numberings), dict(model.lifecycles)
    bench.params, bench.decisions = dict(model.params), dict(model.decisions)
    bench.structure, bench.conversions = model.structure, dict(model.conversions)
    bench.taken = {
        "role": frozenset(model.roles),
        "numbering": frozenset(model.numberings),
        "approval": frozenset(model.approvals),
        "assignment": frozenset(model.assignments),
        "automation": frozenset(model.automations),
        "conversion": frozenset(model.conversions),
        "message": frozenset(model.messages),
        "connector": frozenset(model.connectors),
        "worktime": frozenset(model.worktimes),
        "print": frozenset(model.prints),
    }
    for kind in ("approval", "automation", "assignment", "conversion", "print"):
        for name, one in getattr(model, f"{kind}s").items():
            bench.subjects[kind, name] = one.object
    return bench
