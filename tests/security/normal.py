"""Answers without what may differ between two equal worlds: ids of requests and of what is new, dates, random words."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Container

from werkzeug.test import TestResponse

_DROPPED = {"x-request-id", "date", "server-timing", "content-length"}
_NEW = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_EXPIRES = re.compile(r"Expires=[^;]+")
_RANDOM = re.compile(r'(request_id["\\: =]+|nonce[-=]["\']?)[A-Za-z0-9+/=_-]{6,}')


def normal(answer: TestResponse, known: Container[str]) -> tuple[int, str, str]:
    """Return status, headers and body of an answer as they may be compared; ``known`` are the ids that are not new."""
    request_id = answer.headers.get("X-Request-Id", "")
    headers = [(n.lower(), _masked(v, request_id)) for n, v in answer.headers if n.lower() not in _DROPPED]
    told = "\n".join(f"{name}: {_EXPIRES.sub('', value)}" for name, value in sorted(headers))
    text = _masked(_text(answer), request_id)
    return answer.status_code, told, _NEW.sub(lambda found: found[0] if found[0] in known else "*", text)


def _text(answer: TestResponse) -> str:
    content = answer.get_data()
    if content[:2] == b"PK":
        # a workbook: what is in it, not when it was made
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = {name: book.read(name).decode("utf-8", "replace") for name in book.namelist()}
        return "\n".join(f"{name}: {text}" for name, text in sorted(parts.items()) if "docProps" not in name)
    return content.decode("utf-8", "replace")


def _masked(text: str, request_id: str) -> str:
    return _RANDOM.sub(r"\1*", text.replace(request_id, "*") if request_id else text)


def difference(one: str, other: str) -> str:
    """Return where two texts part, with a little of what stands around."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, at - 80) : at + 120]!r} against …{other[max(0, at - 80) : at + 120]!r}"
