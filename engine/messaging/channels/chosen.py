"""Which channels this process has, by its settings."""

from __future__ import annotations

from engine.messaging.channels.base import Channel
from engine.messaging.channels.email import Email
from engine.messaging.channels.smpp.channel import SmsSmpp, account_of
from engine.messaging.channels.sms_file import SmsFile
from engine.messaging.channels.sms_http import SmsHttp
from engine.messaging.channels.webhook import WebhookChannel
from engine.outbound import Outbound
from engine.settings import Settings
from engine.storage import Shelf


def channels_of(settings: Settings, shelf: Shelf, outbound: Outbound) -> list[Channel]:
    """Return the channels; a delivery by one that is not there waits until it is."""
    found: list[Channel] = [WebhookChannel(shelf, outbound)]
    if settings.smtp:
        sender = settings.mail_from or "tessera@localhost"
        found.append(Email(settings.smtp, sender))
    if settings.sms.startswith("file:"):
        found.append(SmsFile(settings.sms))
    elif settings.sms.startswith("twilio+"):
        found.append(SmsHttp(settings.sms, outbound))
    elif settings.sms:
        found.append(SmsSmpp(account_of(settings.sms)))
    return found
