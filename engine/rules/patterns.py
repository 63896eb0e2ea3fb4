"""Regular expressions of the language, run under limits of length and time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from engine.rules.evaluation import Run
from engine.rules.functions import NoValue
from engine.rules.xpath_regex import BadPattern, Translation


def find_matches(run: Run, text: str, pattern: str, flags: str) -> bool:
    """Tell whether ``pattern`` is found anywhere in ``text``."""
    compiled, _ = _compiled(run, text, pattern, flags)
    try:
        return compiled.search(text, timeout=run.limits.pattern_seconds) is not None
    except TimeoutError:
        raise NoValue("FEEL246") from None


def replace_matches(run: Run, text: str, pattern: str, replacement: str, flags: str) -> str:
    """Return ``text`` with each match replaced; ``$1`` stands for a group, ``$0`` for the match."""
    compiled, groups = _compiled(run, text, pattern, flags)
    parts = _replacement(replacement, groups)
    out: list[str] = []
    size = at = 0
    for match in _matches(run, compiled, text):
        out.append(text[at : match.start()])
        out.extend(part if isinstance(part, str) else match.group(part) or "" for part in parts)
        size += sum(map(len, out[-len(parts) - 1 :]))
        if size > run.limits.string_length:
            raise NoValue("FEEL244", max=run.limits.string_length)
        at = match.end()
    return "".join([*out, text[at:]])


def split_matches(run: Run, text: str, pattern: str) -> list[str]:
    """Return the parts of ``text`` between the matches."""
    compiled, _ = _compiled(run, text, pattern, "")
    parts: list[str] = []
    at = 0
    for match in _matches(run, compiled, text):
        parts.append(text[at : match.start()])
        at = match.end()
    return [*parts, text[at:]]


def _matches(run: Run, compiled: Any, text: str) -> list[Any]:
    """Return all matches; a pattern that matches nothing at all has no meaning here."""
    try:
        if compiled.fullmatch("", timeout=run.limits.pattern_seconds):
            raise NoValue("FEEL226", pattern=compiled.pattern)
        found = list(compiled.finditer(text, timeout=run.limits.pattern_seconds))
    except TimeoutError:
        raise NoValue("FEEL246") from None
    run.charge(len(found))
    return found


def _compiled(run: Run, text: str, pattern: str, flags: str) -> tuple[Any, int]:
    limits = run.limits
    if len(pattern) > limits.pattern_length or len(text) > limits.pattern_input:
        raise NoValue("FEEL245", max=limits.pattern_input)
    found = _compile(pattern, flags)
    if found is None:
        raise NoValue("FEEL226", pattern=pattern)
    return found


@lru_cache(maxsize=1024)
def _compile(pattern: str, flags: str) -> tuple[Any, int] | None:
    try:
        translation = Translation(pattern, flags)
        return translation.compile(), translation.groups
    except (BadPattern, regex.error, OverflowError):
        return None


@lru_cache(maxsize=256)
def _replacement(text: str, groups: int) -> tuple[str | int, ...]:
    """Return the literal parts and group numbers of a replacement."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "\\":
            if text[at : at + 1] not in ("\\", "$"):
                raise NoValue("FEEL226", pattern=text)
            parts.append(text[at])
            at += 1
        elif char == "$":
            end = at + 1
            if not text[at:end].isdecimal():
                raise NoValue("FEEL226", pattern=text)
            while text[end : end + 1].isdecimal() and int(text[at : end + 1]) <= groups:
                end += 1
            number = int(text[at:end])
            parts.append(number if number <= groups else "")
            at = end
        else:
            parts.append(char)
    return tuple(parts)
