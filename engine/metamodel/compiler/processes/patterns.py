"""Patterns of short messages: plain words with places ``{name:type}``."""

from __future__ import annotations

import re

from engine.metamodel.model.automation import PatternPart

_PLACE = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(r"([a-z][a-z0-9_]{0,47}):(number|text|word|date|(\d{1,9})-(\d{1,9}))\Z")


def parse_pattern(text: str) -> tuple[PatternPart, ...] | str:
    """Return the parts of a pattern, or the place that is not one."""
    found: list[PatternPart] = []
    end = 0
    for match in _PLACE.finditer(text):
        found += _words(text[end : match.start()])
        inside = _INSIDE.match(match.group(1))
        if inside is None or (inside.group(3) and int(inside.group(3)) > int(inside.group(4))):
            return match.group()
        found.append(_place(inside))
        end = match.end()
    if "{" in text[end:] or "}" in text[end:]:
        return text[end:]
    return (*found, *_words(text[end:]))


def _words(text: str) -> list[PatternPart]:
    return [PatternPart(text=word) for word in text.split()]


def _place(inside: re.Match[str]) -> PatternPart:
    name, type_, low, high = inside.groups()
    if low is not None:
        return PatternPart(name=name, type="range", low=int(low), high=int(high))
    return PatternPart(name=name, type=type_)  # type: ignore[arg-type] # one of the words of the pattern
