"""First step of the scanner: raw tokens with their offsets, no knowledge of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f\u2040"
_SPACE = "\t-\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_RAW = re.compile(
    rf"""(?P<space>[{_SPACE}]+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<word>[{_START}][{_PART}]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<at>@[{_SPACE}]*"(?:[^"\\]|\\.)*")
    |(?P<op>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.?'])
    |(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw token. ``kind`` is word, number, string, at, op or bad."""

    kind: str
    text: str
    start: int
    end: int


def raw_tokens(text: str) -> list[Raw]:
    """Split ``text``; spaces and comments are dropped. Never fails: odd characters have kind ``bad``."""
    found = []
    for match in _RAW.finditer(text):
        kind = match.lastgroup or "bad"
        if kind != "space":
            found.append(Raw(kind, match.group(), match.start(), match.end()))
    return found


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """Return the raw tokens of a name, the form in which names are matched."""
    return tuple(token.text for token in raw_tokens(name))


_SPACES = re.compile(rf"[{_SPACE}]+")


def tidy_name(text: str) -> str:
    """Return a name with each run of white space made one space."""
    return _SPACES.sub(" ", text).strip()


_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def unescape(text: str) -> str:
    """Return a string literal's value; a pair of surrogate escapes is one character."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] in "uU" and len(code) > 1:
            point = int(code[1:], 16)
            return chr(point) if point <= 0x10FFFF else match.group()
        return _PLAIN.get(code, match.group())

    joined = _ESCAPE.sub(one, text)
    try:
        return joined.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return joined
