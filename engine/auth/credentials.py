"""Secrets that people or programs carry: how they are made, written, hashed and compared."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as random
from dataclasses import dataclass

_TOKEN = re.compile(r"^tsr_([a-z][a-z0-9_]{0,47})_([0-9a-f]{16})_([A-Za-z0-9-]{43})$")
_COOKIE = re.compile(r"^([a-z][a-z0-9_]{0,47})\.([A-Za-z0-9_-]{43})$")


@dataclass(frozen=True, slots=True)
class TokenText:
    """The parts of an API token as its bearer carries it."""

    tenant: str
    id: str
    secret: str

    def __str__(self) -> str:
        return f"tsr_{self.tenant}_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"TokenText({self.tenant!r}, {self.id!r})"


@dataclass(frozen=True, slots=True)
class SessionText:
    """The parts of a session cookie: which tenant, and an opaque id of 256 bits."""

    tenant: str
    secret: str

    def __str__(self) -> str:
        return f"{self.tenant}.{self.secret}"

    def __repr__(self) -> str:
        return f"SessionText({self.tenant!r})"


def new_token(tenant: str) -> TokenText:
    """Return a new API token of 256 bits."""
    return TokenText(tenant, random.token_hex(8), _url_safe().replace("_", "-"))


def read_token(text: str) -> TokenText | None:
    """Return the parts of a token, or None when the text is none."""
    found = _TOKEN.match(text)
    return TokenText(*found.groups()) if found else None


def new_session(tenant: str) -> SessionText:
    """Return a new session id."""
    return SessionText(tenant, _url_safe())


def read_session(text: str) -> SessionText | None:
    """Return the parts of a session cookie, or None when the text is none."""
    found = _COOKIE.match(text)
    return SessionText(*found.groups()) if found else None


def hash_secret(text: str) -> str:
    """Return what is stored of a random secret. It has 256 bits, so no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def sign(key: bytes, purpose: str, text: str) -> str:
    """Return a signature of ``text`` that holds for one purpose only."""
    return hmac.new(key, f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling by the time taken where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def _url_safe() -> str:
    return random.token_urlsafe(32)
