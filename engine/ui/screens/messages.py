"""Messages and their settings, as they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.messaging.ringing import Taste
from engine.storage.message_rows import Message
from engine.ui.desk import Desk

# words of a category of the engine's own; a pack's category is its own word
_KNOWN = ("task", "reminder", "urge", "escalation", "outcome", "notice", "alarm", "general")
_ICONS = {"task": "inbox", "reminder": "clock", "urge": "clock-exclamation", "alarm": "alert-triangle"}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in the list."""

    id: str
    icon: str
    category: str
    subject: str
    body: str
    when: str
    unread: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class MessageList:
    """A page of messages; ``after`` is the address of the next page."""

    rows: tuple[MessageRow, ...]
    unread: bool
    after: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a drop-down list."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TasteRow:
    """What is wanted of one category, by channel."""

    category: str
    title: str
    email: tuple[Choice, ...]
    sms: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TasteScreen:
    """What a person wants to hear and when."""

    rows: tuple[TasteRow, ...]
    quiet_from: str
    quiet_to: str
    zone: str
    digest_at: str
    errors: Mapping[str, str]


def build_list(desk: Desk, found: Sequence[Message], size: int, *, unread: bool) -> MessageList:
    """Return a page of messages."""
    shown = found[:size]
    rows = tuple(
        MessageRow(
            one.id,
            _ICONS.get(one.category, "bell"),
            title_of(desk, one.category),
            one.subject,
            one.body if one.body != one.subject else "",
            desk.dates.instant_or_word(one.at),
            one.read_at is None,
            bool(one.link),
        )
        for one in shown
    )
    more = f"/messages?before={shown[-1].id}{'&show=unread' if unread else ''}" if len(found) > size else ""
    return MessageList(rows, unread, more)


def build_taste(
    desk: Desk, taste: Taste, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> TasteScreen:
    """Return what a person wants to hear; ``typed`` is what he entered and could not be kept."""
    rows = tuple(
        TasteRow(
            category,
            title_of(desk, category),
            _choices(desk, taste.wishes.get((category, "email"), ""), ("", "on", "digest", "off")),
            _choices(desk, taste.wishes.get((category, "sms"), ""), ("", "on", "off")),
        )
        for category in taste.categories
    )
    habit = typed or {name: getattr(taste.habit, name) for name in ("quiet_from", "quiet_to", "zone", "digest_at")}
    return TasteScreen(rows, habit["quiet_from"], habit["quiet_to"], habit["zone"], habit["digest_at"], errors or {})


def title_of(desk: Desk, category: str) -> str:
    """Return a category in words."""
    return desk.say(f"messages.of.{category}") if category in _KNOWN else category


def _choices(desk: Desk, chosen: str, values: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, desk.say(f"messages.wish.{value or 'default'}"), value == chosen) for value in values)
