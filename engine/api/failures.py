"""What becomes of an exception at a door of this house: a problem that a program can read, and a word in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from engine.api.language import language_of
from engine.api.problems import draw_problem, unexpected
from engine.kernel.errors import LimitExceeded, Malformed, Missing, TesseraError
from engine.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = structlog.get_logger("api")


def draw_failure(error: Exception, environ: WSGIEnvironment, settings: Settings) -> Response:
    """Return the answer to a request that ended with an exception; a fault of ours is logged and told by its id."""
    request_id = environ.get("tessera.request_id", "")
    language = language_of(environ, settings)
    if isinstance(error, HTTPException):
        error = translated(error, environ, settings)
    if isinstance(error, TesseraError):
        environ["tessera.code"] = error.code
        problem = draw_problem(error, language, request_id)
    else:
        path = environ.get("PATH_INFO", "")
        _log.exception("request_failed", request_id=request_id, path=path, exc_info=error)
        environ["tessera.code"] = "request_failed"
        problem = unexpected(request_id, language)
    return Response(problem.body, problem.status, dict(problem.headers))


def translated(error: HTTPException, environ: WSGIEnvironment, settings: Settings) -> TesseraError:
    """Return the error of ours that an error of the web library stands for."""
    if isinstance(error, NotFound):
        return Missing("no_such_address")
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(set(error.valid_methods or ()) - {"OPTIONS"}))
        return Malformed("method_not_allowed", method=environ["REQUEST_METHOD"][:20], allowed=allowed)
    if isinstance(error, RequestEntityTooLarge):
        return LimitExceeded("form_parts", f"> {settings.limits.form_parts}", settings.limits.form_parts, 413)
    return Malformed("bad_request", why=(error.name or "bad request").lower())
