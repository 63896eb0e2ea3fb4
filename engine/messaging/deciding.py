"""Decisions from afar: codes bound to task, person, number and state of the data; kept as hashes, used once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from engine.kernel.clock import Clock
from engine.kernel.errors import TesseraError
from engine.messaging.answering import Reply, new_code
from engine.messaging.cards import Card, Desk
from engine.messaging.composing import Texts
from engine.messaging.linking import Linking
from engine.messaging.notice import Notice
from engine.messaging.phones import normal_phone
from engine.messaging.words import say
from engine.settings import Settings
from engine.storage import Session, Shelf, reply_rows
from engine.storage.message_rows import Person
from engine.storage.reply_rows import ReplyCode

LIVES = timedelta(days=7)
WRONG, WITHIN, CLOSED = 5, timedelta(minutes=15), timedelta(hours=1)
_log = structlog.get_logger("messages")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent an answer, from which address."""

    person: Person
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an answer, and what is answered; an empty reply: nothing is."""

    outcome: str
    reply: str = ""


class Deciding:
    """Makes codes and takes answers."""

    def __init__(self, shelf: Shelf, settings: Settings, clock: Clock) -> None:
        self._shelf = shelf
        self._settings = settings
        self._clock = clock
        self.links = Linking(shelf, settings, clock)
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk | None:
        """Return the approvals, once they are there."""
        return self._desk

    @desk.setter
    def desk(self, desk: Desk | None) -> None:
        self._desk = self.links.desk = desk

    # -- codes on the way out --------------------------------------------------------------------------------------

    def added(self, session: Session, person: Person, notice: Notice, channel: str, texts: Texts) -> Texts:
        """Return the text of a short message about a task with its code, of a mail with its link, where it can be
        decided so."""
        if channel not in ("sms", "email") or self.desk is None or notice.task is None:
            return texts
        card = self.desk.card(session.tenant, notice.task, person.id)
        if channel == "email":
            return texts if card is None else self.links.added(session, person, card, texts)
        address = normal_phone(person.phone, self._settings)
        language = person.language or self._settings.language
        if card is None or card.closed or not address:
            return texts
        # what the author of the step wrote for short messages takes the place of the general sentence
        said = texts.body if card.summary == card.title else card.summary
        if card.why_not:
            return replace(texts, body=f"{said} {say('decide_on_web', language)}".strip())
        code = self._issue(session, person.id, address, card)
        return replace(texts, body=f"{said} {say('how_to_answer', language, code=code)}".strip())

    def decidable(self, session: Session, person: Person, notice: Notice) -> bool:
        """Tell whether a task is of a step that its author lets be decided by short message."""
        if self.desk is None or notice.task is None:
            return False
        card = self.desk.card(session.tenant, notice.task, person.id)
        return card is not None and not card.closed and card.why_not in ("", "web")

    def _issue(self, session: Session, user: str, address: str, card: Card) -> str:
        now = self._clock.now()
        reply_rows.void_codes(session, card.task, user, now, "sms")
        code = new_code()
        values = {
            "hash": self._hash(session.tenant, code),
            "way": "sms",
            "task": card.task,
            "user": user,
            "address": address,
            "material": card.material,
            "at": now,
            "expires_at": now + LIVES,
        }
        reply_rows.add_code(session, values)
        return code

    def _hash(self, tenant: str, code: str) -> str:
        # the tenant belongs to the hash: a code of one never resolves in another
        return hmac.new(self._settings.secret, f"reply {tenant} {code}".encode(), hashlib.sha256).hexdigest()

    # -- answers on the way in -------------------------------------------------------------------------------------

    def is_closed(self, session: Session, address: str) -> bool:
        """Tell whether too many wrong codes came from an address."""
        now = self._clock.now()
        times = reply_rows.wrong_codes(session, address, now - CLOSED - WITHIN)
        bursts = zip(times, times[WRONG - 1 :], strict=False)
        return any(last - first <= WITHIN and now - last < CLOSED for first, last in bursts)

    def has_open(self, tenant: str, user: str) -> bool:
        """Tell whether a person was sent a task that he can still decide by an answer."""
        return bool(self._decidable(tenant, user))

    def answer(self, tenant: str, sender: Sender, reply: Reply, key: str) -> Verdict:
        """Take an answer of a person whose number was recognised."""
        if self.desk is None:
            return Verdict("nothing_to_decide")
        if reply.verb in ("urge", "withdraw", "look"):
            return self._about(tenant, sender, reply, key)
        database = self._shelf.database(tenant)
        with database.reading() as session:
            closed = self.is_closed(session, sender.address)
        if closed:
            return Verdict("closed", say("sms_closed", sender.language))
        if reply.code:
            with database.reading() as session:
                found = reply_rows.find_code(session, self._hash(tenant, reply.code))
            if found is None or found.user != sender.person.id or found.address != sender.address:
                return self._wrong(tenant, sender)
            return self._decide(tenant, sender, replace(reply, code=""), found, key)
        open_codes = self._decidable(tenant, sender.person.id)
        if len(open_codes) == 1:
            return self._decide(tenant, sender, reply, open_codes[0][0], key)
        if not open_codes:
            return Verdict("nothing_to_decide")
        return Verdict("several", self._several(tenant, sender, [card for _, card in open_codes]))

    def _decidable(self, tenant: str, user: str) -> list[tuple[ReplyCode, Card]]:
        if self.desk is None:
            return []
        with self._shelf.database(tenant).reading() as session:
            codes = reply_rows.codes_of(session, user, self._clock.now())
        cards = [(code, self.desk.card(tenant, code.task, user)) for code in codes]
        return [(code, card) for code, card in cards if card is not None and not card.closed and not card.why_not]

    def _wrong(self, tenant: str, sender: Sender) -> Verdict:
        with self._shelf.database(tenant).writing() as session:
            reply_rows.note_wrong_code(session, sender.address, self._clock.now())
            closed = self.is_closed(session, sender.address)
        _log.warning("security_event", what="wrong_reply_code", tenant=tenant, user=sender.person.login)
        if closed:
            return Verdict("closed_now", say("sms_closed", sender.language))
        return Verdict("wrong_code", say("wrong_code", sender.language))

    def _decide(self, tenant: str, sender: Sender, reply: Reply, code: ReplyCode, key: str) -> Verdict:
        assert self.desk is not None
        language, now = sender.language, self._clock.now()
        card = self.desk.card(tenant, code.task, sender.person.id)
        if card is None:
            return Verdict("nothing_to_decide", say("task_gone", language))
        if card.closed or code.used_at is not None:
            return Verdict("late", say("too_late", language, number=card.number, closed=card.closed or "-"))
        if code.expires_at <= now:
            return Verdict("expired", say("code_expired", language))
        if card.why_not:
            return Verdict("on_web", say("decide_on_web_only", language, number=card.number))
        if reply.verb == "details":
            return Verdict("details", card.summary)
        if code.material != card.material:
            return self._anew(tenant, sender, code, card)
        if reply.verb in card.comment and not reply.rest.strip():
            return Verdict("comment_missing", say("comment_missing", language, number=card.number))
        told = {"comment": reply.rest, "channel": "sms", "key": key, "material": code.material}
        try:
            self.desk.decide(tenant, sender.person.id, code.task, reply.verb, told)
        except TesseraError as error:
            if error.code == "stale_subject":
                return self._anew(tenant, sender, code, card)
            return Verdict(error.code, error.message(language))
        with self._shelf.database(tenant).writing() as session:
            reply_rows.use_code(session, code.id, now)
        word = "approved" if reply.verb == "approve" else "rejected"
        return Verdict(word, say(word, language, number=card.number))

    def _anew(self, tenant: str, sender: Sender, code: ReplyCode, card: Card) -> Verdict:
        """Answer that the data changed, with a new summary and a new code."""
        with self._shelf.database(tenant).writing() as session:
            reply_rows.use_code(session, code.id, self._clock.now())
            fresh = self._issue(session, sender.person.id, sender.address, card)
        text = f"{say('changed', sender.language)} {card.summary} {say('how_to_answer', sender.language, code=fresh)}"
        return Verdict("changed", text)

    def _several(self, tenant: str, sender: Sender, cards: Sequence[Card]) -> str:
        with self._shelf.database(tenant).writing() as session:
            lines = [
                f"{card.number}: {self._issue(session, sender.person.id, sender.address, card)}" for card in cards[:5]
            ]
        return say("several", sender.language, list="; ".join(lines))

    def _about(self, tenant: str, sender: Sender, reply: Reply, key: str) -> Verdict:
        assert self.desk is not None
        try:
            return Verdict(reply.verb, self.desk.about(tenant, sender.person.id, reply.verb, reply.rest, key))
        except TesseraError as error:
            return Verdict(error.code, error.message(sender.language))
