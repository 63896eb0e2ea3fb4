"""Whether this process lives and can serve; answered without a log-in and with constant work."""

from __future__ import annotations

import time

from flask import Blueprint, request
from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.services import Services

_FRESH_SECONDS = 1.0


def health_blueprint(services: Services) -> Blueprint:
    """Return ``/healthz`` (the process answers) and ``/readyz`` (it can do its work)."""
    blueprint = Blueprint("health", __name__)
    known: list[tuple[float, bool, tuple[str, ...]]] = []

    def healthz() -> Response:
        request.environ["tessera.quiet"] = True
        return answer({"status": "ok"}, headers={"Cache-Control": "no-store"})

    def readyz() -> Response:
        request.environ["tessera.quiet"] = True
        now = time.monotonic()
        if not known or now - known[0][0] >= _FRESH_SECONDS:
            known[:] = [(now, services.ready(), services.degraded())]
        _, ready, away = known[0]
        status = "unavailable" if not ready else f"degraded:{','.join(away)}" if away else "ok"
        return answer({"status": status}, 200 if ready else 503, {"Cache-Control": "no-store"})

    blueprint.add_url_rule("/healthz", "healthz", healthz, methods=["GET"], provide_automatic_options=False)
    blueprint.add_url_rule("/readyz", "readyz", readyz, methods=["GET"], provide_automatic_options=False)
    return blueprint
