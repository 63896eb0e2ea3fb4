"""How large a condition from outside may be: how deep its and-or-not nest, how many terms, how long its lists."""

from __future__ import annotations

from engine.kernel.errors import LimitExceeded
from engine.rules.nodes import And, Call, InTests, ListLiteral, Name, Node, Or, children, walk

DEPTH = 5
TERMS = 50
LIST = 500


def require_small(tree: Node) -> None:
    """Return when the condition keeps within the bounds; raises LimitExceeded otherwise."""
    terms = 0
    level: list[Node] = [tree]
    depth = 0
    while level:
        groups = [node for node in level if _is_group(node)]
        terms += len(level) - len(groups)
        if not groups:
            break
        depth += 1
        if depth > DEPTH:
            raise LimitExceeded("filter_depth", f"> {DEPTH}", DEPTH, 400)
        level = [part for node in groups for part in _parts(node)]
    if terms > TERMS:
        raise LimitExceeded("filter_terms", terms, TERMS, 400)
    for node in walk(tree):
        entries = node.items if isinstance(node, ListLiteral) else node.tests if isinstance(node, InTests) else ()
        if len(entries) > LIST:
            raise LimitExceeded("filter_list", len(entries), LIST, 400)


def _is_group(node: Node) -> bool:
    return isinstance(node, And | Or) or _is_not(node)


def _is_not(node: Node) -> bool:
    return isinstance(node, Call) and isinstance(node.function, Name) and node.function.name == "not"


def _parts(node: Node) -> list[Node]:
    return list(node.arguments) if isinstance(node, Call) else list(children(node))
