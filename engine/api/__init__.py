"""The JSON door: requests in, one service call, an answer or a problem out."""

from engine.api import codes as codes
from engine.api.app import build_app
from engine.api.entrance import Entrance
from engine.api.health import health_blueprint
from engine.api.hooks import hooks_blueprint
from engine.api.logs import configure_logs

__all__ = ["Entrance", "build_app", "configure_logs", "health_blueprint", "hooks_blueprint"]
