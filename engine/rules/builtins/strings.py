"""String functions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.evaluation import Run
from engine.rules.feel_types import BOOLEAN, NUMBER, STRING, list_of
from engine.rules.functions import NoValue
from engine.rules.numbers import DOWN, from_int
from engine.rules.patterns import find_matches, replace_matches, split_matches
from engine.rules.values import STRING as STRING_KIND
from engine.rules.values import kind_of


@builtin("substring", "string: text, start position: number, length?: number", STRING)
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    """Part of a text. Counted from 1; a negative start counts from the end."""
    start = start.to_integral_value(DOWN)
    if not start:
        raise NoValue("FEEL224", function="substring", name="start position", value=start)
    if length is not None and length < 1:
        raise NoValue("FEEL224", function="substring", name="length", value=length)
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if first < 0 or first >= len(text):
        raise NoValue("FEEL224", function="substring", name="start position", value=start)
    return text[first:] if length is None else text[first : first + int(length)]


@builtin("string length", "string: text", NUMBER)
def string_length(text: str) -> Decimal:
    """Return the number of characters."""
    return from_int(len(text))


@builtin("upper case", "string: text", STRING)
def upper_case(text: str) -> str:
    """Return the text in capitals."""
    return text.upper()


@builtin("lower case", "string: text", STRING)
def lower_case(text: str) -> str:
    """Return the text in small letters."""
    return text.lower()


@builtin("substring before", "string: text, match: text", STRING)
def substring_before(text: str, match: str) -> str:
    """Return what stands before the first match; empty when there is none."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: text, match: text", STRING)
def substring_after(text: str, match: str) -> str:
    """Return what stands behind the first match; empty when there is none."""
    if not match:
        return text
    return text.partition(match)[2]


@builtin("contains", "string: text, match: text", BOOLEAN)
def contains(text: str, match: str) -> bool:
    """Tell whether the text holds the match."""
    return match in text


@builtin("starts with", "string: text, match: text", BOOLEAN)
def starts_with(text: str, match: str) -> bool:
    """Tell whether the text starts with the match."""
    return text.startswith(match)


@builtin("ends with", "string: text, match: text", BOOLEAN)
def ends_with(text: str, match: str) -> bool:
    """Tell whether the text ends with the match."""
    return text.endswith(match)


@builtin("matches", "input: text, pattern: text, flags?: text", BOOLEAN, with_run=True)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether the pattern is found in the text."""
    return find_matches(run, text, pattern, flags or "")


@builtin("replace", "input: text, pattern: text, replacement: text, flags?: text", STRING, with_run=True)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Replace every match of the pattern; $1 stands for its first group."""
    return replace_matches(run, text, pattern, replacement, flags or "")


@builtin("split", "string: text, delimiter: text", list_of(STRING), with_run=True)
def split(run: Run, text: str, delimiter: str) -> list[str]:
    """Split at every match of the pattern."""
    return split_matches(run, text, delimiter)


@builtin("string join", "list: list, delimiter?~: text", STRING, with_run=True)
def string_join(run: Run, parts: list[Any], delimiter: str | None = None) -> str:
    """Join texts, with a delimiter between them; null items are passed over."""
    run.charge(len(parts))
    texts = [part for part in parts if part is not None]
    if any(kind_of(part) != STRING_KIND for part in texts):
        raise NoValue("FEEL225", function="string join", kind=STRING_KIND)
    if sum(map(len, texts)) + len(delimiter or "") * len(texts) > run.limits.string_length:
        raise NoValue("FEEL244", max=run.limits.string_length)
    return (delimiter or "").join(texts)
