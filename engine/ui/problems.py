"""Our errors become pages, or parts of pages, that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from flask import Request, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

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
from engine.ui.door import Call
from engine.ui.drawing import draw
from engine.ui.security import enter, language_for, taste_of
from engine.ui.services import Services
from engine.ui.words import words_in

_log = structlog.get_logger("ui")
STATUS: Mapping[type[TesseraError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Refused: 403,
    Missing: 404,
    StaleVersion: 412,
    Conflict: 409,
    Rejected: 422,
    BadDefinition: 422,
    VersionRequired: 428,
    Unavailable: 503,
}


@dataclass(frozen=True, slots=True)
class ProblemScreen:
    """An error ready to be drawn."""

    title: str
    text: str
    hint: str
    lines: tuple[str, ...]
    status: int
    code: str
    request_id: str


def page_problems(services: Services) -> Callable[[TesseraError], Response]:
    """Return what draws an error for people."""

    def draw_problem(error: TesseraError) -> Response:
        return respond(services, request._get_current_object(), error)  # type: ignore[attr-defined]  # noqa: SLF001

    return draw_problem


def page_faults(services: Services) -> Callable[[Exception], Response]:
    """Return what draws everything that nobody expected; it is logged, and a person gets a page."""

    def draw_fault(error: Exception) -> Response:
        now: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        if isinstance(error, RequestEntityTooLarge):
            most = services.settings.limits.upload
            return respond(services, now, LimitExceeded("upload", now.content_length or f"> {most}", most, 413))
        if isinstance(error, HTTPException):
            return respond(services, now, Malformed("form_unreadable", why=(error.name or "").lower()))
        request_id = now.environ.get("tessera.request_id", "")
        _log.exception("request_failed", request_id=request_id, path=now.path, exc_info=error)
        now.environ["tessera.code"] = "page_failed"
        return respond(services, now, Unavailable("page_failed"), 500)

    return draw_fault


def status_of(error: TesseraError) -> int:
    """Return the status of the answer for an error."""
    if isinstance(error, LimitExceeded):
        return error.status
    return next((status for family, status in STATUS.items() if isinstance(error, family)), 500)


def respond(services: Services, now: Request, error: TesseraError, status: int = 0) -> Response:
    """Return an error in the frame of whoever asks, or alone when nobody is known."""
    visitor = enter(services, now)
    language = visitor.desk.words.language if visitor is not None else language_for(services, now)
    status = status or status_of(error)
    screen = _screen(error, language, status, now.environ.get("tessera.request_id", ""))
    if now.headers.get("HX-Request") == "true":
        body = draw(language, "fragments/problem.html", {"s": screen})
        return Response(body, status, mimetype="text/html", headers={"Cache-Control": "no-store"})
    if visitor is not None:
        answer = Call(services, now, {}, visitor).page("problem", screen, status)
    else:
        taste = taste_of(now)
        places = {"s": screen, "theme": taste.theme, "density": taste.density}
        answer = Response(draw(language, "pages/problem_bare.html", places), status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _screen(error: TesseraError, language: str, status: int, request_id: str) -> ProblemScreen:
    words = words_in(language)
    key = f"problem.{status}"
    lines = [one.message(language) for one in error.complaints]
    if isinstance(error, BadDefinition):
        lines = [one.line(language) for one in error.diagnostics]
    return ProblemScreen(
        words.say(key if words.has(key) else "problem.other"),
        error.message(language),
        error.complaint.hint(language),
        tuple(lines),
        status,
        error.code,
        request_id,
    )
