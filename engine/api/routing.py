"""A route as data, and the one corridor that every request of this door walks: who, what, act, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.wrappers import Request, Response

from engine.api.answers import JSON
from engine.api.bodies import parse_object, require_storable
from engine.api.security import Visit, admit
from engine.api.services import Services
from engine.kernel.context import Context
from engine.kernel.diagnostics import nearest
from engine.kernel.errors import Malformed, Refused, TesseraError, Unavailable

Effect = Literal["read", "write"]
# "bytes": the route reads the body itself, whatever it is
Body = Literal["none", "object", "optional", "bytes"]
_TRIES = 3
VIEW_AS = "X-View-As"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood: who asks, with which parameters and body."""

    services: Services
    visit: Visit
    request: Request
    place: Mapping[str, str]
    parameters: Mapping[str, str]
    body: Mapping[str, Any]
    raw: bytes

    @property
    def context(self) -> Context:
        return self.visit.context

    def header(self, name: str) -> str | None:
        """Return a header of the request."""
        return self.request.headers.get(name)


@dataclass(frozen=True, slots=True)
class Route:
    """An address, and what may be done there. Every route of this door needs a known caller."""

    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    rule: str
    act: Callable[[Call], Response]
    effect: Effect
    body: Body = "none"
    parameters: tuple[str, ...] = ()
    summary: str = ""
    answers: Literal["json", "bytes"] = "json"
    # what it does goes through the counter, whose first statement tells whether the caller still is who he was
    confirms: bool = False

    @property
    def name(self) -> str:
        return self.act.__name__


def walk(route: Route, services: Services, now: Request, place: Mapping[str, str]) -> Response:
    """Do what a route is there for, for the one who asks; raises what is wrong."""
    if route.answers == "json":
        _require_json_wanted(now)
    if route.confirms and VIEW_AS not in now.headers:
        answer = _walk_by_memory(route, services, now, place)
        if answer is not None:
            return answer
    visit = _with_other_eyes(services, now, route.effect, admit(services, now, route.effect))
    return _walk(route, services, now, place, visit)


def _walk_by_memory(route: Route, services: Services, now: Request, place: Mapping[str, str]) -> Response | None:
    """Walk for a caller as he was known a moment ago; None, and nothing done, when he is not the same any more."""
    try:
        visit = admit(services, now, route.effect, remembered=True)
    except TesseraError:
        return None  # whether it is so is for the look at what is
    try:
        answer = _walk(route, services, now, place, visit)
    except Exception:
        if _is_still_known(services, visit):
            raise
        return None
    return answer if _is_still_known(services, visit) else None


def _is_still_known(services: Services, visit: Visit) -> bool:
    """Tell whether a caller is who he was, by a statement of his request or by a look of its own."""
    witness = visit.context.witness
    if witness is None or witness.confirmed:
        return True
    _, catalog = services.shelf.anew(visit.context.tenant)
    return (catalog.stamp.access, catalog.stamp.model) == (witness.access, witness.model)


def _walk(route: Route, services: Services, now: Request, place: Mapping[str, str], visit: Visit) -> Response:
    parameters = _parameters(now, route.parameters)
    raw = _body_bytes(now, route.body)
    body: Mapping[str, Any] = {}
    if raw:
        body = parse_object(raw, services.settings.limits)
    answer, version = _acted(route, Call(services, visit, now, place, parameters, body, raw))
    answer.headers["X-Metadata-Version"] = str(version)
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Vary"] = "Authorization, Cookie, Accept-Language"
    return answer


def _with_other_eyes(services: Services, now: Request, effect: Effect, visit: Visit) -> Visit:
    """Return the visit as of the user whom the caller wants to view as; it changes nothing."""
    login = now.headers.get(VIEW_AS)
    if login is None:
        return visit
    if effect == "write":
        raise Refused("view_only")
    return Visit(visit.caller, services.rights.viewing.view_as(visit.context, require_storable(login)))


def _acted(route: Route, call: Call) -> tuple[Response, int]:
    """Act; return the answer and the version of the definitions. What is only read is read anew when they changed."""
    for attempt in range(_TRIES):
        again = route.effect == "read" and attempt < _TRIES - 1
        before = _version(call)
        try:
            answer = route.act(call)
        except Unavailable as error:
            if not again or error.code != "model_changed":
                raise
            continue
        after = _version(call)
        if before == after or not again:
            return answer, after
    raise AssertionError("the last try returns or raises")


def _version(call: Call) -> int:
    _, catalog = call.services.shelf.current(call.context.tenant)
    return catalog.stamp.model


def _require_json_wanted(now: Request) -> None:
    wanted = now.headers.get("Accept", "")
    if wanted and "json" not in wanted and "*" not in wanted:
        raise Malformed("not_acceptable")


def _parameters(now: Request, known: tuple[str, ...]) -> Mapping[str, str]:
    if not now.query_string:
        return {}
    found: dict[str, str] = {}
    for name, values in now.args.lists():
        if name not in known:
            hint = ", ".join(known) or "-"
            raise Malformed("unknown_parameter", name=name[:60], known=nearest(name, known) or hint)
        if len(values) > 1:
            raise Malformed("repeated_parameter", name=name)
        found[name] = require_storable(values[0])
    return found


def _body_bytes(now: Request, body: Body) -> bytes:
    if body == "bytes" or (body == "none" and not now.environ.get("CONTENT_LENGTH")):
        return b""
    length = now.content_length or 0
    if body == "none":
        if length:
            raise Malformed("body_unexpected")
        return b""
    if length and now.mimetype != JSON and not now.mimetype.endswith("+json"):
        raise Malformed("unsupported_media_type", type=now.mimetype[:80] or "-")
    raw = now.get_data() if length else b""
    if len(raw) < length:
        raise Malformed("bad_request", why="the body is shorter than Content-Length says")
    if not raw and body == "object":
        raise Malformed("not_an_object")
    return raw
