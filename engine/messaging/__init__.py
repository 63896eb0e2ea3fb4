"""Telling people: messages on record, by bell, mail, short message and webhook; and what comes back."""

from engine.messaging import codes as codes
from engine.messaging.cards import Card, Desk
from engine.messaging.channels.sms_http import twilio_signature
from engine.messaging.channels.webhook import is_signed
from engine.messaging.intake import Incoming
from engine.messaging.notice import Contact, Notice, notice_of
from engine.messaging.ringing import Bell
from engine.messaging.service import MessageService
from engine.messaging.webhooks import NewWebhook, Webhooks

__all__ = [
    "Bell",
    "Card",
    "Contact",
    "Desk",
    "Incoming",
    "MessageService",
    "NewWebhook",
    "Notice",
    "Webhooks",
    "is_signed",
    "notice_of",
    "twilio_signature",
]
