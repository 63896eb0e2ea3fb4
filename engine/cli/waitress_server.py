"""One process with threads; told to stop, it finishes what has begun."""

from __future__ import annotations

import gc
import signal
import socket
import time
from ipaddress import ip_address
from types import FrameType
from typing import TYPE_CHECKING, Any

import engine.cli.codes  # noqa: F401 - declares the codes used here
from engine.kernel.errors import Unavailable
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.wiring import Server

_FINISH_SECONDS = 30.0


def serve_one(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl+C; then take no new connections, finish the begun requests, and return 0."""
    built = _built(settings)
    server = _listening(settings, built.app)
    stopping: list[float] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.append(time.monotonic())
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _loop(server, stopping)
    server.task_dispatcher.shutdown(cancel_pending=False, timeout=5)
    built.stop()
    return 0


def _listening(settings: Settings, application: Any) -> Any:
    from waitress.server import create_server

    try:
        return create_server(
            application,
            host=_address(settings.host),
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
    except OSError as error:
        why = error.strerror or str(error)
        raise Unavailable("cannot_listen", host=settings.host, port=settings.port, why=why) from error


def _address(host: str) -> str:
    # a name may stand for several addresses; one is listened on
    try:
        return str(ip_address(host))
    except ValueError:
        return socket.gethostbyname(host)


def _built(settings: Settings) -> Server:
    from engine.wiring import build_server

    built = build_server(settings)
    # it stays to the end, and is not gone over ever again
    gc.freeze()
    return built


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
