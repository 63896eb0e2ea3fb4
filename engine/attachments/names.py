"""What a file is called and what kind it is; neither is believed as it was sent."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
PLAIN = "application/octet-stream"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# controls, lone surrogates, line separators, and the marks that turn the direction of writing
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PACKED = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "zip": "application/zip",
}
_TEXTS = {"txt": "text/plain", "csv": "text/csv", "md": "text/plain", "log": "text/plain"}
_ENDING = 20


def clean_name(name: str) -> str:
    """Return a name for people: no path, nothing invisible that misleads, not too long, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = " ".join(_UNWANTED.sub("", unicodedata.normalize("NFC", last)).split()).strip(". ")
    if len(plain) > LONGEST:
        ending = plain[-_ENDING:].partition(".")[2]
        plain = f"{plain[: LONGEST - len(ending) - 1]}.{ending}" if ending else plain[:LONGEST]
    return plain or "file"


def type_of(name: str, head: bytes) -> str:
    """Return the media type by the first bytes, and by the ending where the bytes leave several; few are known."""
    if (image := _image_type(head)) is not None:
        return image
    ending = name.rpartition(".")[2].lower()
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _PACKED.get(ending, PLAIN)
    if ending in _TEXTS and b"\x00" not in head:
        return _TEXTS[ending]
    return PLAIN


def _image_type(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None
