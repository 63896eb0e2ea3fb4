"""The parse table of the language: made of ``feel.lark`` once, kept as a file beside it, read when first needed.

A file that does not belong to the grammar, or to the version of lark at hand, is passed over: the table is made of the
grammar then, which takes ten times as long. After a change of either, ``write_table()`` makes the file anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from engine.rules.tree import TreeBuilder

_HERE = Path(__file__).parent
GRAMMAR = _HERE / "feel.lark"
TABLE = _HERE / "feel.table.json"
START = ("expression", "unary_tests")


class NoLexer(lark.lexer.Lexer):
    """Tokens are fed by hand; lark only holds the parse table."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, *_: Any) -> Iterator[Any]:
        return iter(())


@cache
def grammar(max_depth: int) -> lark.Lark:
    """Return the parser, whose trees are no higher than ``max_depth``."""
    return _kept(max_depth) or _made(max_depth)


def is_current() -> bool:
    """Tell whether the file that is kept belongs to the grammar."""
    return _kept(1) is not None


def write_table() -> None:
    """Keep the parse table of the present grammar."""
    data, memo = _made(1).memo_serialize([TerminalDef, Rule])
    data["options"].update(lexer="", transformer=None)
    data["parser"]["lexer_conf"]["lexer_type"] = ""
    kept = {"of": _digest(), "data": data, "memo": memo}
    TABLE.write_text(json.dumps(kept, default=sorted, separators=(",", ":")) + "\n", encoding="ascii")


def _kept(max_depth: int) -> lark.Lark | None:
    try:
        kept = json.loads(TABLE.read_text(encoding="ascii"), object_pairs_hook=_with_numbers)
    except (OSError, ValueError):
        return None
    if kept.get("of") != _digest():
        return None
    data = kept["data"]
    data["options"].update(lexer=NoLexer, transformer=TreeBuilder(max_depth))
    data["parser"]["lexer_conf"]["lexer_type"] = NoLexer
    loaded: lark.Lark = lark.Lark.__new__(lark.Lark)._load({"data": data, "memo": kept["memo"]})  # noqa: SLF001
    return loaded


def _made(max_depth: int) -> lark.Lark:
    return lark.Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer=NoLexer,
        start=list(START),
        keep_all_tokens=True,
        transformer=TreeBuilder(max_depth),
    )


def _digest() -> str:
    return hashlib.sha256(GRAMMAR.read_bytes() + lark.__version__.encode()).hexdigest()


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    # states and rules are known by number, and JSON makes texts of such keys
    return {int(key) if key.isdigit() else key: value for key, value in pairs}
