"""SMS by SMPP: one session for the process, bound anew when it ends, also while nothing is to be sent."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from engine.messaging.channels.base import Outgoing, Permanent, PutOff, Receipt, Temporary
from engine.messaging.channels.smpp import pdus
from engine.messaging.channels.smpp.parts import parts_of
from engine.messaging.channels.smpp.pdus import Short
from engine.messaging.channels.smpp.session import Account, Session, SessionEnded

GATEWAY = "smpp"
_REBIND = (1.0, 2.0, 5.0, 10.0, 30.0)
_JOINED = 64  # messages whose parts are awaited

# sender, recipient, text, a number of the message as far as the centre has one
Heard = Callable[[str, str, str, str], None]
Receipted = Callable[[str, bool], None]
_log = structlog.get_logger("messages")


def account_of(url: str) -> Account:
    """Return the account that an address like ``smpp://system:password@host:2775?source=1069`` names."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    return Account(
        parts.hostname or "",
        parts.port or 2775,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        options.get("source", [""])[0].replace(" ", "+"),
        options.get("type", [""])[0],
        parts.scheme == "smpps",
    )


class SmsSmpp:
    """The channel. ``listen`` keeps a session open from then on, so that messages can come in."""

    name = "sms"

    def __init__(self, account: Account, *, enquire: float = 30.0) -> None:
        self._account = account
        self._enquire = enquire
        self._session: Session | None = None
        self._binding = threading.Lock()
        self._references = itertools.count(1)
        self._closed = threading.Event()
        self._joined: dict[tuple[str, int], dict[int, str]] = {}
        self.heard: Heard | None = None
        self.receipted: Receipted | None = None

    def listen(self) -> None:
        """Keep bound, in a thread of its own."""
        threading.Thread(target=self._stay_bound, name="smpp", daemon=True).start()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Submit all parts of a message."""
        numbers = []
        for part in parts_of(outgoing.body, next(self._references)):
            body = pdus.submit_body(
                self._account.source, outgoing.address, part.octets, part.coding, concatenated=part.concatenated
            )
            try:
                answer = self._bound().submit(body)
            except SessionEnded as error:
                raise Temporary(str(error)) from error
            if answer.status == 0x58:
                raise PutOff("the centre asks to slow down", timedelta(seconds=5))
            if answer.status in pdus.TRANSIENT:
                raise Temporary(f"the centre answered 0x{answer.status:08x}")
            if answer.status:
                raise Permanent(f"the centre answered 0x{answer.status:08x}")
            numbers.append(pdus.read_number(answer.body))
        return Receipt("sent", GATEWAY, tuple(number for number in numbers if number))

    def close(self) -> None:
        """Unbind."""
        self._closed.set()
        session, self._session = self._session, None
        if session is not None:
            session.unbind()

    def _bound(self) -> Session:
        with self._binding:
            if self._closed.is_set():
                raise SessionEnded("the process is about to end")
            if self._session is None or self._session.ended:
                self._session = Session(self._account, self._take, enquire=self._enquire)
            return self._session

    def _stay_bound(self) -> None:
        failures = 0
        while not self._closed.is_set():
            try:
                self._bound()
                failures = 0
            except SessionEnded as error:
                _log.warning("smpp_unbound", why=str(error))
                failures += 1
            self._closed.wait(_REBIND[min(failures, len(_REBIND) - 1)])

    def _take(self, short: Short) -> None:
        if short.is_receipt:
            number, state = short.receipt()
            # states on the way (accepted, enroute) say nothing yet
            if self.receipted is not None and number and state not in ("", "ACCEPTD", "ENROUTE", "UNKNOWN"):
                self.receipted(number, state == "DELIVRD")
            return
        text = self._whole(short)
        if text is not None and self.heard is not None:
            number = short.options.get(0x001E, b"").rstrip(b"\0").decode("ascii", "replace")
            self.heard(short.sender, short.recipient, text, number)

    def _whole(self, short: Short) -> str | None:
        """Return the text when all its parts are there."""
        if short.part is None:
            return short.text
        reference, count, number = short.part
        with self._binding:
            parts = self._joined.setdefault((short.sender, reference), {})
            parts[number] = short.text
            if len(parts) < count:
                while len(self._joined) > _JOINED:
                    self._joined.pop(next(iter(self._joined)))
                return None
            del self._joined[short.sender, reference]
        return "".join(parts[at] for at in sorted(parts))
