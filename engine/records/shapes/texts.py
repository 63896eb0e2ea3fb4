"""Readers of the field types that hold text."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import nh3

from engine.records.shapes.wrong import Wrong

LONG_TEXT = 64 * 1024
RICH_TEXT = 256 * 1024

# what no database takes, what cannot be encoded, and what only hides in a line of text
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s\"<>(),:;\\\[\]]{1,64}@(?:[^@\s.\"<>(),:;\\\[\]]{1,63}\.)+[^@\s.\"<>(),:;\\\[\]]{2,63}")
_PHONE = re.compile(
    r"\+?[0-9][0-9 ()./\-]{1,30}[0-9](?: ?(?:x|ext\.?|转) ?[0-9]{1,8})?|\([0-9 +]{1,8}\)[0-9 ()./\-]{2,30}"
)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_CODE = re.compile(r"[0-9A-Za-z_.\-]{1,64}")


def as_text(value: Any) -> str | None:
    """Return a text that can be stored, or None when it is empty. Numbers are not texts."""
    if not isinstance(value, str):
        raise Wrong("not_text")
    if not value:
        return None
    if _UNSTORABLE.search(value) or _CONTROL.search(value):
        raise Wrong("bad_characters")
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def read_line(value: Any, _zone: ZoneInfo) -> str | None:
    """One line of text."""
    text = as_text(value)
    if text is None:
        return None
    if "\n" in text or "\r" in text:
        raise Wrong("not_one_line")
    return text.strip() or None


def read_lines(value: Any, _zone: ZoneInfo) -> str | None:
    """Text of several lines; line ends become ``\\n``."""
    text = as_text(value)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _at_most(text, LONG_TEXT)


def read_rich(value: Any, _zone: ZoneInfo) -> str | None:
    """HTML, with everything that could run or load anything taken out."""
    text = as_text(value)
    if text is None:
        return None
    return nh3.clean(_at_most(text, RICH_TEXT)) or None


def read_phone(value: Any, _zone: ZoneInfo) -> str | None:
    """A telephone number as it is written; only its form is looked at."""
    text = read_line(value, _zone)
    if text is not None and not _PHONE.fullmatch(text):
        raise Wrong("not_phone")
    return text


def read_email(value: Any, _zone: ZoneInfo) -> str | None:
    """An e-mail address; the domain is kept in small letters."""
    text = read_line(value, _zone)
    if text is None:
        return None
    if not _EMAIL.fullmatch(text):
        raise Wrong("not_email")
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def read_url(value: Any, _zone: ZoneInfo) -> str | None:
    """A web address; ``www.`` is completed, anything but http and https is refused."""
    text = read_line(value, _zone)
    if text is None:
        return None
    if text.lower().startswith("www."):
        text = "http://" + text
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Wrong("not_url") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc or " " in text:
        raise Wrong("not_url")
    return text


def read_color(value: Any, _zone: ZoneInfo) -> str | None:
    """A colour as ``#rrggbb``."""
    text = read_line(value, _zone)
    if text is not None and not _COLOR.fullmatch(text):
        raise Wrong("not_color")
    return text.lower() if text else None


def read_code(value: Any, _zone: ZoneInfo) -> str | None:
    """The code of a region."""
    text = read_line(value, _zone)
    if text is not None and not _CODE.fullmatch(text):
        raise Wrong("not_code")
    return text


def read_secret(value: Any, _zone: ZoneInfo) -> str | None:
    """A text that is written and never read back."""
    text = as_text(value)
    return None if text is None else _at_most(text, 4_000)


def _at_most(text: str, limit: int) -> str:
    if len(text.encode()) > limit:
        raise Wrong("too_long", max=limit)
    return text
