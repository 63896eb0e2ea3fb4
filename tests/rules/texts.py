"""Texts that nobody would write: generated out of the grammar's pieces, and good ones with letters changed."""

from __future__ import annotations

from random import Random

_NAMES = ("a", "b", "名称", "item", "partial", "x.y", "r.end", "unknown name", "?", "today", "sum")
_LEAVES = (
    "1", "-0.5", "1e6144", "1e-6143", "0",
    '""', '"中文"', '"\\uD83D\\uDCA9"', "true", "null", '@"P1Y2M"', '@"2024-02-29"',
    '@"PT36H"', '@"24:00:00"', '@"2024-01-01T10:00:00@Asia/Shanghai"', "[1..5)", "]1..null[", "[]", "{}", "(< 10)", "-",
)  # fmt: skip
_BINARY = ("+", "-", "*", "/", "**", "=", "!=", "<", ">=", " and ", " or ", " in ", " between 1 and ", "..", ".", ":")
_CALLS = (
    "sum", "count", "min", "string", "number", "date", "date and time", "duration", "substring", "replace", "matches",
    "split", "list replace", "sort", "flatten", "get value", "context put", "context merge", "range", "overlaps", "is",
    "string join", "round up", "decimal", "modulo", "years and months duration", "evaluate", "mode", "stddev", "not",
    "insert before", "sublist", "day of week", "concatenate", "index of", "before", "during", "distinct values",
)  # fmt: skip
_SIGNS = (*"()[]{}.,:+-*/=<>?\"'@ \n\\0129a中\U0001f600\x00", "..", "**", " and ", " in ", "null", "/*", "//", '@"')


def generated(chance: Random, depth: int = 4) -> str:
    """Return a text that is mostly an expression."""
    if depth <= 0 or chance.random() < 0.15:
        return chance.choice(_NAMES) if chance.random() < 0.4 else chance.choice(_LEAVES)

    def inner() -> str:
        return generated(chance, depth - 1)

    form = chance.randrange(12)
    if form < 3:
        return f"{inner()}{chance.choice(_BINARY)}{inner()}"
    if form < 6:
        return f"{chance.choice(_CALLS)}({', '.join(inner() for _ in range(chance.randrange(4)))})"
    return (
        lambda: f"if {inner()} then {inner()} else {inner()}",
        lambda: f"for v in {inner()} return {inner()}",
        lambda: f"{chance.choice(('some', 'every'))} v in {inner()} satisfies {inner()}",
        lambda: f"[{inner()}, {inner()}][{inner()}]",
        lambda: f"{{k: {inner()}, l: k}}.{chance.choice(('k', 'l', 'm'))}",
        lambda: f"(function(p, q: number) {inner()})({inner()}, {inner()})",
    )[form - 6]()


def mutated(text: str, chance: Random) -> str:
    """Return a text with a few letters taken out, put in or swapped."""
    pieces = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(pieces) + 1)
        act = chance.random()
        if act < 0.35 and at < len(pieces):
            del pieces[at]
        elif act < 0.7:
            pieces.insert(at, chance.choice(_SIGNS))
        elif pieces:
            other = chance.randrange(len(pieces))
            pieces[at - 1], pieces[other] = pieces[other], pieces[at - 1]
    return "".join(pieces)
