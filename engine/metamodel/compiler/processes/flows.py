"""The nodes of approvals, those that extend another laid over it; and what each process is about."""

from __future__ import annotations

from collections.abc import Callable

from engine.kernel.diagnostics import Findings
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.definitions import Node, Place
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.grammar import grammar_of
from engine.metamodel.layers import MergedDocument
from engine.metamodel.layers.verbs import Change, insert_keys, remove_keys, set_keys

_OWN = frozenset({"extends", "insert", "steps"})
# what the other approval says of itself alone
_NOT_TAKEN_OVER = frozenset({"tests"})
_ABOUT = ("approval", "automation", "assignment", "conversion", "print")


def outline_processes(bench: Bench) -> None:
    """Note the node of every approval, and the object that each process is about."""
    known = {merged.document.id: merged for merged in bench.documents("approval")}
    for name in known:
        _expand(name, known, bench, ())
    for kind in _ABOUT:
        for merged in bench.documents(kind):
            node = bench.flows.get(merged.document.id, merged.node) if kind == "approval" else merged.node
            if node.has("extends") and merged.document.id not in bench.flows:
                continue  # told at extends
            if not node.has("object"):
                bench.complain("missing_key", merged.document.span, key="object", where=kind)
            elif bench.object(node.get("object")) is not None:
                bench.subjects[kind, merged.document.id] = node.text("object")


def _expand(name: str, known: dict[str, MergedDocument], bench: Bench, path: tuple[str, ...]) -> Node | None:
    node = known[name].node
    if name in bench.flows:
        return bench.flows[name]
    base = node.maybe("extends")
    if base is None:
        if not isinstance(node.get("steps").value, list) or node.has("insert"):
            bench.complain("steps_wanted", node.get("steps") if node.has("steps") else known[name].document.span)
            return None
        bench.flows[name] = node
        return node
    if base not in known:
        bench.unknown("approval", node.get("extends"), base, [one for one in known if one != name])
        return None
    if base in (*path, name):
        bench.complain("circle", node.get("extends"), path=" -> ".join((*path, name, base)))
        return None
    below = _expand(base, known, bench, (*path, name))
    if below is None:
        return None
    bench.flows[name] = _laid_over(below, node, bench.findings)
    return bench.flows[name]


def _laid_over(below: Node, node: Node, findings: Findings) -> Node:
    change, schema = Change(findings, _anything), grammar_of("approval")
    own = _only(node, lambda key: key not in _OWN)
    result = set_keys(_only(below, lambda key: key not in _NOT_TAKEN_OVER), own, schema, change)
    steps = node.get("steps")
    if isinstance(steps.value, list):
        return _with_steps(result, steps)
    gone = [key for key, part in steps.items() if part.value is None]
    if gone:
        wish = Node({"steps": gone}, node.place._replace(children={"steps": _list_place(steps, gone)}))
        result = remove_keys(result, wish, change, schema)
    changed = _only(steps, lambda key: key not in gone)
    if changed.value:
        wish = Node({"steps": changed.value}, node.place._replace(children={"steps": changed.place}))
        result = set_keys(result, wish, schema, change)
    for part in node.get("insert").elements():
        result = _inserted(result, part, change)
    return result


def _inserted(result: Node, node: Node, change: Change) -> Node:
    """Put steps beside one that is there; several keep their order."""
    steps = list(node.get("steps").elements())
    behind = node.has("after")
    for step in reversed(steps) if behind else steps:
        word = "after" if behind else "before"
        value = {**step.value, **({word: node.text(word)} if node.has(word) else {})}
        place = node.place._replace(children={"steps": node.get("steps").place._replace(children={0: step.place})})
        result = insert_keys(result, Node({"steps": [value]}, place), grammar_of("approval"), change)
    return result


def _with_steps(result: Node, steps: Node) -> Node:
    places = {**(result.place.children or {}), "steps": steps.place}
    return Node({**result.value, "steps": steps.value}, result.place._replace(children=places), result.path)


def _only(node: Node, keeps: Callable[[str], bool]) -> Node:
    value = {key: part for key, part in (node.value or {}).items() if keeps(key)}
    return Node(value, node.place, node.path)


def _list_place(steps: Node, gone: list[str]) -> Place:
    return steps.place._replace(children={index: steps.get(key).place for index, key in enumerate(gone)})


def _anything(path: Path, place: Place, whole: bool) -> bool:
    return True
