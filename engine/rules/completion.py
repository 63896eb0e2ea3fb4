"""What may come next while an expression is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.rules.builtins import BUILTINS
from engine.rules.checking.properties import property_names, property_type
from engine.rules.expression import vocabulary_of
from engine.rules.feel_types import FeelType, ListType, NameScope, RecordType
from engine.rules.parser import expected
from engine.rules.reference import function_help

_WORD = re.compile(r"[^\W\d]\w*$")
_PATH = re.compile(r"((?:[^\W\d]\w*)(?:\s*\.\s*[^\W\d]\w*|\[[^\[\]]*\])*)\s*\.\s*$")
_STEP = re.compile(r"[^\W\d]\w*|\[[^\[\]]*\]")
_KEYWORDS = {
    "IF": "if", "THEN": "then", "ELSE": "else", "FOR": "for", "IN": "in", "RETURN": "return", "SOME": "some",
    "EVERY": "every", "SATISFIES": "satisfies", "BETWEEN": "between", "AND": "and", "OR": "or",
    "INSTANCE": "instance of", "FUNCTION": "function", "TRUE": "true", "FALSE": "false", "NULL": "null",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may come next. ``tells`` is its type, or how it is called; ``owner`` is the object of a field."""

    text: str
    kind: Literal["name", "field", "function", "word"]
    tells: str = ""
    owner: str = ""
    type: FeelType | None = None


def complete(text: str, scope: NameScope, *, cell: bool = False) -> tuple[Choice, ...]:
    """Return what may stand at the end of ``text``; a word that is begun narrows the choice.

    ``cell``: the text is a cell of a decision table, that is unary tests.
    """
    begun = _WORD.search(text)
    start = "" if begun is None else begun.group()
    before = text[: len(text) - len(start)]
    path = _PATH.search(before)
    found = _fields(path.group(1), scope) if path is not None else _words(before, scope, cell=cell)
    return tuple(choice for choice in found if choice.text.startswith(start) and choice.text != start)


def _fields(path: str, scope: NameScope) -> list[Choice]:
    steps = _STEP.findall(path)
    type_ = scope.type_of(steps[0])
    for step in steps[1:]:
        if type_ is None:
            return []
        if step.startswith("["):
            continue
        inner = _element(type_)
        type_ = inner.field(step) or property_type(inner, step)
    if type_ is None:
        return []
    inner = _element(type_)
    owner = inner.name if isinstance(inner, RecordType) else ""
    found = [(name, inner.field(name) or property_type(inner, name)) for name in property_names(inner)]
    return [Choice(name, "field", str(type_), owner, type_) for name, type_ in found]


def _element(type_: FeelType) -> FeelType:
    while isinstance(type_, ListType):
        type_ = type_.element
    return type_


def _words(before: str, scope: NameScope, *, cell: bool) -> list[Choice]:
    if before.strip():
        allowed = expected(before, vocabulary_of(scope), cell=cell)
    else:
        allowed = frozenset(("NAME", "IF", "FOR", "SOME"))
    found: list[Choice] = []
    if "NAME" in allowed:
        for name in sorted(scope.names()):
            type_ = scope.type_of(name)
            found.append(Choice(name, "name", str(type_), "", type_))
        for name in sorted(BUILTINS):
            told = function_help(name)
            found.append(Choice(name, "function", told.calls[0] if told is not None else ""))
    found.extend(Choice(word, "word") for kind, word in _KEYWORDS.items() if kind in allowed)
    return found
