"""A print format as it is being written, compiled against today's model: what the editor shows and complains of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.pinned import bench_of
from engine.metamodel.compiler.processes.prints import compile_print
from engine.metamodel.compiler.scopes import World
from engine.metamodel.definitions import Node, Place
from engine.metamodel.model import PrintModel, TenantModel


def print_of_body(name: str, body: Mapping[str, Any], model: TenantModel) -> PrintModel:
    """Compile a print format that stands in no layer yet. Raises BadDefinition with everything that is wrong."""
    findings = Findings()
    bench = bench_of(model, findings)
    expressions = Expressions(bench, World(bench.objects, bench.dictionaries, bench.unit, structure=bench.structure))
    node = Node(dict(body), Place(f"print {name}", 1, 1))
    made = compile_print(name, node, bench, expressions, "")
    if made is None:
        bench.unknown("object", node.get("object"), node.text("object"), bench.objects)
    if findings.errors or made is None:
        raise BadDefinition(findings.errors)
    return made
