"""What comes in by short message or mail: once each, from a known sender or not, an answer or a rule's message."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from engine.kernel.clock import Clock, today
from engine.kernel.errors import LimitExceeded, Malformed
from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.messaging.answering import Reply, parse_answer
from engine.messaging.deciding import Deciding, Sender, Verdict
from engine.messaging.patterns import fit
from engine.messaging.phones import normal_phone
from engine.messaging.templates import marked
from engine.messaging.words import say
from engine.metamodel.model import TenantModel
from engine.metamodel.model.automation import AutomationModel, OnEvent, OnMessage
from engine.settings import Settings
from engine.storage import Session, Shelf, append_events, delivery_rows, message_rows, reply_rows
from engine.storage.delivery_rows import NewDelivery
from engine.storage.message_rows import Person

LONGEST = 1_600
LONGEST_MAIL = 20_000
# what rules may listen to when a mail came in, or a short message of nobody that has an account
MAIL_EVENT, SMS_EVENT = "email_received", "sms_received"
PER_MINUTE = 10
# a message without a number of the gateway's is the same when its sender sent the same text within this time
_SAME = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
Alarm = Callable[[str, str, str, dict[str, str]], None]
_log = structlog.get_logger("messages")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that came in by a way that is trusted to say who sent it. ``external``: the gateway's number."""

    channel: str
    gateway: str
    sender: str
    text: str
    external: str = ""
    recipient: str = ""
    subject: str = ""


class Intake:
    """Takes messages in."""

    def __init__(self, shelf: Shelf, settings: Settings, clock: Clock, deciding: Deciding) -> None:
        self._shelf = shelf
        self._settings = settings
        self._clock = clock
        self._deciding = deciding
        # told when a person's way is closed: tenant, key, user, texts
        self.alarm: Alarm | None = None

    def take(self, tenant: str, incoming: Incoming) -> Verdict:
        """Take one message; a repetition has no effect and gets no second answer. Raises LimitExceeded, Malformed."""
        longest = LONGEST_MAIL if incoming.channel == "email" else LONGEST
        if len(incoming.text) > longest:
            raise LimitExceeded("sms_length", len(incoming.text), longest, 413)
        if not incoming.text.strip() or "\0" in incoming.text:
            raise Malformed("bad_inbound", why="it is empty")
        sender = self._address(incoming)
        if not sender:
            raise Malformed("bad_inbound", why="its sender has no address")
        database, catalog = self._shelf.current(tenant)
        with database.writing() as session:
            id, fresh = self._noted(session, incoming, sender)
        if not fresh:
            return Verdict("repeated")
        with database.reading() as session:
            people = self._people(session, incoming.channel, sender)
        verdict, event = self._judged(tenant, catalog.model, (incoming, sender, id), people)
        person = people[0] if len(people) == 1 else None
        with database.writing() as session:
            reply_rows.note_outcome(session, id, verdict.outcome, verdict.reply, person.id if person else None)
            if event is not None:
                append_events(session, [event], self._clock.now())
            if verdict.reply and incoming.channel == "sms":
                new = NewDelivery(f"reply:{id}", "sms", sender, self._clock.now(), body=verdict.reply)
                delivery_rows.add_delivery(session, new, self._clock.now())
        if verdict.outcome == "closed_now" and person is not None and self.alarm is not None:
            texts = {language: say("sms_closed", language) for language in ("zh", "en")}
            self.alarm(tenant, f"sms-closed:{id}", person.id, texts)
        return verdict

    def receipt(self, tenant: str, gateway: str, external: str, good: bool) -> bool:
        """Note what a gateway says of a message of ours; tell whether this tenant had sent it."""
        with self._shelf.database(tenant).writing() as session:
            return delivery_rows.note_receipt(session, gateway, external, good, self._clock.now()) is not None

    # --------------------------------------------------------------------------------------------------------------

    def _address(self, incoming: Incoming) -> str:
        if incoming.channel == "email":
            return incoming.sender.strip().lower() if "@" in incoming.sender else ""
        sender = incoming.sender.strip()
        # numbers of gateways often lack the + that makes them international
        for text in (sender, f"+{sender}") if sender.isdigit() else (sender,):
            if found := normal_phone(text, self._settings):
                return found
        return ""

    def _noted(self, session: Session, incoming: Incoming, sender: str) -> tuple[str, bool]:
        now = self._clock.now()
        if reply_rows.inbound_since(session, sender, now - timedelta(minutes=1)) >= PER_MINUTE:
            _log.warning("inbound_throttled", tenant=session.tenant, channel=incoming.channel)
            raise LimitExceeded("sms_rate", PER_MINUTE + 1, PER_MINUTE, 429)
        values = {
            "channel": incoming.channel,
            "gateway": incoming.gateway,
            "external": incoming.external or self._derived(session, incoming, sender, now),
            "sender": sender,
            "recipient": incoming.recipient[:200],
            "subject": incoming.subject[:400],
            "text": incoming.text,
            "at": now,
        }
        return reply_rows.note_inbound(session, values)

    def _derived(self, session: Session, incoming: Incoming, sender: str, now: datetime) -> str:
        whole = f"{sender}\n{incoming.recipient}\n{incoming.subject}\n{incoming.text}"
        digest = hashlib.sha256(whole.encode()).hexdigest()
        slot = int(now.timestamp() // _SAME.total_seconds())
        earlier = f"d:{digest}:{slot - 1}"
        if reply_rows.knows_inbound(session, incoming.channel, incoming.gateway, earlier, now - _SAME):
            return earlier
        return f"d:{digest}:{slot}"

    def _people(self, session: Session, channel: str, sender: str) -> list[Person]:
        if channel == "email":
            return message_rows.people_with_email(session, sender)
        known = message_rows.people_with_phones(session)
        return [person for person in known if normal_phone(person.phone, self._settings) == sender]

    def _judged(
        self, tenant: str, model: TenantModel, what: tuple[Incoming, str, str], people: list[Person]
    ) -> tuple[Verdict, Event | None]:
        incoming, sender, id = what
        if incoming.channel == "email":
            return Verdict("event"), _event(MAIL_EVENT, incoming, sender, id, people)
        reply = parse_answer(incoming.text) if incoming.channel == "sms" else None
        person = people[0] if len(people) == 1 else None
        language = (person.language if person else "") or self._settings.language
        if (
            reply is not None
            and (verdict := self._as_answer(tenant, reply, (sender, person, language), id)) is not None
        ):
            return verdict, None
        found = self._fitting(model, incoming)
        if found is not None:
            rule, args = found
            facts = {
                "automation": rule.name,
                "text": incoming.text,
                "args": marked_plain(args),
                "from": sender,
                "user": person.id if person else None,
                "channel": incoming.channel,
                "subject": incoming.subject,
            }
            event = Event(new_record_id(), f"{incoming.channel}.received", RecordRef("inbound", id), 0, facts)
            return Verdict(f"rule:{rule.name}"[:60]), event
        if person is None and _is_heard(model, SMS_EVENT):
            # somebody from outside: a rule looks who he is, and no machine answers him
            return Verdict("event"), _event(SMS_EVENT, incoming, sender, id, people)
        return self._not_understood(tenant, model, (sender, language), incoming), None

    def _as_answer(self, tenant: str, reply: Reply, who: tuple[str, Person | None, str], id: str) -> Verdict | None:
        sender, person, language = who
        if person is None:
            if reply.code:
                _log.warning("security_event", what="reply_from_unknown_number", tenant=tenant)
                return Verdict("wrong_sender")
            return None
        verdict = self._deciding.answer(tenant, Sender(person, sender, language), reply, f"sms:{id}")
        if verdict.outcome == "nothing_to_decide" and not verdict.reply:
            return None
        if verdict.outcome == "wrong_code" and not self._deciding.has_open(tenant, person.id):
            # whoever has nothing to decide and sends a code, guesses: he is told nothing
            return Verdict("wrong_sender")
        return verdict

    def _fitting(self, model: TenantModel, incoming: Incoming) -> tuple[AutomationModel, dict[str, object]] | None:
        day = today(self._clock, ZoneInfo(self._settings.zone))
        for rule in _rules(model):
            assert isinstance(rule.on, OnMessage)
            args = fit(rule.on.parts, incoming.text, day)
            if args is not None:
                return rule, dict(args)
        return None

    def _not_understood(self, tenant: str, model: TenantModel, who: tuple[str, str], incoming: Incoming) -> Verdict:
        sender, language = who
        with self._shelf.database(tenant).reading() as session:
            # two machines that explain themselves to each other would never end
            told = delivery_rows.replied_since(session, sender, self._clock.now() - _HOUR)
        forms = [rule.on.pattern for rule in _rules(model) if isinstance(rule.on, OnMessage)]
        listed = "; ".join([say("answer_form", language), *forms[:6]])
        return Verdict("unknown", "" if told >= 3 else say("forms", language, list=listed))


def _event(name: str, incoming: Incoming, sender: str, id: str, people: list[Person]) -> Event:
    """Return the event of something that came in. Whose address stands in it may be anybody's: rules act as the
    engine.
    """
    data = {
        "sender": sender,
        "recipient": incoming.recipient,
        "subject": incoming.subject,
        "text": incoming.text,
        "user": people[0].id if len(people) == 1 else None,
        "message": id,
    }
    facts = {"event": name, "data": data, "actor": "system", "chain": ["", 0]}
    return Event(new_record_id(), "!emit", RecordRef("", ""), 0, facts)


def marked_plain(args: dict[str, object]) -> dict[str, object]:
    """Return the values of places as JSON: numbers and dates as texts that FEEL reads."""
    plain = {}
    for name, value in args.items():
        made = marked(value)
        plain[name] = next(iter(made.values())) if isinstance(made, dict) else made
    return plain


def _is_heard(model: TenantModel, event: str) -> bool:
    rules = model.automations.values()
    return any(isinstance(rule.on, OnEvent) and rule.on.event == event and rule.enabled for rule in rules)


def _rules(model: TenantModel) -> list[AutomationModel]:
    rules = [rule for rule in model.automations.values() if isinstance(rule.on, OnMessage) and rule.enabled]
    return sorted(rules, key=lambda rule: (rule.order, rule.name))
