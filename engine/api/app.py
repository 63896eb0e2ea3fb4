"""The web application: this door's routes, the other doors' blueprints, and what becomes of every error."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from engine.api.inventory import ROUTES
from engine.api.language import language_of
from engine.api.problems import Problem, draw_problem, unexpected
from engine.api.routing import add_routes
from engine.api.services import Services
from engine.kernel.errors import LimitExceeded, Malformed, Missing, TesseraError

API = "/api/"
_log = structlog.get_logger("api")
PageProblem = Callable[[TesseraError], Response]


def build_app(services: Services, blueprints: Iterable[Blueprint] = (), page: PageProblem | None = None) -> Flask:
    """Return the application. ``page`` draws errors for people, where no blueprint does."""
    app = Flask("tessera", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=services.settings.limits.upload,
        MAX_FORM_PARTS=services.settings.limits.form_parts,
        MAX_FORM_MEMORY_SIZE=services.settings.limits.body,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = True
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False
    blueprint = Blueprint("api", __name__)
    add_routes(blueprint, ROUTES, services)
    app.register_blueprint(blueprint)
    for other in blueprints:
        app.register_blueprint(other)
    _catch(app, services, page)
    return app


def _catch(app: Flask, services: Services, page: PageProblem | None) -> None:
    def draw(error: TesseraError) -> Response:
        request.environ["tessera.code"] = error.code
        if page is not None and _wants_page():
            return page(error)
        language = language_of(request.environ, services.settings)
        return _respond(draw_problem(error, language, request.environ.get("tessera.request_id", "")))

    def draw_http(error: HTTPException) -> Response:
        if error.response is not None and isinstance(error.response, Response):
            return error.response  # a redirect of the router
        return draw(_translated(error, services))

    def draw_fault(error: Exception) -> Response:
        request_id = request.environ.get("tessera.request_id", "")
        _log.exception("request_failed", request_id=request_id, path=request.path, exc_info=error)
        request.environ["tessera.code"] = "request_failed"
        return _respond(unexpected(request_id, language_of(request.environ, services.settings)))

    app.register_error_handler(TesseraError, draw)
    app.register_error_handler(HTTPException, draw_http)
    app.register_error_handler(Exception, draw_fault)


def _wants_page() -> bool:
    headers = request.headers
    wanted = "text/html" in headers.get("Accept", "") or headers.get("HX-Request") == "true"
    return wanted and not request.path.startswith(API)


def _translated(error: HTTPException, services: Services) -> TesseraError:
    if isinstance(error, NotFound):
        return Missing("no_such_address")
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(set(error.valid_methods or ()) - {"OPTIONS"}))
        return Malformed("method_not_allowed", method=request.method[:20], allowed=allowed)
    if isinstance(error, RequestEntityTooLarge):
        limits = services.settings.limits
        return LimitExceeded("form_parts", f"> {limits.form_parts}", limits.form_parts, 413)
    return Malformed("bad_request", why=(error.name or "bad request").lower())


def _respond(problem: Problem) -> Response:
    return Response(problem.body, problem.status, dict(problem.headers))
