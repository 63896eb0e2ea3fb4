"""Events for other systems: a signed POST with the event's stable id."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

import orjson

from engine.messaging.channels.base import Outgoing, Permanent, Receipt, Temporary
from engine.outbound import NoAnswer, Outbound
from engine.storage import Shelf, reply_rows

SIGNATURE = "X-Tessera-Signature"
_LATER = 202


class WebhookChannel:
    """The address and secret are read when it is sent, so that a changed webhook counts at once."""

    name = "webhook"

    def __init__(self, shelf: Shelf, outbound: Outbound, now: Callable[[], float] = time.time) -> None:
        self._shelf = shelf
        self._outbound = outbound
        self._now = now

    def send(self, outgoing: Outgoing) -> Receipt:
        """Post an event."""
        with self._shelf.database(outgoing.tenant).reading() as session:
            hook = reply_rows.find_webhook(session, outgoing.address)
        if hook is None or not hook.active:
            raise Permanent("the webhook is switched off or gone")
        body = orjson.dumps(outgoing.payload)
        headers = {
            "Content-Type": "application/json",
            "Event-Id": str(outgoing.payload.get("id", outgoing.key)),
            SIGNATURE: signature_of(hook.secret, body, int(self._now())),
        }
        try:
            answer = self._outbound.post(hook.url, body, headers)
        except NoAnswer as error:
            raise Temporary(str(error)) from error
        if answer.good:
            # 202: taken, and answered later
            return Receipt("delivered", answer=None if answer.status == _LATER else answer.body)
        if answer.status in (400, 404, 410, 413, 415, 422):
            raise Permanent(f"it answered {answer.status}")
        raise Temporary(f"it answered {answer.status}")

    def close(self) -> None:
        """Nothing stays open."""


def signature_of(secret: str, body: bytes, at: int) -> str:
    """Return ``t=<seconds>,v1=<hex>``: HMAC-SHA256 over the time, a dot and the body."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={made.hexdigest()}"


def is_signed(secret: str, body: bytes, signature: str, now: float, tolerance: float = 300.0) -> bool:
    """Tell whether a signature fits and is not older (or newer) than ``tolerance`` seconds; for both directions."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) <= 12) or abs(now - int(at)) > tolerance:
        return False
    return hmac.compare_digest(signature_of(secret, body, int(at)), f"t={at},v1={parts.get('v1', '')}")
