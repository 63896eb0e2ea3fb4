"""A receiver of webhooks that answers as it is told to, and remembers what came."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from tests.promises.outbox import Heard

# "slow": taken after a moment; "silent": the caller runs out of patience; "cut": hangs up; a number is a status
Mood = int | Literal["slow", "silent", "cut"]
PATIENCE_OF_CALLERS = 11.0


class Sink:
    """One receiver. ``mood`` is asked with each event; "good" in the end: 200 for all."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.mood: Callable[[Any], Mood] = lambda _: 200
        self._lock = threading.Lock()
        self.over = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._door())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address to be told."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        """Hear no more."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def _door(self) -> type[http.server.BaseHTTPRequestHandler]:
        sink = self

        class Door(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = json.loads(body)
                assert self.headers["Event-Id"] == event["id"]
                mood = sink.mood(event)
                if mood == "slow":
                    time.sleep(0.3)
                if mood == "silent":
                    sink.over.wait(PATIENCE_OF_CALLERS)
                taken = mood in (200, "slow")
                with sink._lock:
                    sink.heard.append(Heard(event["id"], event["record"], event["version"], body, taken))
                if mood not in ("silent", "cut"):
                    self.send_response(mood if isinstance(mood, int) else 200)
                    self.end_headers()

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        return Door
