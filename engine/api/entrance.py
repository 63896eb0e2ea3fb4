"""The gate before the web application: bounds on what comes in, the same headers on all that goes out, one log line."""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import structlog

from engine.api.language import language_of
from engine.api.problems import Problem, draw_problem, unexpected
from engine.auth.headers import security_headers
from engine.kernel.errors import LimitExceeded, Malformed, TesseraError
from engine.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UPLOADS = "/api/v1/files"
_log = structlog.get_logger("access")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$")
_REASONS = {
    400: "Bad Request", 413: "Content Too Large", 414: "URI Too Long", 431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}  # fmt: skip


class Entrance:
    """A WSGI application around another one; nothing reaches that one which breaks a limit."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._settings = settings
        # what says nothing else about itself is not kept by anyone on the way
        self._headers = (*security_headers(settings).items(), ("Cache-Control", "no-store"))
        self._records = settings.log_level in ("DEBUG", "INFO")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = _request_id(environ)
        environ["tessera.request_id"] = request_id
        sent: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            sent[:] = [status]
            given = {name.lower() for name, _ in headers}
            headers.extend(pair for pair in self._headers if pair[0].lower() not in given)
            headers.append(("X-Request-Id", request_id))
            return start_response(status, headers, exc_info)

        answer: Iterable[bytes]
        try:
            self._admit(environ)
            answer = self._application(environ, start)
        except TesseraError as error:
            answer = _send(draw_problem(error, language_of(environ, self._settings), request_id), start)
        except Exception:  # noqa: BLE001 - the last place where a crash can still become an answer
            _log.exception("request_crashed", request_id=request_id)
            answer = _send(unexpected(request_id, language_of(environ, self._settings)), start)
        if self._records and "tessera.quiet" not in environ:
            self._record(environ, sent, started)
        return answer

    def _admit(self, environ: WSGIEnvironment) -> None:
        limits = self._settings.limits
        _require_url(environ, limits.url)
        _require_headers(environ, limits.headers, limits.header_bytes)
        environ["tessera.address"] = client_address(environ, self._settings)
        self._require_host(environ)
        content_type = environ.get("CONTENT_TYPE", "")
        holds_file = content_type.lower().startswith("multipart/") or environ.get("PATH_INFO") == UPLOADS
        largest = limits.upload if holds_file else limits.body
        _require_body(environ, largest)

    def _require_host(self, environ: WSGIEnvironment) -> None:
        host = environ.get("HTTP_HOST", "").lower()
        if not host and environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
            return
        if not _HOST.match(host):
            raise Malformed("host_not_allowed", host=host[:100])
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        settings = self._settings
        if name in settings.hosts or name in settings.tenant_hosts or name in (settings.public_host, settings.host):
            return
        if name == "localhost" or name.endswith(".localhost") or _is_address(name):
            return  # a name that no one else can point here by DNS
        raise Malformed("host_not_allowed", host=host[:100])

    def _record(self, environ: WSGIEnvironment, sent: list[str], started: float) -> None:
        _log.info(
            "request",
            request_id=environ["tessera.request_id"],
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", ""),
            status=int(sent[0][:3]) if sent else 0,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            address=environ.get("tessera.address", ""),
            tenant=environ.get("tessera.tenant", ""),
            user=environ.get("tessera.user", ""),
            code=environ.get("tessera.code", ""),
        )


def client_address(environ: WSGIEnvironment, settings: Settings) -> str:
    """Return who is calling; a proxy's word counts only when the proxy is one of ours."""
    address = str(environ.get("REMOTE_ADDR", ""))
    if not settings.proxies:
        return address
    hops = [hop.strip() for hop in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    while hops and _is_proxy(address, settings):
        address = hops.pop()
    return address if _is_address(address) else str(environ.get("REMOTE_ADDR", ""))


def _is_proxy(address: str, settings: Settings) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in settings.proxies)
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _request_id(environ: Mapping[str, Any]) -> str:
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    return given if _REQUEST_ID.match(given) else secrets.token_hex(12)


def _require_url(environ: WSGIEnvironment, most: int) -> None:
    path = environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    length = max(len(raw), len(path) + len(query))
    if length > most:
        raise LimitExceeded("url", length, most, 414)
    if _CONTROL.search(path):
        raise Malformed("bad_request", why="the path holds a control character")
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Malformed("bad_request", why="the path is not UTF-8") from None


def _require_headers(environ: WSGIEnvironment, most: int, most_bytes: int) -> None:
    count = size = 0
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            count += 1
            size += len(name) + len(value)
    if count > most:
        raise LimitExceeded("headers", count, most, 431)
    if size > most_bytes:
        raise LimitExceeded("header_bytes", size, most_bytes, 431)


def _require_body(environ: WSGIEnvironment, largest: int) -> None:
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            raise Malformed("bad_request", why="Content-Length is not a number")
        if int(length) > largest:
            raise LimitExceeded("body", int(length), largest, 413)
        return
    if "HTTP_TRANSFER_ENCODING" in environ:
        # a chunked body has no length until it is read; the servers we run end it with an empty read
        body = environ["wsgi.input"].read(largest + 1)
        if len(body) > largest:
            raise LimitExceeded("body", f"> {largest}", largest, 413)
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))


def _send(problem: Problem, start: Callable[..., Any]) -> Iterable[bytes]:
    headers = [*problem.headers.items(), ("Content-Length", str(len(problem.body)))]
    start(f"{problem.status} {_REASONS.get(problem.status, 'Error')}", headers)
    return [problem.body]
