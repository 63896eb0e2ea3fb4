"""From a browser's cookies to a desk; what another site made a browser send is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from flask import Request

from engine.access import policy_for
from engine.auth import Caller
from engine.auth.csrf import csrf_token, require_csrf, require_own_site
from engine.auth.headers import session_cookie
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Unauthenticated
from engine.metamodel.model import DictionaryItem
from engine.ui.desk import Desk, Taste
from engine.ui.eyes import viewed_context
from engine.ui.services import Services
from engine.ui.words import LANGUAGES, best_language, words_in

CSRF_HEADER = "X-CSRF-Token"
LANGUAGE_COOKIE = "tessera-language"
THEME_COOKIE = "tessera-theme"
FOLDS_COOKIE = "tessera-folds"
DENSITY_COOKIE = "tessera-density"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person with a session, and his desk."""

    caller: Caller
    desk: Desk


def enter(services: Services, request: Request, *, noticed: bool = True) -> Visitor | None:
    """Return who holds the session cookie; None when nobody does any more. Not ``noticed``: he did nothing himself."""
    settings = services.settings
    cookie = request.cookies.get(session_cookie(settings), "")
    if not cookie:
        return None
    try:
        caller = services.auth.sessions.caller(cookie, noticed=noticed)
    except Unauthenticated:
        return None
    host = settings.tenant_hosts.get(request.host.partition(":")[0].lower())
    if host is not None and host != caller.tenant:
        return None
    environ = request.environ
    environ["tessera.tenant"] = caller.tenant
    environ["tessera.user"] = caller.actor.login
    return Visitor(caller, _desk(services, request, caller))


def require_unforged(services: Services, request: Request, session: str) -> None:
    """Raise Refused unless one of our own pages of this session sent the request."""
    require_our_page(services, request)
    sent = request.headers.get(CSRF_HEADER) or request.form.get("_csrf")
    require_csrf(services.settings, session, sent)


def require_our_page(services: Services, request: Request) -> None:
    """Raise Refused when the browser says that another site sent the request."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    require_own_site(services.settings, headers, request.host)


def language_for(services: Services, request: Request, account: str = "") -> str:
    """Return the language of a page: what the reader switched to, else his account's, else his browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    if account in LANGUAGES:
        return account
    wanted = request.headers.get("Accept-Language", "")
    return best_language(wanted) if wanted else services.settings.language


def taste_of(request: Request) -> Taste:
    """Return how the reader wants pages to look."""
    theme = request.cookies.get(THEME_COOKIE, "")
    density = request.cookies.get(DENSITY_COOKIE, "")
    turned = frozenset(filter(None, request.cookies.get(FOLDS_COOKIE, "").split(".")))
    return Taste(
        theme if theme in ("light", "dark") else "auto", "comfortable" if density == "comfortable" else "", turned
    )


def guest_desk(services: Services, request: Request, tenant: str) -> Desk:
    """Return a desk for somebody without an account: pages behind it show and take what their author wrote down, with
    the rights of the engine itself. Raises Missing when there is no such tenant.
    """
    _, catalog = services.shelf.current(tenant)
    language = language_for(services, request)
    request_id = request.environ.get("tessera.request_id", "")
    request.environ["tessera.tenant"] = tenant
    context = Context(tenant, SYSTEM, language, ZoneInfo(services.settings.zone), services.clock, request_id)
    return Desk(
        context,
        catalog.model,
        policy_for(catalog, SYSTEM),
        words_in(language),
        partial(_items, services, context, {}),
        lambda: services.tenancy.get(tenant).title,
        "",
        request.path,
        taste_of(request),
    )


def _desk(services: Services, request: Request, caller: Caller) -> Desk:
    _, catalog = services.shelf.current(caller.tenant)
    language = language_for(services, request, caller.language)
    zone = ZoneInfo(services.settings.zone)
    request_id = request.environ.get("tessera.request_id", "")
    own = caller.context(services.clock, zone, language, request_id)
    viewed = viewed_context(services, request, caller.session, own)
    context = viewed or own
    return Desk(
        context,
        catalog.model,
        policy_for(catalog, context.actor),
        words_in(language),
        partial(_items, services, context, {}),
        lambda: services.tenancy.get(caller.tenant).title,
        csrf_token(services.settings, caller.session),
        request.path,
        taste_of(request),
        viewing=viewed is not None,
    )


def _items(
    services: Services, context: Context, read: dict[str, Mapping[str, DictionaryItem]], name: str
) -> Mapping[str, DictionaryItem]:
    """Return the items of a dictionary as the tenant has them, read once per request."""
    if name not in read:
        read[name] = services.dictionaries.items(context, name) if name else {}
    return read[name]
