"""Definitions as YAML text, written so that people like to read it and the strict reader reads the same back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.metamodel import Document

_INDENT = "  "
_WIDTH = 100
# texts that stand without quotes: nothing a YAML reader could take for anything but a text
_BARE = re.compile(r"^[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff./-]*( [\w\u3400-\u9fff./-]+)*$")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


def written(documents: Sequence[Document]) -> str:
    """Return documents as one text."""
    return "---\n".join("".join(_document(document)) for document in documents)


def _document(document: Document) -> Iterator[str]:
    yield f"{document.kind}: {_scalar(document.id)}\n"
    yield from _mapping(document.body, 0)


def _mapping(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in values.items():
        start = f"{_INDENT * depth}{_scalar(key)}:"
        yield from _entry(start, value, depth)


def _entry(start: str, value: Any, depth: int) -> Iterator[str]:
    flow = _flow(value)
    if not isinstance(value, Mapping | list) or not value or (_flat(value) and len(start) + len(flow) < _WIDTH):
        yield f"{start} {flow}\n"
    elif isinstance(value, Mapping):
        yield f"{start}\n"
        yield from _mapping(value, depth + 1)
    else:
        yield f"{start}\n"
        for part in value:
            yield from (
                _entry(f"{_INDENT * (depth + 1)}-", part, depth + 1)
                if not isinstance(part, Mapping)
                else (_dashed(part, depth + 1))
            )


def _dashed(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    lines = list(_mapping(values, depth + 1))
    if not lines:
        yield f"{_INDENT * depth}- {{}}\n"
        return
    first = lines[0]
    yield f"{_INDENT * depth}- {first.lstrip()}"
    yield from lines[1:]


def _flat(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(part, Mapping | list) and part for part in parts)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _BARE.match(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
