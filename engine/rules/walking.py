"""Going over every node of a tree."""

from __future__ import annotations

from collections.abc import Iterator

from engine.rules.nodes import Node, children


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)
