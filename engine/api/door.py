"""The door for programs: finds the route of a request, lets it walk, sends the answer. WSGI with nothing in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from engine.api.failures import draw_failure
from engine.api.routing import Route, walk
from engine.api.services import Services
from engine.kernel.errors import Malformed, Missing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REST = "/api/"
_BODILESS = (204, 304)
_FORK = 3  # behind "", "api" and the version


@dataclass(frozen=True, slots=True)
class Part:
    """What may stand between two slashes: exactly ``text``, or anything before it that is then called ``name``."""

    text: str
    name: str = ""

    @classmethod
    def of(cls, rule: str) -> Part:
        """Read a part of a rule: ``records``, ``<id>``, ``<id>.ics``."""
        name, closed, text = rule.removeprefix("<").partition(">")
        return cls(text, name) if closed else cls(rule)

    @property
    def vague(self) -> int:
        """Tell how little it says: what is said plainly is looked at first."""
        return 0 if not self.name else 1 if self.text else 2


class Addresses:
    """Routes by the shape of their address."""

    def __init__(self, routes: Sequence[Route]) -> None:
        shapes: dict[tuple[Part, ...], dict[str, Route]] = {}
        for route in routes:
            shapes.setdefault(tuple(Part.of(part) for part in route.rule.split("/")), {})[route.method] = route
        ordered = sorted(shapes, key=lambda parts: [part.vague for part in parts])
        # by length and by what stands where addresses part ways; None: anything may stand there
        self._shapes: dict[tuple[int, str | None], list[tuple[tuple[Part, ...], dict[str, Route]]]] = {}
        for parts in ordered:
            fork = parts[_FORK] if len(parts) > _FORK else Part("", "anything")
            plain = None if fork.name else fork.text
            self._shapes.setdefault((len(parts), plain), []).append((parts, shapes[parts]))

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """Return the route, and what stands at its named places. HEAD is a GET whose body is not sent."""
        given = path.split("/")
        fork = given[_FORK] if len(given) > _FORK else ""
        for parts, methods in (
            *self._shapes.get((len(given), fork), ()),
            *self._shapes.get((len(given), None), ()),
        ):
            place = _fitting(parts, given)
            if place is None:
                continue
            route = methods.get("GET" if method == "HEAD" else method)
            if route is None:
                allowed = sorted({*methods, "HEAD"} if "GET" in methods else methods)
                raise Malformed("method_not_allowed", method=method[:20], allowed=", ".join(allowed))
            return route, place
        raise Missing("no_such_address")


def _fitting(parts: Sequence[Part], given: Sequence[str]) -> Mapping[str, str] | None:
    place: dict[str, str] = {}
    for part, value in zip(parts, given, strict=True):
        if not part.name:
            if part.text != value:
                return None
        elif len(value) > len(part.text) and value.endswith(part.text):
            place[part.name] = value.removesuffix(part.text)
        else:
            return None
    return place


class RestDoor:
    """The application behind ``/api/``."""

    def __init__(self, routes: Sequence[Route], services: Services) -> None:
        self.routes = tuple(routes)
        self._addresses = Addresses(routes)
        self._services = services

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
            route, place = self._addresses.find(environ["REQUEST_METHOD"], path)
            with self._request(environ) as request:
                answer = walk(route, self._services, request, place)
        except Exception as error:  # noqa: BLE001 - the one place where this door turns errors into answers
            answer = draw_failure(error, environ, self._services.settings)
        return _sent(answer, environ, start_response)

    def _request(self, environ: WSGIEnvironment) -> Request:
        limits = self._services.settings.limits
        request = Request(environ, populate_request=False)
        request.max_content_length = limits.upload
        request.max_form_parts = limits.form_parts
        request.max_form_memory_size = limits.body
        return request


class Doors:
    """Both doors to the street: programs under ``/api/``, people everywhere else."""

    def __init__(self, rest: RestDoor, pages: WSGIApplication) -> None:
        self.rest = rest
        self.pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        door = self.rest if environ.get("PATH_INFO", "").startswith(REST) else self.pages
        return door(environ, start_response)

    def addresses(self) -> Iterator[tuple[str, str, str]]:
        """Yield method, address and name of every route of both doors."""
        for route in self.rest.routes:
            yield route.method, route.rule, f"api.{route.name}"
        for rule in self.pages.url_map.iter_rules():  # type: ignore[attr-defined]  # a Flask application
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule, rule.endpoint


def _sent(answer: Response, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "HEAD" or answer.status_code in _BODILESS or not answer.is_sequence:
        return answer(environ, start_response)
    # a whole body with its length: nothing is left to be worked out
    start_response(answer.status, answer.headers.to_wsgi_list())
    return answer.response  # type: ignore[return-value]
