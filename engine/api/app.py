"""The web application: the door for programs, the door for people, and what becomes of every error."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine.api.door import REST, Doors, RestDoor
from engine.api.failures import draw_failure, translated
from engine.api.inventory import ROUTES
from engine.api.services import Services
from engine.kernel.errors import TesseraError

PageProblem = Callable[[TesseraError], Response]


def build_app(services: Services, blueprints: Iterable[Blueprint] = (), page: PageProblem | None = None) -> Doors:
    """Return the application. ``page`` draws errors for people, where no blueprint does."""
    pages = Flask("tessera", static_folder=None, template_folder=None)
    pages.config.update(
        MAX_CONTENT_LENGTH=services.settings.limits.upload,
        MAX_FORM_PARTS=services.settings.limits.form_parts,
        MAX_FORM_MEMORY_SIZE=services.settings.limits.body,
        PROPAGATE_EXCEPTIONS=False,
    )
    pages.url_map.strict_slashes = True
    pages.url_map.redirect_defaults = False
    pages.url_map.merge_slashes = False
    for blueprint in blueprints:
        pages.register_blueprint(blueprint)
    _catch(pages, services, page)
    return Doors(RestDoor(ROUTES, services), pages)


def _catch(pages: Flask, services: Services, page: PageProblem | None) -> None:
    def draw(error: Exception) -> Response:
        settings = services.settings
        if isinstance(error, HTTPException):
            if error.response is not None and isinstance(error.response, Response):
                return error.response  # a redirect of the router
            error = translated(error, request.environ, settings)
        if page is not None and isinstance(error, TesseraError) and _wants_page():
            request.environ["tessera.code"] = error.code
            return page(error)
        return draw_failure(error, request.environ, settings)

    pages.register_error_handler(TesseraError, draw)
    pages.register_error_handler(HTTPException, draw)
    pages.register_error_handler(Exception, draw)


def _wants_page() -> bool:
    headers = request.headers
    wanted = "text/html" in headers.get("Accept", "") or headers.get("HX-Request") == "true"
    return wanted and not request.path.startswith(REST)
