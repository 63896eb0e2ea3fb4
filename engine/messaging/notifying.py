"""Notices become messages on record, each with its deliveries: once per event and person, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.kernel.clock import Clock
from engine.kernel.context import SYSTEM, Actor, Context
from engine.messaging.composing import Composed, Composer, Texts
from engine.messaging.notice import Contact, Notice
from engine.messaging.phones import normal_phone
from engine.messaging.timing import after_quiet, next_digest
from engine.settings import Settings
from engine.storage import Session, Shelf, delivery_rows, message_rows
from engine.storage.delivery_rows import NewDelivery
from engine.storage.message_rows import Habit, Person

ActorOf = Callable[[str, str], Actor | None]
_HOUR = timedelta(hours=1)
# what people get by mail unless they say otherwise; the inbox gets everything
_MAILED = ("task", "reminder", "urge", "escalation", "outcome")


class Codes(Protocol):
    """Adds to a message about a task how it can be decided from afar."""

    def added(self, session: Session, person: Person, notice: Notice, channel: str, texts: Texts) -> Texts: ...
    def decidable(self, session: Session, person: Person, notice: Notice) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Told:
    person: Person | None
    contact: Contact | None
    composed: Composed
    language: str


class Notifier:
    """Turns a notice into rows. ``once`` is asked in the transaction of the rows."""

    def __init__(self, shelf: Shelf, settings: Settings, clock: Clock, composer: Composer, actor_of: ActorOf) -> None:
        self._shelf = shelf
        self._settings = settings
        self._clock = clock
        self._composer = composer
        self._actor_of = actor_of
        self._zone = ZoneInfo(settings.zone)
        self.codes: Codes | None = None

    def tell(self, tenant: str, notice: Notice, once: Callable[[Session], bool] = lambda _: True) -> int:
        """Write the messages of a notice; return how many. Nobody who lacks the right gets content of the record."""
        database, catalog = self._shelf.current(tenant)
        with database.reading() as session:
            people = message_rows.read_people(session, notice.to)
        ctx = Context(tenant, SYSTEM, self._settings.language, self._zone, self._clock, "message")
        told = []
        for person in people:
            actor = self._actor_of(tenant, person.id) if person.active else None
            if actor is not None:
                language = person.language or self._settings.language
                own = replace(ctx, actor=actor, language=language)
                told.append(_Told(person, None, self._composer.compose(own, catalog.model, notice), language))
        for contact in notice.contacts:
            # somebody outside sees what the author wrote for him: the author answers for it, as with a printed letter
            own = replace(ctx, language=contact.language or self._settings.language)
            told.append(_Told(None, contact, self._composer.compose(own, catalog.model, notice), own.language))
        with database.writing() as session:
            if not once(session):
                return 0
            return sum(self._write(session, notice, one) for one in told)

    def _write(self, session: Session, notice: Notice, told: _Told) -> bool:
        now = self._clock.now()
        composed = told.composed
        inbox = composed.by("inbox")
        who = told.person.id if told.person else f"{told.contact.email if told.contact else ''}"
        who = who or (told.contact.phone if told.contact else "")
        values: dict[str, Any] = {
            "key": f"{notice.key}:{who}"[:200],
            "at": now,
            "user": told.person.id if told.person else None,
            "category": composed.category,
            "urgent": composed.urgent,
            "subject": inbox.subject,
            "body": inbox.body,
            "language": told.language,
            "object": notice.record.object if composed.open else "",
            "record": notice.record.id if composed.open else "",
            "task": notice.task,
            "link": notice.link if composed.open else "",
            "in_bell": told.person is not None,
        }
        ways = self._ways(session, notice, told, now)
        id = message_rows.add_message(session, values)
        if id is None:
            return False
        for new in ways:
            delivery_rows.add_delivery(session, replace(new, key=f"{id}:{new.channel}", message=id), now)
        return True

    def _ways(self, session: Session, notice: Notice, told: _Told, now: datetime) -> list[NewDelivery]:
        if told.contact is not None:
            return self._to_contact(notice, told.contact, told.composed, now)
        person = told.person
        assert person is not None
        wishes = message_rows.read_wishes(session, person.id)
        habit = message_rows.read_habit(session, person.id)
        found = [NewDelivery("", "inbox", person.id, now, state="delivered")]
        quietly = (
            notice.task is not None
            and told.composed.category in message_rows.REMINDERS
            and message_rows.reminded_since(session, person.id, notice.task, now - _HOUR)
        )
        for channel, address in (("email", person.email), ("sms", normal_phone(person.phone, self._settings))):
            wish = _wish(wishes, told.composed, notice, channel)
            if wish == "unsaid":
                wish = "on" if self._asks_by_sms(session, person, notice) else "off"
            if wish == "off" or not address or quietly:
                continue
            texts = told.composed.by(channel)
            if self.codes is not None and notice.task is not None:
                texts = self.codes.added(session, person, notice, channel, texts)
            found.append(self._delivery(channel, address, texts, wish == "digest", (told.composed, habit, now)))
        return found

    def _asks_by_sms(self, session: Session, person: Person, notice: Notice) -> bool:
        """Tell whether a task is of those that are decided by short message unless their person wishes otherwise."""
        return self.codes is not None and notice.category == "task" and self.codes.decidable(session, person, notice)

    def _delivery(
        self, channel: str, address: str, texts: Texts, digest: bool, about: tuple[Composed, Habit, datetime]
    ) -> NewDelivery:
        composed, habit, now = about
        due = now if composed.urgent else after_quiet(habit, now, self._zone)
        if digest and not composed.urgent:
            return NewDelivery(
                "", channel, address, next_digest(habit, now, self._zone), None, texts.subject, texts.body, digest=True
            )
        return NewDelivery("", channel, address, due, None, texts.subject, texts.body, texts.html)

    def _to_contact(self, notice: Notice, contact: Contact, composed: Composed, now: datetime) -> list[NewDelivery]:
        wanted = notice.via or ("email", "sms")
        ways: Sequence[tuple[str, str]] = (
            ("email", contact.email),
            ("sms", normal_phone(contact.phone, self._settings)),
        )
        found = []
        for channel, address in ways:
            if address and channel in wanted:
                texts = composed.by(channel)
                found.append(NewDelivery("", channel, address, now, None, texts.subject, texts.body, texts.html))
        return found


def _wish(wishes: Mapping[tuple[str, str], str], composed: Composed, notice: Notice, channel: str) -> str:
    own = wishes.get((composed.category, channel)) or wishes.get(("*", channel))
    if notice.via:
        # the author names the ways; a person may still switch one off or gather it, but for what is urgent
        if channel not in notice.via:
            return "off"
        return "on" if composed.urgent or own is None else own
    if own is not None:
        return own
    if channel == "sms":
        return "unsaid"
    return "on" if composed.category in _MAILED else "off"
