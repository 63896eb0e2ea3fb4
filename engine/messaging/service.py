"""All of messaging, put together: what the relay hands over, what goes out, what people see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.kernel.clock import Clock
from engine.kernel.events import Event
from engine.kernel.names import RecordRef
from engine.messaging.calling import Answers
from engine.messaging.channels.chosen import channels_of
from engine.messaging.channels.smpp.channel import SmsSmpp
from engine.messaging.composing import Composer
from engine.messaging.deciding import Deciding
from engine.messaging.delivering import Deliverer
from engine.messaging.intake import Intake
from engine.messaging.mailbox import Mailbox
from engine.messaging.notice import Notice, notice_of
from engine.messaging.notifying import ActorOf, Notifier
from engine.messaging.ringing import Bell
from engine.messaging.templates import Templates
from engine.messaging.views import Sight, Views
from engine.messaging.webhooks import Webhooks
from engine.metamodel.model import TenantModel
from engine.outbound import Guard, Outbound
from engine.records import RecordService
from engine.settings import Settings
from engine.storage import Session, Shelf, message_rows


class Occasion(Protocol):
    """What the relay hands over of one event."""

    @property
    def tenant(self) -> str: ...
    @property
    def event(self) -> Event: ...
    @property
    def at(self) -> datetime: ...
    def once(self, session: Session, part: str = "") -> bool: ...
    def was_done(self, session: Session, part: str = "") -> bool: ...


@dataclass(frozen=True, slots=True)
class House:
    """What messaging needs of the house."""

    records: RecordService
    shelf: Shelf
    settings: Settings
    clock: Clock
    actor_of: ActorOf
    sight: Sight | None = None


class MessageService:
    """One for a process. ``listen`` begins to take what comes in by lines that this process keeps open."""

    def __init__(self, house: House) -> None:
        self._house = house
        guard = Guard(house.settings.outbound_allow)
        self.outbound = Outbound(guard)
        self.templates = Templates()
        views = Views(house.records, house.sight)
        self.notifier = Notifier(
            house.shelf, house.settings, house.clock, Composer(views, self.templates, house.settings), house.actor_of
        )
        self.bell = Bell(house.shelf)
        self.webhooks = Webhooks(house.shelf, guard)
        self.answers = Answers(house.shelf, house.clock)
        self.channels = channels_of(house.settings, house.shelf, self.outbound)
        self.deliverer = Deliverer(house.shelf, self.channels, house.clock)
        self.deciding = Deciding(house.shelf, house.settings, house.clock)
        self.notifier.codes = self.deciding
        self.intake = Intake(house.shelf, house.settings, house.clock, self.deciding)
        self.intake.alarm = self.tell_one

    # -- what the relay hands over ---------------------------------------------------------------------------------

    def wants_notice(self, _model: TenantModel, name: str) -> bool:
        """Tell whether an event is a notice."""
        return name == "!notify"

    def take_notice(self, occasion: Occasion) -> None:
        """Turn a notice into messages, once."""
        with self._house.shelf.database(occasion.tenant).reading() as session:
            if occasion.was_done(session):
                return
        event = occasion.event
        self.notifier.tell(occasion.tenant, notice_of(event.id, event.record, event.facts), occasion.once)

    def wants_call(self, _model: TenantModel, name: str) -> bool:
        """Tell whether an event is a declared call of another system."""
        return name == "!call"

    def call_out(self, session: Session, occasion: Occasion) -> None:
        """Write the delivery of a declared call; its connector is a webhook of that name."""
        event = occasion.event
        name = str(event.facts.get("connector", ""))
        told = Event(event.id, f"call.{name}", event.record, event.version, event.facts)
        self.webhooks.call(session, name, told, occasion.at)

    def wants_event(self, _model: TenantModel, name: str) -> bool:
        """Tell whether an event may be of interest outside: facts, and what is emitted."""
        return not name.startswith("!") or name == "!emit"

    def fan_out(self, session: Session, occasion: Occasion) -> None:
        """Write the deliveries of an event to the webhooks that want it."""
        event = occasion.event
        if event.name == "!emit":
            facts = event.facts
            event = Event(event.id, str(facts.get("event", "emitted")), event.record, event.version, facts)
        self.webhooks.fan_out(session, event, occasion.at)

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def alarm(self, tenant: str, key: str, text: dict[str, str], link: str = "/jobs") -> None:
        """Tell the administrators of a tenant of something that needs them."""
        with self._house.shelf.database(tenant).reading() as session:
            to = tuple(message_rows.administrators(session))
        if to:
            nowhere = RecordRef("", "")
            notice = Notice(key, nowhere, to, text=text, via=("inbox",), link=link, category="alarm", urgent=True)
            self.notifier.tell(tenant, notice)

    def tell_one(self, tenant: str, key: str, user: str, text: dict[str, str]) -> None:
        """Tell one person in his inbox of something about his own account."""
        notice = Notice(key, RecordRef("", ""), (user,), text=text, via=("inbox",), category="alarm", urgent=True)
        self.notifier.tell(tenant, notice)

    # -- the life of the process -----------------------------------------------------------------------------------

    def listen(self, heard: Callable[[str, str, str, str], None], receipted: Callable[[str, bool], None]) -> None:
        """Take what comes in by the lines that this process keeps open."""
        for channel in self.channels:
            if isinstance(channel, SmsSmpp):
                channel.heard, channel.receipted = heard, receipted
                channel.listen()

    def mailbox(self, tenants: Callable[[], Iterable[str]]) -> Mailbox:
        """Return the mailbox that mail comes in by."""
        house = self._house
        return Mailbox(house.settings.imap, house.settings.mail_addresses, self.intake, house.clock, tenants)

    def close(self) -> None:
        """Close channels and the child that renders."""
        self.deliverer.close()
        self.templates.close()
