"""Bytes of a file become text, or complaints: encoding, characters that YAML or people would misread."""

from __future__ import annotations

import re

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span

# tabs, controls, the other line breaks of Unicode, invisible direction marks, non-characters
_UNWANTED = re.compile(
    "[\x00-\x08\t\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\r(?!\n)"
)
_IN_VALUES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_MOST_COMPLAINTS = 20


def text_of_bytes(content: bytes, file: str, findings: Findings) -> str | None:
    """Return the text of a file, or None when it cannot be read as a definition."""
    if content.startswith(b"\xef\xbb\xbf"):
        findings.add("byte_order_mark", Span(file, 1, 1))
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        findings.add("not_utf8", _span_at(before, len(before), file), byte=f"0x{content[error.start]:02X}")
        return None
    if not text.strip():
        findings.add("empty_file", Span(file, 1, 1))
        return None
    unwanted = list(_UNWANTED.finditer(text))
    for match in unwanted[:_MOST_COMPLAINTS]:
        code = "tab_character" if match.group() == "\t" else "control_character"
        findings.add(code, _span_at(text, match.start(), file), character=f"U+{ord(match.group()):04X}")
    return None if unwanted else text


def unwanted_in_value(text: str) -> str:
    """Return the name of the first character that an escape smuggled into a value, or an empty text."""
    match = _IN_VALUES.search(text)
    return f"U+{ord(match.group()):04X}" if match else ""


def _span_at(text: str, index: int, file: str) -> Span:
    line = text.count("\n", 0, index) + 1
    return Span(file, line, index - (text.rfind("\n", 0, index) + 1) + 1)
