"""One process with threads; told to stop, it finishes what has begun."""

from __future__ import annotations

import gc
import signal
import time
from types import FrameType
from typing import Any

from engine.settings import Settings

_FINISH_SECONDS = 30.0


def serve_one(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl+C; then take no new connections, finish the begun requests, and return 0."""
    from waitress.server import create_server

    server: Any = create_server(
        _application(settings),
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        # these stand a little above our own bounds, whose answers say more
        max_request_header_size=4 * settings.limits.header_bytes,
        max_request_body_size=2 * settings.limits.upload,
        channel_timeout=60,
        connection_limit=500,
        clear_untrusted_proxy_headers=False,
    )
    stopping: list[float] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.append(time.monotonic())
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _loop(server, stopping)
    server.task_dispatcher.shutdown(cancel_pending=False, timeout=5)
    return 0


def _application(settings: Settings) -> Any:
    # what is made now stays to the end: looking for garbage in it would double the time that the start takes
    gc.disable()
    from engine.wiring import build_web_app

    application = build_web_app(settings)
    gc.freeze()
    gc.enable()
    return application


def _loop(server: Any, stopping: list[float]) -> None:
    from waitress import wasyncore

    sockets: dict[int, Any] = server._map  # noqa: SLF001 - waitress names no other way to its loop
    while not stopping:
        wasyncore.loop(timeout=1, map=sockets, use_poll=True, count=1)
    wasyncore.dispatcher.close(server)  # the listening socket; open connections go on
    while server.active_channels:
        for channel in list(server.active_channels.values()):
            if channel.request is None:
                channel.readable = _never  # what was begun is finished, nothing more is taken in
            if not _busy(channel):
                channel.handle_close()
        if time.monotonic() - stopping[0] > _FINISH_SECONDS:
            return
        wasyncore.loop(timeout=0.05, map=sockets, use_poll=True, count=1)


def _never() -> bool:
    return False


def _busy(channel: Any) -> bool:
    return bool(channel.requests) or channel.total_outbufs_len > 0 or channel.request is not None
