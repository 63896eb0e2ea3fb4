"""The units of SMPP 3.4 that an ESME needs, written and read; numbers of clauses are those of the specification."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

BIND_TRANSCEIVER, UNBIND = 0x09, 0x06
SUBMIT_SM, DELIVER_SM, ENQUIRE_LINK = 0x04, 0x05, 0x15
GENERIC_NACK = 0x80000000
RESPONSE = 0x80000000
LARGEST = 64 * 1024
# 5.1.3: what may work later
TRANSIENT = frozenset({0x08, 0x14, 0x58, 0x64, 0xFE})
_HEADER = struct.Struct(">IIII")
_RECEIPTED, _STATE, _PAYLOAD = 0x001E, 0x0427, 0x0424
_CONCATENATED = 0x40


class BadPdu(Exception):
    """The other side speaks no SMPP."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """A unit as it travels."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def written(self) -> bytes:
        """Return its octets."""
        return _HEADER.pack(16 + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Short:
    """A short message or a receipt as it comes in."""

    sender: str
    recipient: str
    text: str
    esm_class: int
    options: Mapping[int, bytes] = field(default_factory=dict)
    part: tuple[int, int, int] | None = None

    @property
    def is_receipt(self) -> bool:
        """Tell whether it says what became of a message of ours (5.2.12)."""
        return self.esm_class & 0x3C == 0x04

    def receipt(self) -> tuple[str, str]:
        """Return the message's number and its state, by the options or by the text of appendix B."""
        words = dict(part.partition(":")[::2] for part in self.text.split() if ":" in part)
        number = self.options.get(_RECEIPTED, b"").rstrip(b"\0").decode("ascii", "replace") or words.get("id", "")
        state = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
        code = self.options.get(_STATE, b"")
        return number, state.get(code[0], "") if code else words.get("stat", "")


def read_header(octets: bytes) -> tuple[int, int, int, int]:
    """Return length, command, status and sequence."""
    length, command, status, sequence = _HEADER.unpack(octets)
    if not 16 <= length <= LARGEST:
        raise BadPdu(f"a unit of {length} octets")
    return length, command, status, sequence


def bind_body(system: str, password: str, kind: str = "") -> bytes:
    """Return the body of bind_transceiver (4.1.5)."""
    return _text(system) + _text(password) + _text(kind) + bytes([0x34, 0, 0]) + _text("")


def submit_body(source: str, target: str, octets: bytes, coding: int, *, concatenated: bool) -> bytes:
    """Return the body of submit_sm (4.4.1), with a receipt asked for."""
    digits = target.removeprefix("+")
    return b"".join(
        (
            _text(""),
            bytes(_kind_of(source)) + _text(source.removeprefix("+")),
            bytes((1, 1)) + _text(digits),
            bytes((_CONCATENATED if concatenated else 0, 0, 0)),
            _text("") + _text(""),
            bytes((1, 0, coding, 0, len(octets))),
            octets,
        )
    )


def read_short(body: bytes) -> Short:
    """Return what deliver_sm brings (4.6.1)."""
    at = _Reader(body)
    at.text()
    at.take(2)
    sender = at.text()
    at.take(2)
    recipient = at.text()
    esm_class, _, _ = at.take(3)
    at.text()
    at.text()
    _, _, coding, _, length = at.take(5)
    octets = bytes(at.take(length))
    options = at.options()
    octets = options.get(_PAYLOAD, octets)
    part = None
    if esm_class & _CONCATENATED and octets:
        head, octets = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
        part = _part(head)
    return Short(sender, recipient, _decoded(octets, coding), esm_class, options, part)


def read_number(body: bytes) -> str:
    """Return the message's number of submit_sm_resp."""
    return body.partition(b"\0")[0].decode("ascii", "replace")


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise BadPdu("a unit breaks off")
        self._at += count
        return taken

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise BadPdu("a text has no end")
        taken = self._body[self._at : end]
        self._at = end + 1
        return taken.decode("ascii", "replace")

    def options(self) -> dict[int, bytes]:
        found = {}
        while self._at + 4 <= len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found


def _text(value: str) -> bytes:
    return value.encode("ascii", "replace").replace(b"\0", b"") + b"\0"


def _kind_of(source: str) -> tuple[int, int]:
    # 5.2.5: words are alphanumeric senders, + begins an international number, the rest are short codes
    if not source.removeprefix("+").isdigit():
        return 5, 0
    return (1, 1) if source.startswith("+") else (3, 0)


def _decoded(octets: bytes, coding: int) -> str:
    if coding == 8:
        return octets.decode("utf-16-be", "replace")
    if coding == 3:
        return octets.decode("latin-1")
    return "".join(GSM[octet] if octet < len(GSM) else "?" for octet in octets)


def _part(head: bytes) -> tuple[int, int, int] | None:
    at = 0
    while at + 2 <= len(head):
        kind, length = head[at], head[at + 1]
        held = head[at + 2 : at + 2 + length]
        if kind == 0 and len(held) == 3:
            return held[0], held[1], held[2]
        if kind == 8 and len(held) == 4:
            return held[0] * 256 + held[1], held[2], held[3]
        at += 2 + length
    return None


# GSM 03.38, the default alphabet; an octet each
GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
