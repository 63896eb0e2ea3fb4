"""The bell: what a person was told inside the platform, read and unread, and what he wants to hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Rejected
from engine.messaging.timing import time_of
from engine.storage import Shelf, message_rows
from engine.storage.message_rows import Habit, Message

WISHES = ("on", "off", "digest")
OWN_CATEGORIES = ("task", "reminder", "urge", "escalation", "outcome", "notice", "alarm")
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Taste:
    """What a person wants: by category and channel, and when he wants to be left alone."""

    wishes: Mapping[tuple[str, str], str]
    habit: Habit
    categories: tuple[str, ...]


class Bell:
    """Verbs about the caller's own messages; nobody sees another's."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def messages(self, ctx: Context, *, unread: bool = False, before: str = "", limit: int = 20) -> Sequence[Message]:
        """Return the caller's messages, the newest first."""
        with self._shelf.database(ctx.tenant).reading() as session:
            return message_rows.read_bell(session, ctx.actor.user, unread=unread, before=before, limit=limit)

    def unread(self, ctx: Context) -> int:
        """Return how many he has not read, at most a hundred."""
        with self._shelf.database(ctx.tenant).reading() as session:
            return message_rows.count_unread(session, ctx.actor.user, MOST_COUNTED)

    def message(self, ctx: Context, id: str) -> Message:
        """Return one of his messages."""
        with self._shelf.database(ctx.tenant).reading() as session:
            found = message_rows.read_message(session, id)
        if found is None or found.user != ctx.actor.user:
            raise Missing("no_such_message")
        return found

    def read(self, ctx: Context, ids: Sequence[str] | None) -> int:
        """Mark messages as read, all of them for None; return how many were unread."""
        with self._shelf.database(ctx.tenant).writing() as session:
            return message_rows.mark_read(session, ctx.actor.user, ids, ctx.now())

    def unread_again(self, ctx: Context, id: str) -> None:
        """Mark a message as unread."""
        self.message(ctx, id)
        with self._shelf.database(ctx.tenant).writing() as session:
            message_rows.mark_unread(session, ctx.actor.user, id)

    def taste(self, ctx: Context) -> Taste:
        """Return what the caller wants to hear, and the categories there are."""
        database, catalog = self._shelf.current(ctx.tenant)
        declared = [message.category for message in catalog.model.messages.values()]
        with database.reading() as session:
            known = dict.fromkeys([*OWN_CATEGORIES, *declared])
            wishes = message_rows.read_wishes(session, ctx.actor.user)
            return Taste(wishes, message_rows.read_habit(session, ctx.actor.user), tuple(known))

    def set_taste(self, ctx: Context, wishes: Mapping[tuple[str, str], str], habit: Mapping[str, Any]) -> None:
        """Keep what the caller wants; raises Rejected with everything that is wrong."""
        wrong = [
            Complaint(f"{category}.{channel}", "bad_wish", {"value": wish, "allowed": ", ".join(WISHES)})
            for (category, channel), wish in wishes.items()
            if wish not in WISHES or channel not in ("email", "sms") or (channel == "sms" and wish == "digest")
        ]
        made = Habit(**{name: str(habit.get(name) or "") for name in Habit.__dataclass_fields__})
        for name in ("quiet_from", "quiet_to", "digest_at"):
            value = getattr(made, name)
            if value and time_of(value) is None:
                wrong.append(Complaint(name, "bad_time_of_day", {"value": value}))
        if made.zone and not _is_zone(made.zone):
            wrong.append(Complaint("zone", "bad_zone", {"value": made.zone}))
        if wrong:
            raise Rejected("invalid", wrong, count=len(wrong))
        with self._shelf.database(ctx.tenant).writing() as session:
            for (category, channel), wish in wishes.items():
                message_rows.save_wish(session, ctx.actor.user, category[:60], channel, wish)
            message_rows.save_habit(session, ctx.actor.user, made)


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        return False
    return True
