"""From a request's credentials to a Context; the refusals are the same for every route."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request

from engine.api.language import language_of
from engine.api.services import Services
from engine.auth import Caller
from engine.auth.csrf import require_csrf, require_own_site
from engine.auth.headers import session_cookie
from engine.kernel.context import Context, Witness
from engine.kernel.errors import Unauthenticated

CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Visit:
    """A known caller and the context of this request."""

    caller: Caller
    context: Context


def admit(services: Services, request: Request, effect: Literal["read", "write"], *, remembered: bool = False) -> Visit:
    """Return who asks; raises Unauthenticated or Refused. ``remembered``: by memory, with a witness in the context."""
    settings = services.settings
    authorization = request.headers.get("Authorization")
    cookie = request.cookies.get(session_cookie(settings), "") if "HTTP_COOKIE" in request.environ else ""
    if effect == "write" and (cookie or authorization is None):
        # a browser adds cookies by itself, so what another site made it send is told apart here,
        # also when a token stands beside the cookie
        headers = {name.lower(): value for name, value in request.headers.items()}
        require_own_site(settings, headers, request.host)
    if authorization is not None:
        caller = _by_token(services, authorization, remembered)
    elif cookie:
        caller = services.auth.sessions.caller(cookie, remembered=remembered)
        if effect == "write":
            require_csrf(settings, caller.session, request.headers.get(CSRF_HEADER))
    else:
        raise Unauthenticated("unauthenticated")
    environ = request.environ
    environ["tessera.tenant"] = caller.tenant
    environ["tessera.user"] = caller.actor.login
    environ["tessera.language"] = caller.language
    _require_tenant_of_host(services, request, caller)
    caller.require(effect)
    language = language_of(environ, settings)
    zone = ZoneInfo(settings.zone)
    witness = _witness(services, caller) if remembered else None
    return Visit(caller, caller.context(services.clock, zone, language, environ.get("tessera.request_id", ""), witness))


def _witness(services: Services, caller: Caller) -> Witness:
    _, catalog = services.shelf.current(caller.tenant)
    return Witness(caller.access, catalog.stamp.model)


def _by_token(services: Services, authorization: str, remembered: bool) -> Caller:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        # programs that know no bearer tokens, calendars among them, send the token as a password
        return services.auth.tokens.caller(_password(given), remembered=remembered)
    if scheme.lower() != "bearer":
        raise Unauthenticated("unauthenticated")
    return services.auth.tokens.caller(given.strip(), remembered=remembered)


def _password(given: str) -> str:
    try:
        _, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise Unauthenticated("unauthenticated") from None
    return password


def _require_tenant_of_host(services: Services, request: Request, caller: Caller) -> None:
    hosts = services.settings.tenant_hosts
    if not hosts:
        return
    tenant = hosts.get(request.host.partition(":")[0].lower())
    if tenant is not None and tenant != caller.tenant:
        raise Unauthenticated("wrong_tenant")
