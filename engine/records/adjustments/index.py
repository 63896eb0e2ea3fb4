"""An index of rules by the values that they ask for: a tree of one level per key, in which None stands for any."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

Node = dict[Hashable, Any]


class RuleIndex:
    """Finds the rules whose every key is empty or one of an item's values, without looking at the others."""

    def __init__(self, keys: int) -> None:
        self._depth = keys
        self._root: Node = {}

    def add(self, rule: int, asked: Sequence[Sequence[Hashable]]) -> None:
        """File a rule under the values that each key asks for; an empty sequence is any value."""
        self._file(self._root, rule, asked, 0)

    def find(self, values: Sequence[Sequence[Hashable]]) -> list[int]:
        """Return the rules for an item, in their order; ``values`` are those that it has for each key."""
        return sorted(set(self._walk(self._root, values, 0)))

    def _file(self, node: Node, rule: int, asked: Sequence[Sequence[Hashable]], depth: int) -> None:
        if depth == self._depth:
            node.setdefault(None, []).append(rule)
            return
        for value in asked[depth] or (None,):
            self._file(node.setdefault(value, {}), rule, asked, depth + 1)

    def _walk(self, node: Node, values: Sequence[Sequence[Hashable]], depth: int) -> Iterator[int]:
        if depth == self._depth:
            yield from node.get(None, ())
            return
        for value in (None, *values[depth]):
            below = node.get(value)
            if below is not None:
                yield from self._walk(below, values, depth + 1)
