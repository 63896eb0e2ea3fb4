"""Regular expressions: the XPath flavour, run by the ``regex`` module under a time limit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from engine.rules.evaluation import Run
from engine.rules.functions import NoValue


def find_matches(run: Run, text: str, pattern: str, flags: str) -> bool:
    """Tell whether ``pattern`` is found anywhere in ``text``."""
    compiled = _compiled(run, text, pattern, flags)
    try:
        return compiled.search(text, timeout=run.limits.pattern_seconds) is not None
    except TimeoutError:
        raise NoValue("FEEL246") from None


def replace_matches(run: Run, text: str, pattern: str, replacement: str, flags: str) -> str:
    compiled = _compiled(run, text, pattern, flags)
    template = regex.sub(r"\$(\d)", r"\\g<\1>", replacement)
    return str(compiled.sub(template, text, timeout=run.limits.pattern_seconds))


def split_matches(run: Run, text: str, pattern: str) -> list[str]:
    return list(_compiled(run, text, pattern, "").split(text, timeout=run.limits.pattern_seconds))


def _compiled(run: Run, text: str, pattern: str, flags: str) -> Any:
    if len(pattern) > run.limits.pattern_length or len(text) > run.limits.pattern_input:
        raise NoValue("FEEL245", max=run.limits.pattern_input)
    try:
        return _compile(pattern, flags)
    except regex.error:
        raise NoValue("FEEL226", pattern=pattern) from None


@lru_cache(maxsize=512)
def _compile(pattern: str, flags: str) -> Any:
    return regex.compile(pattern, regex.V1)
