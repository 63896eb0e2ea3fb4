"""Decision links in mail (M12): a link opens a page, only the button on it decides; bound, single-use, kept as a hash.

A link decides without a log-in, so it is given only where the author of the step lets it be decided from afar
(``sms.decide`` with its limit, no signature, nothing to fill in).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from typing import Literal

import structlog

from engine.kernel.clock import Clock
from engine.kernel.errors import TesseraError
from engine.messaging.cards import Card, Desk
from engine.messaging.composing import Texts
from engine.messaging.words import say
from engine.settings import Settings
from engine.storage import Session, Shelf, message_rows, reply_rows
from engine.storage.message_rows import Person
from engine.storage.reply_rows import ReplyCode

LIVES = timedelta(days=7)
_BYTES = 24
_log = structlog.get_logger("messages")

LinkState = Literal[
    "open", "unknown", "late", "expired", "changed", "on_web", "comment_missing", "approved", "rejected", "refused"
]


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a decision link leads to. ``comment``: the decisions that need a reason; ``why``: of a refusal."""

    state: LinkState
    language: str = ""
    name: str = ""
    number: str = ""
    title: str = ""
    summary: str = ""
    closed: str = ""
    comment: frozenset[str] = frozenset()
    why: str = ""


class Linking:
    """Makes decision links, shows what they are about and takes the decision."""

    def __init__(self, shelf: Shelf, settings: Settings, clock: Clock) -> None:
        self._shelf = shelf
        self._settings = settings
        self._clock = clock
        self.desk: Desk | None = None

    def added(self, session: Session, person: Person, card: Card, texts: Texts) -> Texts:
        """Return a mail about a task with its link; without one where nobody knows the address of this server."""
        base = self._settings.public_url.rstrip("/")
        if not base or card.closed or card.why_not:
            return texts
        now, token = self._clock.now(), secrets.token_urlsafe(_BYTES)
        reply_rows.void_codes(session, card.task, person.id, now, "link")
        values = {
            "hash": self._hash(session.tenant, token),
            "way": "link",
            "task": card.task,
            "user": person.id,
            "address": (person.email or "")[:200],
            "material": card.material,
            "at": now,
            "expires_at": now + LIVES,
        }
        reply_rows.add_code(session, values)
        told = say("decide_by_link", person.language or self._settings.language)
        href = f"{base}/decide/{session.tenant}/{token}"
        html = f'{texts.html}<p><a href="{escape(href)}">{escape(told)}</a></p>' if texts.html else ""
        return replace(texts, body=f"{texts.body}\n\n{told}\n{href}", html=html)

    def look(self, tenant: str, token: str) -> LinkPage:
        """Return what a link is about; nothing is changed by looking."""
        found = self._find(tenant, token)
        return LinkPage("unknown") if found is None else self._page(tenant, found)

    def decide(self, tenant: str, token: str, decision: str, comment: str) -> LinkPage:
        """Approve or reject by a link; the page tells what became of it."""
        found = self._find(tenant, token)
        if found is None:
            return LinkPage("unknown")
        page = self._page(tenant, found)
        if page.state != "open" or self.desk is None:
            return page
        if decision in page.comment and not comment.strip():
            return replace(page, state="comment_missing")
        told = {"comment": comment.strip(), "channel": "link", "key": found.id, "material": found.material}
        try:
            self.desk.decide(tenant, found.user, found.task, decision, told)
        except TesseraError as error:
            if error.code == "stale_subject":
                return replace(page, state="changed")
            after = self._page(tenant, found)
            return after if after.state != "open" else replace(page, state="refused", why=error.message(page.language))
        with self._shelf.database(tenant).writing() as session:
            reply_rows.use_code(session, found.id, self._clock.now())
        return replace(page, state="approved" if decision == "approve" else "rejected")

    def _hash(self, tenant: str, token: str) -> str:
        # the tenant belongs to the hash: a link of one never resolves in another
        return hmac.new(self._settings.secret, f"link {tenant} {token}".encode(), hashlib.sha256).hexdigest()

    def _find(self, tenant: str, token: str) -> ReplyCode | None:
        with self._shelf.database(tenant).reading() as session:
            found = reply_rows.find_code(session, self._hash(tenant, token))
        if found is None or found.way != "link":
            _log.warning("security_event", what="wrong_decision_link", tenant=tenant)
            return None
        return found

    def _page(self, tenant: str, code: ReplyCode) -> LinkPage:
        with self._shelf.database(tenant).reading() as session:
            people = message_rows.read_people(session, [code.user])
        card = self.desk.card(tenant, code.task, code.user) if self.desk is not None else None
        person = people[0] if people and people[0].active else None
        if card is None or person is None:
            return LinkPage("unknown")
        language = person.language or self._settings.language
        page = LinkPage("open", language, person.name, card.number, card.title, card.summary, card.closed, card.comment)
        if card.closed or code.used_at is not None:
            return replace(page, state="late")
        if code.expires_at <= self._clock.now():
            return replace(page, state="expired")
        if card.why_not:
            return replace(page, state="on_web")
        return page if code.material == card.material else replace(page, state="changed")
