"""Cookies and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping

from engine.settings import Settings

_POLICY = (
    "default-src 'self'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'"
)
_HALF_A_YEAR = 15_768_000


def security_headers(settings: Settings) -> Mapping[str, str]:
    """Return the headers that every answer carries, whatever made it."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = f"max-age={_HALF_A_YEAR}; includeSubDomains"
    return headers


def session_cookie(settings: Settings) -> str:
    """Return the name of the session cookie; browsers hold __Host- cookies to https, one host and path /."""
    return "__Host-tessera" if settings.https else "tessera"


def visit_cookie(settings: Settings) -> str:
    """Return the name of the cookie beside the log-in page."""
    return "__Host-tessera-visit" if settings.https else "tessera-visit"


def set_cookie(settings: Settings, name: str, value: str) -> str:
    """Return a Set-Cookie value that lasts as long as the browser is open."""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{_secure(settings)}"


def drop_cookie(settings: Settings, name: str) -> str:
    """Return a Set-Cookie value that removes the cookie."""
    return f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{_secure(settings)}"


def _secure(settings: Settings) -> str:
    return "; Secure" if settings.https else ""
