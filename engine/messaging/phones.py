"""Numbers of phones, written in one way."""

from __future__ import annotations

import phonenumbers

from engine.settings import Settings


def normal_phone(text: str | None, settings: Settings) -> str:
    """Return a number as ``+8613800000000``, or an empty text for what is none, or leads to a switchboard: behind an
    extension nobody reads messages, and whoever sends from its number is not the one who has the extension.
    """
    if not text or any(sign.isalpha() or sign == "#" for sign in text):
        return ""
    try:
        found = phonenumbers.parse(text, settings.phone_region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(found):
        return ""
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))
