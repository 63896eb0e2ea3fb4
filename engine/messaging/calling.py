"""Declared calls of other systems that somebody waits for: their answers, at once or later, become events."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from engine.kernel.clock import Clock
from engine.kernel.errors import Malformed, Missing, Unauthenticated
from engine.kernel.names import RecordRef
from engine.messaging.channels.webhook import is_signed
from engine.storage import Session, Shelf, delivery_rows, outbox, reply_rows

_LONGEST_WAIT = timedelta(hours=1)


class Answers:
    """Takes the answers that other systems bring by themselves."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock

    def take(self, tenant: str, id: str, signature: str, body: bytes) -> None:
        """Take the answer to a call by its id; only whoever knows the secret of its webhook may give one."""
        with self._shelf.database(tenant).writing() as session:
            found = delivery_rows.find_call(session, id)
            hook = None if found is None else reply_rows.find_webhook(session, found.address)
            if found is None or hook is None or not is_waited_for(found.payload):
                raise Missing("no_such_call")
            if not is_signed(hook.secret, body, signature, time.time()):
                raise Unauthenticated("bad_signature")
            note_answer(session, found.payload, body, self._clock)


def is_waited_for(payload: Any) -> bool:
    """Tell whether somebody waits for what a call is answered."""
    return isinstance(payload, Mapping) and bool((payload.get("data") or {}).get("waits"))


def note_answer(session: Session, payload: Any, body: bytes, clock: Clock) -> None:
    """Write the event of an answer; a second one to the same call is not taken. Malformed when it is no JSON."""
    try:
        said = orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError as error:
        raise Malformed("bad_answer", why=str(error)) from error
    value = said["value"] if isinstance(said, dict) and "value" in said else said
    _append(session, payload, {"value": value}, clock)


def note_failure(session: Session, payload: Any, why: str, clock: Clock) -> None:
    """Write the event of a call that was given up."""
    _append(session, payload, {"failed": why[:500] or "failed"}, clock)


def patience(payload: Any, attempts: int, usual: timedelta) -> timedelta | None:
    """Return how long to wait before a call is tried again as its definition says; None: it is given up."""
    retry = (payload.get("data") or {}).get("retry") if isinstance(payload, Mapping) else None
    if not isinstance(retry, Mapping):
        return usual
    if attempts >= int(retry["times"]):
        return None
    seconds = int(retry["seconds"]) * int(2 ** max(attempts - 1, 0))
    return min(timedelta(seconds=seconds), _LONGEST_WAIT)


def _append(session: Session, payload: Mapping[str, Any], said: Mapping[str, Any], clock: Clock) -> None:
    data = payload["data"]
    facts = {"waits": data["waits"], "into": data.get("into"), **said}
    record = RecordRef(payload["object"], payload["record"])
    outbox.append_outward(session, "answer", str(payload["id"]), record, facts, clock.now())
