"""The door: log in, log out, and how pages look."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Response

from engine.auth import Visitor
from engine.auth.csrf import new_visit, require_visit, visit_token
from engine.auth.headers import drop_cookie, session_cookie, set_cookie, visit_cookie
from engine.kernel.errors import Missing, TesseraError
from engine.ui.door import Call, Route, own_address
from engine.ui.drawing import draw
from engine.ui.screens.navigation import build_frame
from engine.ui.security import (
    DENSITY_COOKIE,
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    enter,
    language_for,
    require_our_page,
    taste_of,
)
from engine.ui.words import LANGUAGES, words_in

_A_YEAR = 31_536_000
_AGENT = 400
_STATUS = 422


@dataclass(frozen=True, slots=True)
class LogInScreen:
    """The log-in page."""

    tenant: str
    tenant_name: str
    token: str
    language: str
    switch: str
    next: str
    login: str = ""
    error: str = ""
    hint: str = ""
    note: str = ""


def show_log_in(call: Call) -> Response:
    """Draw the log-in page; who is in already goes on."""
    chosen = call.argument("language")
    if chosen in LANGUAGES:
        query = urlencode({"next": own_address(call.argument("next") or "/"), "tenant": call.argument("tenant")})
        answer = Response(status=303, headers={"Location": f"/login?{query}"})
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_A_YEAR, httponly=True, samesite="Lax")
        return answer
    if enter(call.services, call.request) is not None:
        return call.go(call.argument("next") or "/")
    return _door(call)


def log_in(call: Call) -> Response:
    """Open a session, or draw the page again with the refusal."""
    services, request = call.services, call.request
    settings = services.settings
    require_our_page(services, request)
    form = call.form
    name = _tenant(call) or form.one("tenant") or ""
    try:
        require_visit(settings, request.cookies.get(visit_cookie(settings)), form.one("_csrf"))
        address = request.environ.get("tessera.address") or request.remote_addr or ""
        agent = request.headers.get("User-Agent", "")[:_AGENT]
        visitor = Visitor(address, agent, request.cookies.get(session_cookie(settings), ""))
        session = services.auth.log_in(name, form.one("login") or "", form.one("password") or "", visitor)
    except TesseraError as error:
        return _door(call, error)
    answer = Response(status=303, headers={"Location": own_address(form.one("next") or "/")})
    answer.headers.add("Set-Cookie", set_cookie(settings, session_cookie(settings), str(session)))
    answer.headers.add("Set-Cookie", drop_cookie(settings, visit_cookie(settings)))
    return answer


def log_out(call: Call) -> Response:
    """End the session."""
    settings = call.services.settings
    call.services.auth.log_out(call.caller)
    answer = Response(status=303, headers={"Location": f"/login?tenant={quote(call.caller.tenant)}&out=1"})
    answer.headers.add("Set-Cookie", drop_cookie(settings, session_cookie(settings)))
    return answer


def set_preferences(call: Call) -> Response:
    """Keep how a reader wants pages to look, and their language."""
    form = call.form
    answer = call.go(form.one("_back") or "/")
    known = {
        "language": (LANGUAGE_COOKIE, frozenset(LANGUAGES)),
        "theme": (THEME_COOKIE, frozenset({"light", "dark", "auto"})),
        "density": (DENSITY_COOKIE, frozenset({"", "comfortable"})),
    }
    for name, (cookie, values) in known.items():
        value = form.one(name)
        if value is not None and value in values:
            answer.set_cookie(cookie, value, max_age=_A_YEAR, httponly=True, samesite="Lax")
    return answer


def tell_alive(call: Call) -> Response:
    """Tell a page that was open for long whether its session still is; after a new log-in with the new token."""
    visitor = enter(call.services, call.request)
    if visitor is None:
        return Response(status=401, headers={"Cache-Control": "no-store"})
    answer = Response(visitor.desk.csrf, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def go_home(call: Call) -> Response:
    """Lead to the first entry of the menu."""
    frame = build_frame(call.desk)
    links = [link for group in frame.groups for link in (*group.links, *group.rest)]
    return call.go(links[0].href) if links else call.page("nothing", None)


def _door(call: Call, error: TesseraError | None = None) -> Response:
    settings = call.services.settings
    language = language_for(call.services, call.request)
    visit = call.request.cookies.get(visit_cookie(settings)) or new_visit()
    name = _tenant(call) or call.form.one("tenant") or call.argument("tenant") or _only_tenant(call)
    back = own_address(call.form.one("next") or call.argument("next") or "/")
    screen = LogInScreen(
        tenant=_title(call, name),
        tenant_name=name,
        token=visit_token(settings, visit),
        language=language,
        switch=f"/login?next={quote(back, safe='')}&tenant={quote(name)}&language=",
        next=back,
        login=call.form.one("login") or "",
        error=error.message(language) if error is not None else "",
        hint=error.complaint.hint(language) if error is not None else "",
        note=words_in(language).say("login.out") if call.argument("out") else "",
    )
    taste = taste_of(call.request)
    places = {"s": screen, "theme": taste.theme, "density": taste.density}
    answer = Response(draw(language, "pages/login.html", places), _STATUS if error else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.add("Set-Cookie", set_cookie(settings, visit_cookie(settings), visit))
    return answer


def _tenant(call: Call) -> str:
    """Return the tenant that the host stands for, or an empty text."""
    host = call.request.host.partition(":")[0].lower()
    return call.services.settings.tenant_hosts.get(host, "")


def _only_tenant(call: Call) -> str:
    """Return the tenant of a server that has one; of several none is told to a stranger."""
    tenants = call.services.tenancy.list()
    return tenants[0].name if len(tenants) == 1 else ""


def _title(call: Call, name: str) -> str:
    try:
        return call.services.tenancy.get(name).title if name else ""
    except Missing:
        return name


ROUTES = (
    Route("GET", "/login", show_log_in, "public"),
    Route("POST", "/login", log_in, "public"),
    Route("GET", "/alive", tell_alive, "public"),
    Route("POST", "/logout", log_out, looks=True),
    Route("POST", "/preferences", set_preferences, looks=True),
    Route("GET", "/", go_home),
)
