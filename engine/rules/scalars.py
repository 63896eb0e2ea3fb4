"""Finds a character of a YAML scalar's value in the scalar as it is written, in every style."""

from __future__ import annotations


def place_in_scalar(raw: str, text: str, offset: int) -> tuple[int, int]:
    """Return lines below and columns right of the scalar's first character.

    Columns count from the scalar on its first line, and from the line's start on later ones. ``raw`` begins with
    the quote or block indicator, if there is one.
    """
    at = _walk(raw, text, offset)
    before = raw[:at]
    lines = before.count("\n")
    return lines, at - (before.rfind("\n") + 1)


def _walk(raw: str, text: str, offset: int) -> int:
    at = _skip_head(raw)
    for index, wanted in enumerate(text):
        if wanted.isspace():
            # spaces and folds are passed as a whole by the next visible character; escapes are written out
            escape = _next_ink(raw, at)
            if raw[0] == '"' and raw.startswith("\\", escape):
                at = _after_ink(raw, escape, wanted)
            continue
        at = _next_ink(raw, at)
        if index >= offset:
            return min(at, len(raw))
        at = _after_ink(raw, at, wanted)
    return min(at, len(raw))


def _skip_head(raw: str) -> int:
    if raw[:1] in ("|", ">"):
        end = raw.find("\n")
        return len(raw) if end < 0 else end + 1
    return 1 if raw[:1] in ("'", '"') else 0


def _next_ink(raw: str, at: int) -> int:
    while at < len(raw) and (raw[at].isspace() or _continues(raw, at)):
        at += 2 if raw[at] == "\\" else 1
    return at


def _continues(raw: str, at: int) -> bool:
    """Tell whether a line of a double-quoted scalar goes on below."""
    return raw[0] == '"' and raw.startswith(("\\\n", "\\\r"), at)


_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


def _after_ink(raw: str, at: int, wanted: str) -> int:
    if raw[0] == '"' and raw.startswith("\\", at):
        return at + _ESCAPE_LENGTHS.get(raw[at + 1 : at + 2], 2)
    if raw[0] == "'" and wanted == "'":
        return at + 2
    return at + 1
