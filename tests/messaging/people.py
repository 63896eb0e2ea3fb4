"""Who is told, by what: a tenant's messaging with its relay, and people with addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from engine.attachments import AttachmentService
from engine.background import Parts, work_of
from engine.jobs import Background
from engine.kernel.context import Context
from engine.kernel.names import RecordRef
from engine.messaging import MessageService
from engine.messaging.service import House
from engine.rights import RightsService
from engine.settings import Settings
from engine.storage import append_outward, delivery_rows
from engine.storage.delivery_rows import Delivery
from engine.storage.system import USER
from tests.support.branch import TENANT, Branch


@dataclass
class Post:
    """Messaging over a branch."""

    branch: Branch
    messages: MessageService
    background: Background

    def person(self, login: str, *roles: str, **more: Any) -> Context:
        """Make a user with roles and addresses."""
        phone, email = more.pop("phone", None), more.pop("email", None)
        ctx = self.branch.add_person(login, *roles, **more)
        with self.branch.shelf.database(TENANT).writing() as session:
            mine = update(USER).where(USER.c.id == ctx.actor.user)
            administrator = ctx.actor.administrator
            session.execute(mine.values(phone=phone, email=email, language="zh", administrator=administrator))
        return ctx

    def notify(self, key: str, to: Sequence[Context], text: str = "您好", **facts: Any) -> None:
        """Leave a notice in the outbox, as a process does, and let it be handled."""
        record = facts.pop("record", RecordRef("", ""))
        told = {"to": [ctx.actor.user for ctx in to], "text": {"zh": text}, **facts}
        with self.branch.shelf.database(TENANT).writing() as session:
            append_outward(session, "notify", key, record, told, self.branch.clock.now())
        self.settle()

    def settle(self) -> None:
        """Do all that is due."""
        self.background.settle(TENANT)

    def deliveries(self, channel: str = "") -> list[Delivery]:
        """Return deliveries, the oldest first."""
        with self.branch.shelf.database(TENANT).reading() as session:
            found = delivery_rows.read_deliveries(session, limit=200)
        return [one for one in reversed(found) if not channel or one.channel == channel]

    def close(self) -> None:
        """Close the channels."""
        self.messages.close()


def open_post(branch: Branch, settings: Settings) -> Post:
    """Return messaging over a branch with the channels that settings name."""
    house = House(branch.records, branch.shelf, settings, branch.clock, lambda _, user: branch.people.get(user))
    messages = MessageService(house)
    attachments = AttachmentService(branch.records, settings)
    rights = RightsService(branch.records)
    parts = Parts(
        branch.shelf, branch.clock, branch.transfer, messages, attachments, rights, trail_months=settings.trail_months
    )
    background = Background(branch.shelf, settings, branch.clock, lambda: [TENANT], work_of(parts))
    branch.records.tell(background.relay.hears)
    return Post(branch, messages, background)
