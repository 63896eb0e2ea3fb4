"""The limits of the language; every one can be set, and each has its own code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one expression, and one evaluation, may take."""

    tokens: int = 20_000
    nesting: int = 128  # brackets within brackets
    depth: int = 160  # height of the tree; evaluation needs one Python frame for each level
    steps: int = 200_000  # loop items, calls, filter tests, sort comparisons
    seconds: float = 5.0
    calls: int = 100  # user functions within user functions
    list_items: int = 100_000
    string_length: int = 1_048_576
    context_keys: int = 10_000
    warnings: int = 50
    pattern_length: int = 1_024
    pattern_input: int = 65_536
    pattern_seconds: float = 0.05


DEFAULT = Limits()
