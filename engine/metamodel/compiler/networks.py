"""Networks, checked: lines of a record whose nodes stand above each other and are tied to each other."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.screens import object_of
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, NetworkModel, ObjectModel, TieModel


def compile_networks(bench: Bench, expressions: Expressions) -> None:
    """Build every network."""
    del expressions
    for merged in bench.documents("network"):
        object = object_of(merged, bench)
        if object is None:
            continue
        nodes = _field(bench, object, merged.node.get("nodes"), ("lines",))
        child = bench.objects.get(nodes.lines_of or "") if nodes is not None else None
        behind = _field(bench, child, merged.node.get("behind"), ("reference",))
        target = bench.objects.get(behind.targets[0]) if behind is not None and behind.targets else None
        if nodes is None or behind is None or target is None:
            continue
        chosen = {key: _field(bench, child, merged.node.get(key), ("choice",)) for key in ("label", "tone", "weight")}
        above = _pointing(bench, target, merged.node.get("above"), target)
        bench.networks[merged.document.id] = NetworkModel(
            name=merged.document.id,
            object=object.name,
            title=merged.node.label("title"),
            nodes=nodes.name,
            behind=behind.name,
            above=above.name if above is not None else None,
            ties=_ties(bench, target, merged.node.get("ties")),
            layer=merged.layer,
            **{key: field.name if field is not None else None for key, field in chosen.items()},
        )


def _ties(bench: Bench, target: ObjectModel, node: Node) -> TieModel | None:
    lines = _field(bench, target, node.get("lines"), ("lines",))
    child = bench.objects.get(lines.lines_of or "") if lines is not None else None
    to = _pointing(bench, child, node.get("to"), target)
    label = _field(bench, child, node.get("label"), ("choice",))
    if lines is None or to is None:
        return None
    return TieModel(lines.name, to.name, label.name if label is not None else None)


def _pointing(bench: Bench, object: ObjectModel | None, node: Node, target: ObjectModel) -> FieldModel | None:
    field = _field(bench, object, node, ("reference",))
    if field is not None and target.name not in field.targets:
        bench.complain("wrong_target", node, field=field.name, object=target.name)
        return None
    return field


def _field(bench: Bench, object: ObjectModel | None, node: Node, types: tuple[str, ...]) -> FieldModel | None:
    if object is None or node.value is None:
        return None
    field = bench.field(object, node)
    if field is not None and field.type not in types:
        bench.complain("not_for_this_view", node, field=field.name, type=field.type, types=", ".join(types))
        return None
    return field
