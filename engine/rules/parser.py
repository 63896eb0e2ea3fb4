"""Text to syntax tree; syntax errors become diagnostics that say what was expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lark

from engine.kernel.text import LocalText, plain
from engine.rules.grammar import grammar
from engine.rules.limits import DEFAULT, Limits
from engine.rules.nodes import Node
from engine.rules.scanner import ScanError, Tok, Vocabulary, scan
from engine.rules.tree import TreeError
from engine.rules.wording import one_of

_SIGNS = {
    "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}", "COMMA": ",", "COLON": ":",
    "DOT": ".", "DOTDOT": "..", "OPEN_END": "[", "OPEN_START": "]",
}  # fmt: skip
_WORDS = {
    "NAME": LocalText({"en": "a name", "zh": "名称"}),
    "NUMBER": LocalText({"en": "a number", "zh": "数字"}),
    "STRING": LocalText({"en": "a text", "zh": "文本"}),
    "AT": LocalText({"en": 'a date such as @"2024-01-31"', "zh": '日期，如 @"2024-01-31"'}),
    "TYPE": LocalText({"en": "a type", "zh": "类型"}),
    **{kind: plain(f"'{sign}'") for kind, sign in _SIGNS.items()},
}
_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "LPAR", "LSQB", "TRUE"))
_CLOSERS = ("THEN", "ELSE", "RETURN", "SATISFIES", "IN", "OF", "AND", "RPAR", "RSQB", "RBRACE", "COLON", "DOTDOT",
            "LPAR", "COMMA", "NAME", "TYPE")  # fmt: skip


class SyntaxFault(Exception):
    """The text is not FEEL. Carries a code of the catalogue, its parameters and the place."""

    def __init__(self, code: str, start: int, end: int, **params: Any) -> None:
        super().__init__(code)
        self.code, self.start, self.end, self.params = code, start, end, params


def parse(text: str, vocabulary: Vocabulary, limits: Limits = DEFAULT, *, cell: bool = False) -> Node:
    """Return the tree of an expression, or of unary tests when ``cell``. Raises SyntaxFault."""
    try:
        tokens = scan(text, vocabulary, limits.tokens, limits.nesting, cell=cell)
    except ScanError as error:
        raise SyntaxFault(error.code, error.start, error.end, **error.params) from None
    if not tokens:
        raise SyntaxFault("FEEL004", 0, len(text))
    driver = grammar(limits.depth).parse_interactive(start="unary_tests" if cell else "expression")
    try:
        for token in tokens:
            driver.feed_token(token)  # type: ignore[arg-type]
        tree: Node = driver.feed_token(Tok("$END", "", len(text), len(text)))  # type: ignore[arg-type]
    except lark.UnexpectedToken as error:
        raise _fault(text, error.token, driver) from None
    except lark.exceptions.VisitError as error:
        raise _tree_fault(error.orig_exc) from None
    except TreeError as error:
        raise _tree_fault(error) from None
    return tree


def expected(text: str, vocabulary: Vocabulary, limits: Limits = DEFAULT, *, cell: bool = False) -> frozenset[str]:
    """Return the kinds of token that may follow ``text``; for completion. Empty when ``text`` is already wrong."""
    try:
        driver = grammar(limits.depth).parse_interactive(start="unary_tests" if cell else "expression")
        for token in scan(text, vocabulary, limits.tokens, limits.nesting, cell=cell):
            driver.feed_token(token)  # type: ignore[arg-type]
    except (ScanError, TreeError, lark.UnexpectedToken, lark.exceptions.VisitError):
        return frozenset()
    return _accepts(driver)


def _tree_fault(error: BaseException) -> SyntaxFault:
    if isinstance(error, TreeError):
        return SyntaxFault(error.code, error.start, error.end, **error.params)
    raise error


def _fault(text: str, token: Tok, driver: Any) -> SyntaxFault:
    accepted = _accepts(driver)
    wanted = _in_words(accepted)
    if token.type == "$END":
        return SyntaxFault("FEEL005", token.start, token.end, expected=wanted)
    found = text[token.start : token.end]
    return SyntaxFault("FEEL001", token.start, token.end, found=found, expected=wanted)


def _accepts(driver: Any) -> frozenset[str]:
    accepts: Callable[[], set[str]] = driver.accepts
    return frozenset(accepts())


def _in_words(accepted: frozenset[str]) -> LocalText:
    if accepted >= _OPERAND:
        return LocalText({"en": "a value", "zh": "一个值"})
    wanted = [_WORDS.get(kind) or plain(f"'{kind.lower()}'") for kind in _CLOSERS if kind in accepted]
    if wanted:
        return one_of(wanted)
    if "$END" in accepted:
        return LocalText({"en": "an operator or the end", "zh": "运算符或结尾"})
    return LocalText({"en": "an operator", "zh": "运算符"})
