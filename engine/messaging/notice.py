"""A notice: what the outbox says of people to be told, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.names import RecordRef

CHANNELS = ("inbox", "email", "sms")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody without an account: what is known of him."""

    email: str = ""
    phone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Who is to be told what. ``text``: by language, its places still open; ``message``: a template of the model."""

    key: str
    record: RecordRef
    to: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    message: str | None = None
    text: Mapping[str, str] = field(default_factory=dict)
    subject: Mapping[str, str] = field(default_factory=dict)
    via: tuple[str, ...] = ()
    link: str = ""
    category: str = "notice"
    task: str | None = None
    urgent: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def notice_of(key: str, record: RecordRef, facts: Mapping[str, Any]) -> Notice:
    """Return the notice that a row of the outbox tells of."""
    return Notice(
        key=key,
        record=record,
        to=tuple(str(user) for user in facts.get("to") or ()),
        contacts=tuple(_contact(contact) for contact in facts.get("contacts") or ()),
        message=facts.get("message") or None,
        text=_texts(facts.get("text")),
        subject=_texts(facts.get("subject")),
        via=tuple(way for way in facts.get("via") or () if way in CHANNELS),
        link=str(facts.get("link") or ""),
        category=str(facts.get("kind") or facts.get("category") or "notice")[:60],
        task=facts.get("task") or None,
        urgent=facts.get("urgent") is True,
        facts=facts.get("facts") or {},
    )


def _texts(value: Any) -> Mapping[str, str]:
    if isinstance(value, str):
        return {"zh": value, "en": value} if value else {}
    return {str(language): str(text) for language, text in (value or {}).items() if text}


def _contact(value: Any) -> Contact:
    if isinstance(value, str):
        return Contact(email=value) if "@" in value else Contact(phone=value)
    return Contact(str(value.get("email") or ""), str(value.get("phone") or ""), str(value.get("language") or ""))
