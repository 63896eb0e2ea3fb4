"""A page's route as data, and the one corridor that every request of this door walks: who, what, act, draw."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal
from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from engine.auth import Caller
from engine.kernel.context import Context
from engine.kernel.errors import Refused, Unavailable
from engine.ui.desk import Desk
from engine.ui.drawing import draw
from engine.ui.posted import PostedForm
from engine.ui.screens.navigation import build_frame
from engine.ui.security import Visitor, enter, require_unforged
from engine.ui.services import Services

# "watch": a page asks by itself, which does not keep a session alive
Access = Literal["public", "user", "watch"]
TOAST = "tessera-toast"
_TOAST_SECONDS = 20
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Toast:
    """A line that tells what was done; the next page shows it."""

    text: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood. ``visitor`` is None on public pages only."""

    services: Services
    request: Request
    place: Mapping[str, str]
    visitor: Visitor | None = None

    @property
    def desk(self) -> Desk:
        """Return the desk of the person who asks."""
        assert self.visitor is not None
        return self.visitor.desk

    @property
    def caller(self) -> Caller:
        """Return the session of the person who asks."""
        assert self.visitor is not None
        return self.visitor.caller

    @property
    def context(self) -> Context:
        """Return the context for the services."""
        return self.desk.context

    @property
    def form(self) -> PostedForm:
        """Return the posted form."""
        return PostedForm(self.request.form, self.request.files)

    @property
    def by_htmx(self) -> bool:
        """Tell whether a part of a page is asked for, not a page."""
        return self.request.headers.get("HX-Request") == "true"

    def argument(self, name: str) -> str:
        """Return a parameter of the address, or an empty text."""
        return self.request.args.get(name, "")

    def page(self, template: str, screen: Any, status: int = 200, **more: Any) -> Response:
        """Draw a whole page in its frame."""
        desk = self.desk
        places = {
            "s": screen,
            "frame": build_frame(desk),
            "theme": desk.taste.theme,
            "density": desk.taste.density,
            "here": self.here,
            "toasts": self._toasts(),
            "notices": (),
            "back": "",
            **more,
        }
        answer = Response(draw(desk.words.language, f"pages/{template}.html", places), status, mimetype="text/html")
        if TOAST in self.request.cookies:
            answer.delete_cookie(TOAST, path="/")
        return answer

    def fragment(self, template: str, status: int = 200, **places: Any) -> Response:
        """Draw a part of a page, for htmx."""
        desk = self.desk
        text = draw(desk.words.language, f"{template}.html", {"csrf": desk.csrf, **places})
        return Response(text, status, mimetype="text/html")

    def go(self, address: str, toast: Toast | None = None) -> Response:
        """Send the reader to another page of ours, which then tells what was done."""
        answer = Response(status=303, headers={"Location": own_address(address)})
        if toast is not None:
            packed = base64.urlsafe_b64encode(json.dumps([toast.text, toast.href, toast.link]).encode()).decode()
            answer.set_cookie(TOAST, packed, max_age=_TOAST_SECONDS, httponly=True, samesite="Lax")
        return answer

    @property
    def here(self) -> str:
        """Return the address of this page, for forms that come back to it."""
        if self.request.method != "GET":
            return self.request.path
        return self.request.full_path.rstrip("?")

    def _toasts(self) -> tuple[Toast, ...]:
        packed = self.request.cookies.get(TOAST)
        if not packed:
            return ()
        try:
            text, href, link = json.loads(base64.urlsafe_b64decode(packed))
        except (ValueError, TypeError):
            return ()
        return (Toast(str(text), own_address(str(href)) if href else "", str(link)),)


Act = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """An address and the view behind it; everything but public pages needs a session.

    ``looks``: a POST that changes nothing but the browser; it is there for those who see with another user's eyes too.
    """

    method: Literal["GET", "POST"]
    rule: str
    act: Act
    access: Access = "user"
    looks: bool = False


def add_routes(blueprint: Blueprint, routes: tuple[Route, ...], services: Services) -> None:
    """Register the routes; nothing is registered in any other way."""
    for place, route in enumerate(routes):
        name = f"{route.act.__module__.rpartition('.')[2]}_{route.act.__name__}_{place}"
        blueprint.add_url_rule(
            route.rule,
            name,
            partial(_walk, route, services),
            methods=[route.method],
            provide_automatic_options=False,
        )


def own_address(address: str) -> str:
    """Return an address of this site; what would lead elsewhere becomes the first page."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(c in address for c in "\r\n\t"):
        return "/"
    return address


def _walk(route: Route, services: Services, /, **place: str) -> Response:
    now: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - flask's own way
    if route.access == "public":
        return route.act(Call(services, now, place))
    visitor = enter(services, now, noticed=route.access == "user")
    if visitor is None:
        return Response(status=204) if route.access == "watch" else _to_log_in(now)
    if route.method == "POST":
        require_unforged(services, now, visitor.caller.session)
        if visitor.desk.viewing and not route.looks:
            raise Refused("view_only")
        answer = route.act(Call(services, now, place, visitor))
    else:
        answer = _shown(route, Call(services, now, place, visitor))
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Vary"] = "Cookie, HX-Request"
    return answer


def _shown(route: Route, call: Call) -> Response:
    """Answer with a page; one that new definitions came in the middle of is made anew, so that none mixes two."""
    for attempt in range(_TRIES):
        again = attempt < _TRIES - 1
        before = _version(call)
        try:
            answer = route.act(call)
        except Unavailable as error:
            if not again or error.code != "model_changed":
                raise
        else:
            if not again or before == _version(call):
                return answer
        call = replace(call, visitor=enter(call.services, call.request) or call.visitor)
    raise AssertionError("the last try returns or raises")


def _version(call: Call) -> int:
    _, catalog = call.services.shelf.current(call.context.tenant)
    return catalog.stamp.model


def _to_log_in(now: Request) -> Response:
    back = now.full_path.rstrip("?") if now.method == "GET" else ""
    target = f"/login?next={quote(back, safe='')}" if back not in ("", "/") else "/login"
    if now.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": "/login"})
    return Response(status=303, headers={"Location": target})
