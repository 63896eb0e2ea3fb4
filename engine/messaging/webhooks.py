"""Webhooks: kept by administrators, told of events whose names fit, each event once per webhook and in order."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from engine.access import policy_for
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Conflict, Missing, Rejected, TesseraError
from engine.kernel.events import Event
from engine.kernel.names import is_name
from engine.outbound import Guard
from engine.storage import Session, Shelf, delivery_rows, raise_access_version, reply_rows
from engine.storage.connections import Address
from engine.storage.delivery_rows import NewDelivery
from engine.storage.reply_rows import Webhook

_PATTERN = re.compile(r"[a-z0-9_*]+(\.[a-z0-9_*]+)?")
MOST = 50


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook to be made or changed."""

    name: str
    url: str
    events: tuple[str, ...] = ("*",)
    active: bool = True


class Webhooks:
    """Verbs for administrators, and the handler that fans events out."""

    def __init__(self, shelf: Shelf, guard: Guard) -> None:
        self._shelf = shelf
        self._guard = guard
        # by database: the access version for which it is known, and whether there are any
        self._known: dict[Address, tuple[int, bool]] = {}

    def all(self, ctx: Context) -> Sequence[Webhook]:
        """Return the webhooks."""
        self._require(ctx)
        with self._shelf.database(ctx.tenant).reading() as session:
            return reply_rows.read_webhooks(session)

    def add(self, ctx: Context, new: NewWebhook) -> Webhook:
        """Make a webhook; its secret is returned this once."""
        self._require(ctx)
        self._check(new)
        with self._shelf.database(ctx.tenant).writing() as session:
            if reply_rows.find_webhook(session, new.name) is not None:
                raise Conflict("webhook_exists", name=new.name)
            if len(reply_rows.read_webhooks(session)) >= MOST:
                raise Conflict("webhook_exists", name=f"{MOST}+")
            values = {
                "name": new.name,
                "url": new.url,
                "secret": secrets.token_urlsafe(32),
                "events": list(new.events),
                "active": new.active,
                "created_at": ctx.now(),
                "created_by": ctx.actor.user,
            }
            reply_rows.add_webhook(session, values)
            found = reply_rows.find_webhook(session, new.name)
            _changed(session)
        assert found is not None
        return found

    def change(self, ctx: Context, name: str, new: NewWebhook) -> Webhook:
        """Change address, events or state of a webhook."""
        self._require(ctx)
        self._check(new)
        with self._shelf.database(ctx.tenant).writing() as session:
            found = self._found(session, name)
            reply_rows.change_webhook(
                session, found.id, {"url": new.url, "events": list(new.events), "active": new.active}
            )
            _changed(session)
            return self._found(session, name)

    def remove(self, ctx: Context, name: str) -> None:
        """Remove a webhook."""
        self._require(ctx)
        with self._shelf.database(ctx.tenant).writing() as session:
            reply_rows.remove_webhook(session, self._found(session, name).id)
            _changed(session)

    def any_in(self, session: Session) -> bool:
        """Tell whether a tenant has webhooks, as the transaction of ``session`` sees it; remembered while they stay."""
        version = None if session.stamp is None else session.stamp.access
        known = self._known.get(session.address)
        if known is not None and known[0] == version:
            return known[1]
        found = bool(reply_rows.read_webhooks(session, active=True))
        if version is not None and not session.unsettled:
            self._known[session.address] = (version, found)
        return found

    def fan_out(self, session: Session, event: Event, at: datetime) -> None:
        """Write a delivery for each webhook that wants an event, in the caller's transaction."""
        for hook in reply_rows.read_webhooks(session, active=True):
            if any(fnmatchcase(event.name, pattern) for pattern in hook.events):
                delivery_rows.add_delivery(session, _delivery(hook, event, at), at)

    def call(self, session: Session, name: str, event: Event, at: datetime) -> None:
        """Write the delivery of a declared call to a webhook by its name; raises Missing."""
        found = self._found(session, name)
        delivery_rows.add_delivery(session, _delivery(found, event, at), at)

    def _check(self, new: NewWebhook) -> None:
        wrong = []
        if not is_name(new.name):
            wrong.append(Complaint("name", "bad_webhook_name", {"value": new.name[:60]}))
        wrong += [
            Complaint("events", "bad_event_pattern", {"value": pattern[:60]})
            for pattern in new.events or ("",)
            if not _PATTERN.fullmatch(pattern)
        ]
        try:
            self._guard.check(new.url)
        except TesseraError as error:
            wrong += error.complaints
        if wrong:
            raise Rejected("invalid", wrong, count=len(wrong))

    def _require(self, ctx: Context) -> None:
        _, catalog = self._shelf.current(ctx.tenant)
        if not policy_for(catalog, ctx.actor).administers("settings"):
            raise Missing("no_such_address")

    def _found(self, session: Session, name: str) -> Webhook:
        found = reply_rows.find_webhook(session, name)
        if found is None:
            raise Missing("no_such_webhook", name=name[:60])
        return found


Fan = Callable[[Session, Event, datetime], None]


def _changed(session: Session) -> None:
    """Let every process see that there are webhooks now, or none any more, with its next transaction."""
    raise_access_version(session)


def _delivery(hook: Webhook, event: Event, at: datetime) -> NewDelivery:
    payload: Mapping[str, Any] = {
        "id": event.id,
        "type": event.name,
        "at": at.isoformat(),
        "object": event.record.object,
        "record": event.record.id,
        "version": event.version,
        "data": dict(event.facts),
    }
    line = f"{hook.id}/{event.record.object}/{event.record.id}"
    return NewDelivery(f"{event.id}:{hook.id}", "webhook", hook.id, at, payload=payload, line=line)
