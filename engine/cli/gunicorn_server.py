"""Several processes with threads each, on systems that can fork."""

from __future__ import annotations

from typing import Any

from engine.settings import Settings


def serve_many(settings: Settings) -> int:
    """Serve with gunicorn until told to stop."""
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):  # type: ignore[misc, unused-ignore]
        """The web application as gunicorn loads it: once in each worker."""

        def load_config(self) -> None:
            options = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": settings.workers,
                "threads": settings.threads,
                "worker_class": "gthread",
                "graceful_timeout": 30,
                "timeout": 60,
                "limit_request_line": 8190,
                "limit_request_fields": 100,
                "max_requests": 50_000,
                "max_requests_jitter": 5_000,
                "accesslog": None,
                "loglevel": "warning",
            }
            for name, value in options.items():
                self.cfg.set(name, value)
            self.cfg.set("worker_exit", self._ended)

        def load(self) -> Any:
            from engine.wiring import build_server

            self.built = build_server(settings)
            return self.built.app

        def _ended(self, _server: Any, _worker: Any) -> None:
            # in the process that ends, after its last request
            built = getattr(self, "built", None)
            if built is not None:
                built.stop()

    Application().run()
    return 0
