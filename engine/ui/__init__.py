"""The HTML door: views call services, screens say what to draw, widgets draw values, templates make HTML."""

from __future__ import annotations

from flask import Blueprint

from engine.kernel.errors import TesseraError
from engine.ui import codes as codes
from engine.ui.door import add_routes
from engine.ui.problems import page_faults, page_problems
from engine.ui.services import Services
from engine.ui.views.inventory import ROUTES

__all__ = ["ROUTES", "build_blueprint", "page_problems"]


def build_blueprint(services: Services) -> Blueprint:
    """Return the pages as a blueprint that draws its own errors."""
    blueprint = Blueprint("ui", __name__)
    add_routes(blueprint, ROUTES, services)
    blueprint.register_error_handler(TesseraError, page_problems(services))
    blueprint.register_error_handler(Exception, page_faults(services))
    return blueprint
