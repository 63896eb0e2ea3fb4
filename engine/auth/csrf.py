"""Requests that another site makes a browser send: how they are told from our own pages' requests."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.auth.credentials import hash_secret, same, sign
from engine.kernel.errors import Refused
from engine.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def csrf_token(settings: Settings, session: str) -> str:
    """Return the token that pages of a session send back with every change."""
    return sign(settings.secret, "csrf", hash_secret(session))


def require_csrf(settings: Settings, session: str, sent: str | None) -> None:
    """Raise Refused unless the token of the session was sent."""
    if not sent or not same(csrf_token(settings, session), sent):
        raise Refused("csrf_failed")


def new_visit() -> str:
    """Return the id of a visit that has no session yet; it goes into a cookie beside the log-in page."""
    return secrets.token_urlsafe(24)


def visit_token(settings: Settings, visit: str) -> str:
    """Return the token that the log-in form sends back."""
    return sign(settings.secret, "visit", visit)


def require_visit(settings: Settings, visit: str | None, sent: str | None) -> None:
    """Raise Refused unless the log-in form came from a page that we sent to this browser."""
    if not visit or not sent or not same(visit_token(settings, visit), sent):
        raise Refused("csrf_failed")


def require_own_site(settings: Settings, headers: Mapping[str, str], host: str) -> None:
    """Raise Refused when the browser says that another site sent this; ``headers`` have lower-case names."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _OURS:
        raise Refused("cross_site")
    origin = headers.get("origin")
    if origin is not None and not _is_ours(settings, origin, host):
        raise Refused("cross_site")


def _is_ours(settings: Settings, origin: str, host: str) -> bool:
    if settings.public_url:
        return origin == settings.public_url or origin.removesuffix(":443") == settings.public_url
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
