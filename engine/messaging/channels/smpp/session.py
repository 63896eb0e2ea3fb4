"""A session with a centre of short messages: bound both ways, a window of open requests, a sign of life."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.messaging.channels.smpp import pdus
from engine.messaging.channels.smpp.pdus import BadPdu, Pdu, Short

WINDOW = 10
ANSWER_SECONDS = 10.0
ENQUIRE_SECONDS = 30.0


class SessionEnded(Exception):
    """The session is over, or an answer did not come."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where to bind, as whom. ``source`` is the number or word that messages come from."""

    host: str
    port: int
    system: str
    password: str = field(repr=False)
    source: str
    kind: str = ""
    tls: bool = False


@dataclass(slots=True)
class _Open:
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Pdu | None = None


class Session:
    """One connection. ``heard`` is called for each deliver_sm; only when it returns is the centre told so."""

    def __init__(
        self,
        account: Account,
        heard: Callable[[Short], None],
        *,
        window: int = WINDOW,
        enquire: float = ENQUIRE_SECONDS,
    ) -> None:
        self._account = account
        self._heard = heard
        self._enquire = enquire
        self._window = threading.Semaphore(window)
        self._writing = threading.Lock()
        self._open: dict[int, _Open] = {}
        self._sequence = 0
        self._ended = threading.Event()
        self._last = time.monotonic()
        self._socket = self._connected()
        self._reader = threading.Thread(target=self._read, name="smpp reader", daemon=True)
        self._reader.start()
        try:
            bound = self._ask(pdus.BIND_TRANSCEIVER, pdus.bind_body(account.system, account.password, account.kind))
        except SessionEnded:
            self.end()
            raise
        if bound.status != 0:
            self.end()
            raise SessionEnded(f"the centre refused to bind: 0x{bound.status:08x}")
        threading.Thread(target=self._keep, name="smpp sign of life", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Tell whether nothing can be sent any more."""
        return self._ended.is_set()

    def submit(self, body: bytes) -> Pdu:
        """Send a message and return the centre's answer; waits while the window is full. Raises SessionEnded."""
        if not self._window.acquire(timeout=ANSWER_SECONDS):
            raise SessionEnded("the window stayed full")
        try:
            return self._ask(pdus.SUBMIT_SM, body)
        finally:
            self._window.release()

    def unbind(self) -> None:
        """Say good-bye and end."""
        if not self.ended:
            with contextlib.suppress(SessionEnded):
                self._ask(pdus.UNBIND, b"", 2.0)
        self.end()

    def end(self) -> None:
        """Close the connection; who waits for an answer is told that none comes."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._socket.close()
        for waiting in list(self._open.values()):
            waiting.answered.set()

    def _connected(self) -> socket.socket:
        account = self._account
        try:
            made = socket.create_connection((account.host, account.port), ANSWER_SECONDS)
            if account.tls:
                made = ssl.create_default_context().wrap_socket(made, server_hostname=account.host)
        except OSError as error:
            raise SessionEnded(f"{type(error).__name__}: {error}"[:200]) from error
        made.settimeout(None)
        return made

    def _ask(self, command: int, body: bytes, seconds: float = ANSWER_SECONDS) -> Pdu:
        waiting = _Open()
        with self._writing:
            self._sequence = self._sequence % 0x7FFFFFFF + 1
            number = self._sequence
            self._open[number] = waiting
        try:
            self._write(Pdu(command, 0, number, body))
            if not waiting.answered.wait(seconds) or waiting.answer is None:
                raise SessionEnded("the centre gave no answer")
            return waiting.answer
        finally:
            self._open.pop(number, None)

    def _write(self, pdu: Pdu) -> None:
        try:
            with self._writing:
                self._socket.sendall(pdu.written())
        except OSError as error:
            self.end()
            raise SessionEnded(f"{type(error).__name__}: {error}"[:200]) from error

    def _read(self) -> None:
        try:
            while not self.ended:
                length, command, status, sequence = pdus.read_header(self._exactly(16))
                self._take(Pdu(command, status, sequence, self._exactly(length - 16)))
        except (OSError, BadPdu, SessionEnded):
            pass
        finally:
            self.end()

    def _exactly(self, count: int) -> bytes:
        held = bytearray()
        while len(held) < count:
            block = self._socket.recv(count - len(held))
            if not block:
                raise SessionEnded("the centre closed the connection")
            held += block
        return bytes(held)

    def _take(self, pdu: Pdu) -> None:
        self._last = time.monotonic()
        if pdu.command & pdus.RESPONSE:
            waiting = self._open.get(pdu.sequence)
            if waiting is not None:
                waiting.answer = pdu
                waiting.answered.set()
        elif pdu.command == pdus.ENQUIRE_LINK:
            self._write(Pdu(pdus.ENQUIRE_LINK | pdus.RESPONSE, 0, pdu.sequence))
        elif pdu.command == pdus.DELIVER_SM:
            # in a thread of its own: answers to our own requests must be read meanwhile
            threading.Thread(target=self._deliver, args=(pdu,), name="smpp delivery", daemon=True).start()
        elif pdu.command == pdus.UNBIND:
            self._write(Pdu(pdus.UNBIND | pdus.RESPONSE, 0, pdu.sequence))
            raise SessionEnded("the centre unbound")
        else:
            self._write(Pdu(pdus.GENERIC_NACK, 0x03, pdu.sequence))

    def _deliver(self, pdu: Pdu) -> None:
        status = 0
        try:
            self._heard(pdus.read_short(pdu.body))
        except BadPdu:
            status = 0x08
        except Exception:  # noqa: BLE001 - the centre brings it again later
            status = 0x08
        with contextlib.suppress(SessionEnded):
            self._write(Pdu(pdus.DELIVER_SM | pdus.RESPONSE, status, pdu.sequence, b"\0"))

    def _keep(self) -> None:
        while not self._ended.wait(self._enquire):
            if time.monotonic() - self._last < self._enquire:
                continue
            try:
                self._ask(pdus.ENQUIRE_LINK, b"")
            except SessionEnded:
                self.end()
