"""Long texts as short messages: which alphabet, how many parts, and the header that joins them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messaging.channels.smpp.pdus import GSM

_OCTETS = {sign: octet for octet, sign in enumerate(GSM) if sign != "\x1b"}
_GSM_WHOLE, _GSM_PART = 160, 153
_UCS_WHOLE, _UCS_PART = 140, 134  # octets
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One short message. ``coding``: 0 for the default alphabet, 8 for UCS-2."""

    octets: bytes
    coding: int
    concatenated: bool


def parts_of(text: str, reference: int) -> list[Part]:
    """Return the parts of a text; a text that is longer than ten parts is cut."""
    if all(sign in _OCTETS for sign in text):
        octets, coding, whole, piece = bytes(_OCTETS[sign] for sign in text), 0, _GSM_WHOLE, _GSM_PART
    else:
        octets, coding, whole, piece = text.encode("utf-16-be"), 8, _UCS_WHOLE, _UCS_PART
    if len(octets) <= whole:
        return [Part(octets, coding, False)]
    pieces = _cut(octets, piece, coding)[:MOST_PARTS]
    return [
        Part(bytes((5, 0, 3, reference % 256, len(pieces), number)) + held, coding, True)
        for number, held in enumerate(pieces, 1)
    ]


def _cut(octets: bytes, piece: int, coding: int) -> list[bytes]:
    pieces = []
    while octets:
        size = piece
        # a sign of two units stays whole: 0xD8 to 0xDB begin one
        if coding == 8 and len(octets) > size and 0xD8 <= octets[size - 2] <= 0xDB:
            size -= 2
        pieces.append(octets[:size])
        octets = octets[size:]
    return pieces
