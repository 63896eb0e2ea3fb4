"""Our errors as problem+json (RFC 9457): the one table of status codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.api.answers import to_bytes
from engine.kernel.errors import (
    BadDefinition,
    Conflict,
    LimitExceeded,
    Malformed,
    Missing,
    Refused,
    Rejected,
    StaleVersion,
    TesseraError,
    Unauthenticated,
    Unavailable,
    VersionRequired,
)

PROBLEM = "application/problem+json"
STATUS: Mapping[type[TesseraError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Refused: 403,
    Missing: 404,
    Conflict: 409,
    StaleVersion: 412,
    Rejected: 422,
    BadDefinition: 422,
    VersionRequired: 428,
    Unavailable: 503,
}
# codes whose HTTP meaning is finer than their family's
STATUS_OF_CODE: Mapping[str, int] = {
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "unsupported_media_type": 415,
    "too_many_tries": 429,
    "request_failed": 500,
    "storage_unavailable": 507,
    "idempotency_key_reused": 422,
    "locked": 423,
    "reserved": 423,
    "throttled": 429,
}
# parameters of the whole that a program needs beside the sentence
_SHOWN = (
    "limit",
    "value",
    "max",
    "version",
    "changed_fields",
    "holder",
    "since",
    "retry_after",
    "allowed",
    "by",
    "at",
    "by_id",
    "reason",
    "instance",
    "outcome",
    "path",
    "fields",
    "flow",
    "step",
    "steps",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, ready to be sent."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def status_of(error: TesseraError) -> int:
    """Return the status of an error by its code, else by its family."""
    if isinstance(error, LimitExceeded):
        return error.status
    if (known := STATUS_OF_CODE.get(error.code)) is not None:
        return known
    return next(STATUS[family] for family in type(error).__mro__ if family in STATUS)


def draw_problem(error: TesseraError, language: str, request_id: str) -> Problem:
    """Return the problem with all its complaints, in the caller's language."""
    status = status_of(error)
    params = error.complaint.params
    whole: dict[str, Any] = {
        "type": f"urn:tessera:problem:{error.code}",
        "title": error.message(language),
        "status": status,
        "code": error.code,
        "detail": error.complaint.hint(language),
        "request_id": request_id,
        "errors": draw_parts(error, language),
    }
    whole |= {name: params[name] for name in _SHOWN if name in params}
    return Problem(status, to_bytes(whole), _headers(status, params))


def draw_parts(error: TesseraError, language: str) -> list[dict[str, Any]]:
    """Return the complaints of an error, in the caller's language."""
    if isinstance(error, BadDefinition):
        return [_diagnostic(item.as_dict(language)) for item in error.diagnostics]
    return [
        {
            "path": part.path,
            "code": part.code,
            "message": part.message(language),
            **({"hint": hint} if (hint := part.hint(language)) else {}),
        }
        for part in error.complaints
    ]


def _diagnostic(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": item["file"], **{key: item[key] for key in ("code", "message", "hint", "line", "column")}}


def _headers(status: int, params: Mapping[str, Any]) -> dict[str, str]:
    headers = {"Content-Type": PROBLEM, "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="tessera"'
    if status == 405:
        headers["Allow"] = str(params.get("allowed", ""))
    if (retry := params.get("retry_after")) is not None:
        headers["Retry-After"] = str(retry)
    elif status in (429, 503, 507):
        headers["Retry-After"] = "2"
    return headers


def unexpected(request_id: str, language: str) -> Problem:
    """Return the problem for a fault of ours: nothing about it but its id."""
    return draw_problem(Fault("request_failed", id=request_id), language, request_id)


class Fault(TesseraError):
    """A fault of the engine itself; the log has the rest."""
