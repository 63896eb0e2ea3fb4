"""Sends one request to one vetted address: no redirect is followed, time and size are bounded."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

from engine.outbound.addresses import Guard, Target

SECONDS = 10.0
LARGEST = 1024 * 1024
_AGENT = "Tessera"


class NoAnswer(Exception):
    """The other side did not answer, or not in time, or with too much. The message holds no secret."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


class _Plain(http.client.HTTPConnection):
    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.address, self.port), self.timeout)
        # head and body are sent one after the other: without this the body waits 40 ms for the head's acknowledgement
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Secure(_Plain):
    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


class Outbound:
    """The client. One for a process; it holds no connection between requests."""

    def __init__(self, guard: Guard, seconds: float = SECONDS) -> None:
        self.guard = guard
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST; raises Rejected for an address that may not be called, and NoAnswer."""
        return self.send("POST", url, body, headers)

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send a request; raises Rejected for an address that may not be called, and NoAnswer."""
        target = self.guard.vet(url)
        until = time.monotonic() + self._seconds
        connection = (_Secure if target.scheme == "https" else _Plain)(target, self._seconds)
        with contextlib.closing(connection):
            try:
                connection.request(method, target.path, body, {"User-Agent": _AGENT, **headers})
                answer = connection.getresponse()
                said = {name.lower(): value for name, value in answer.getheaders()}
                return Answer(answer.status, _read(answer, connection, until), said)
            except ssl.SSLError as error:
                raise NoAnswer(f"TLS: {error.reason or error}") from error
            except TimeoutError as error:
                raise NoAnswer(f"no answer within {self._seconds:g} s") from error
            except (OSError, http.client.HTTPException) as error:
                raise NoAnswer(f"{type(error).__name__}: {error}"[:300]) from error


def _read(answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float) -> bytes:
    read = bytearray()
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        block = answer.read1(65_536)
        if not block:
            return bytes(read)
        read += block
        if len(read) > LARGEST:
            raise NoAnswer(f"the answer is larger than {LARGEST} bytes")
