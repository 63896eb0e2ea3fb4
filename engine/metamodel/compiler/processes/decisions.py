"""Decision tables of packs, compiled by the rule language."""

from __future__ import annotations

from typing import Any

from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.document import Path
from engine.metamodel.model.decision import DecisionModel
from engine.rules import Source
from engine.rules.decisions import compile_decision_table
from engine.rules.decisions.plain_table import names_of_table, read_table

_KEYS = ("hit", "names", "inputs", "outputs", "rules")


def compile_decisions(bench: Bench) -> None:
    """Compile every decision table."""
    for merged in bench.documents("decision"):
        name, node = merged.document.id, merged.node
        found = _decision(name, node, merged.layer, bench)
        if found is not None:
            bench.decisions[name] = found


def _decision(name: str, node: Node, layer: str, bench: Bench) -> DecisionModel | None:
    value: dict[str, Any] = {"table": name, **{key: node.get(key).value for key in _KEYS if node.has(key)}}

    def placed(path: Path, text: str) -> Source:
        part = node
        for key in path:
            part = part.get(key)
        return Source(text, part.span, part.place.raw if isinstance(part.value, str) else None)

    try:
        box = read_table(value, placed)
        names = names_of_table(box, value)
        table = compile_decision_table(box, names)
    except BadDefinition as error:
        bench.findings.extend(error.diagnostics)
        return None
    bench.findings.extend(table.warnings)
    title = node.label("title") or title_of(name)
    return DecisionModel(name, title, frozenset(names.types), tuple(one.name for one in box.outputs), table, layer)
