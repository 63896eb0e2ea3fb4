"""The page behind a decision link of a mail (M12): opening it changes nothing, only its buttons decide."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from engine.kernel.errors import Missing
from engine.messaging.linking import LinkPage
from engine.ui.door import Call, Route
from engine.ui.drawing import draw
from engine.ui.security import taste_of
from engine.ui.words import words_in

_MOST_COMMENT = 4000
_MOST_TOKEN = 100
_GONE = 404
_REFUSED = 422
_OVER = 409
_STATUS = {"unknown": _GONE, "comment_missing": _REFUSED, "refused": _REFUSED}
_AFTER = frozenset({"late", "expired", "changed", "on_web"})
_TONES = {"approved": "green", "rejected": "green", "open": "blue"}


@dataclass(frozen=True, slots=True)
class DecideScreen:
    """The page: what is to be decided, or what became of it; ``tone`` is that of the note."""

    page: LinkPage
    tenant: str
    action: str
    note: str
    tone: str
    comment: str = ""


def show_decision(call: Call) -> Response:
    """Draw what is to be decided."""
    tenant, token = _place(call)
    return _drawn(call, call.services.messages.deciding.links.look(tenant, token))


def decide(call: Call) -> Response:
    """Approve or reject as the person to whom the mail went."""
    tenant, token = _place(call)
    verb, comment = call.form.one("decision") or "", (call.form.one("comment") or "")[:_MOST_COMMENT]
    links = call.services.messages.deciding.links
    if verb not in ("approve", "reject"):
        return _drawn(call, links.look(tenant, token))
    return _drawn(call, links.decide(tenant, token, verb, comment), comment, posted=True)


def _place(call: Call) -> tuple[str, str]:
    tenant, token = call.place["tenant"], call.place["token"]
    host = call.services.settings.tenant_hosts.get(call.request.host.partition(":")[0].lower(), "")
    known = {one.name for one in call.services.tenancy.list()}
    if tenant not in known or (host and host != tenant) or len(token) > _MOST_TOKEN:
        raise Missing("no_such_page")
    return tenant, token


def _drawn(call: Call, page: LinkPage, comment: str = "", *, posted: bool = False) -> Response:
    language = page.language or call.services.settings.language
    words = words_in(language)
    note = "" if page.state == "open" else words.say(f"decide.{page.state}", closed=page.closed, why=page.why)
    tenant = call.place["tenant"]
    screen = DecideScreen(
        page,
        call.services.tenancy.get(tenant).title,
        f"/decide/{tenant}/{call.place['token']}",
        note,
        _TONES.get(page.state, "amber"),
        comment,
    )
    status = _STATUS.get(page.state, _OVER if posted and page.state in _AFTER else 200)
    taste = taste_of(call.request)
    places = {"s": screen, "theme": taste.theme, "density": taste.density}
    answer = Response(draw(words.language, "pages/decide.html", places), status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


ROUTES = (
    Route("GET", "/decide/<tenant>/<token>", show_decision, "public"),
    Route("POST", "/decide/<tenant>/<token>", decide, "public"),
)
