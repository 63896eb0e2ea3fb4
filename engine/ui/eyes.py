"""Another user's eyes: with whose a session sees, kept in the browser, signed, and granted anew with each request."""

from __future__ import annotations

import hmac
from urllib.parse import quote, unquote

from flask import Request, Response

from engine.auth.csrf import csrf_token
from engine.kernel.context import Context
from engine.kernel.errors import Missing, Refused
from engine.ui.services import Services

COOKIE = "tessera-view-as"


def lend_eyes(services: Services, answer: Response, session: str, login: str) -> None:
    """Let a session see with another user's eyes from its next page on; his log-in was put on record before."""
    answer.set_cookie(COOKIE, f"{quote(login)}.{_seal(services, session, login)}", httponly=True, samesite="Lax")


def give_back_eyes(answer: Response) -> None:
    """Let a session see with its own eyes again."""
    answer.delete_cookie(COOKIE, path="/")


def viewed_context(services: Services, request: Request, session: str, own: Context) -> Context | None:
    """Return the context of the user whom a session views as; None when it views as nobody, or may not any more."""
    name, _, seal = request.cookies.get(COOKIE, "").rpartition(".")
    login = unquote(name)
    if not login or not hmac.compare_digest(seal.encode(), _seal(services, session, login).encode()):
        return None
    try:
        return services.rights.viewing.eyes_of(own, login)
    except (Missing, Refused):
        return None


def _seal(services: Services, session: str, login: str) -> str:
    # nobody views without its being put on record, so nobody makes this cookie by himself
    return csrf_token(services.settings, f"{session}/view as/{login}")
