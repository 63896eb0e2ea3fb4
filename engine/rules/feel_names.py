"""Names with spaces and signs: the longest match against what is in scope."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from engine.rules.tokens import Raw, words_of


class Trie:
    """Names keyed by their raw tokens. Names of one word need no entry: a word alone is always a name."""

    __slots__ = ("_names", "_root")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._root: dict[str, Any] = {}
        self._names: list[str] = []
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Add a name that is written with more than one raw token."""
        words = words_of(name)
        if len(words) < 2:
            return
        self._names.append(name)
        level = self._root
        for word in words:
            level = level.setdefault(word, {})
        level[""] = name

    def names(self) -> list[str]:
        """Return the names that were added."""
        return self._names

    def longest(self, raws: list[Raw], at: int) -> tuple[int, str] | None:
        """Return how many raw tokens from ``at`` on make the longest known name, and the name."""
        level, best, index = self._root, None, at
        while index < len(raws):
            found = level.get(raws[index].text)
            if found is None:
                return best
            level, index = found, index + 1
            name = level.get("")
            if name is not None:
                best = (index - at, name)
        return best


@lru_cache(maxsize=256)
def trie_of(names: frozenset[str]) -> Trie:
    """Return a shared trie; building one for each expression of a model would be a waste."""
    return Trie(names)
