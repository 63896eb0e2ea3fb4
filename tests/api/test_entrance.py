"""The gate before the application: bounds, hosts, proxies, and headers on every answer."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from ipaddress import ip_network
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder

from engine.api.entrance import Entrance, client_address
from engine.settings import Settings

SETTINGS = Settings(secret=b"x" * 40)


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(len(body)).encode()]


def client(settings: Settings = SETTINGS) -> Client:
    return Client(Entrance(echo, settings))


def test_every_answer_carries_the_security_headers_and_a_request_id():
    for answer in (client().get("/"), client().get("/", headers={"Host": "evil.example.com"})):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"]
        assert answer.headers["Permissions-Policy"]
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert len(answer.headers["X-Request-Id"]) >= 8
        assert "Strict-Transport-Security" not in answer.headers


def test_https_adds_transport_security():
    secure = replace(SETTINGS, public_url="https://crm.example.com", hosts=("localhost",))

    assert "max-age=" in client(secure).get("/").headers["Strict-Transport-Security"]


def test_a_request_id_of_the_caller_is_kept_when_it_is_one():
    assert client().get("/", headers={"X-Request-Id": "abc-12345"}).headers["X-Request-Id"] == "abc-12345"
    assert client().get("/", headers={"X-Request-Id": "a b\tc <script>"}).headers["X-Request-Id"] != "a b\tc <script>"


@pytest.mark.parametrize(
    ("limit", "most", "status", "send"),
    [
        ("url", 8 * 1024, 414, lambda size: {"path": "/" + "a" * (size - 1)}),
        ("headers", 64, 431, lambda size: {"headers": {f"X-{n}": "1" for n in range(size - 1)}}),
        ("header_bytes", 16 * 1024, 431, lambda size: {"headers": {"X-A": "a" * (size - 8 - 18)}}),
        ("body", 2 * 1024 * 1024, 413, lambda size: {"method": "POST", "data": b"a" * size}),
    ],
)
def test_bounds_hold_at_the_figure_itself(limit, most, status, send):
    for size in (most - 1, most):
        assert client().open(**send(size)).status_code == 200, size
    for size in (most + 1, most * 4):
        answer = client().open(**send(size))
        assert answer.status_code == status
        assert answer.content_type == "application/problem+json"
        problem = json.loads(answer.data)
        assert problem["code"] == "limit_exceeded"
        assert problem["limit"] == limit
        assert problem["max"] == most


def test_a_chunked_body_is_bounded_too():
    environ = EnvironBuilder(method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    environ["wsgi.input"] = BytesIO(b"a" * (SETTINGS.limits.body + 1))
    statuses: list[str] = []

    b"".join(Entrance(echo, SETTINGS)(environ, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type, func-returns-value]

    assert statuses[0].startswith("413")


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "9" * 30, "0x10"])
def test_a_length_that_is_no_number_is_refused(length: str):
    environ = EnvironBuilder(method="POST").get_environ()
    environ["CONTENT_LENGTH"] = length
    statuses: list[str] = []

    b"".join(Entrance(echo, SETTINGS)(environ, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type, func-returns-value]

    assert statuses[0].startswith(("400", "413"))


@pytest.mark.parametrize(
    "host", ["evil.example.com", "localhost.evil.com", "a b", "x\u00e9", "localhost:99999999", "<script>", ""]
)
def test_a_host_that_is_not_ours_is_refused(host: str):
    assert client().get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080", "10.1.2.3", "demo.localhost:8080"]
)
def test_loopback_and_bare_addresses_are_ours(host: str):
    assert client().get("/", headers={"Host": host}).status_code == 200


def test_named_hosts_are_ours():
    named = replace(SETTINGS, hosts=("crm.example.com",), tenant_hosts={"acme.example.com": "acme"})

    assert client(named).get("/", headers={"Host": "crm.example.com"}).status_code == 200
    assert client(named).get("/", headers={"Host": "ACME.example.com:443"}).status_code == 200


@pytest.mark.parametrize("path", ["/a\x00b", "/a\r\nb", "/\xff", "/\x7f", "/\xc3\x28"])
def test_a_path_that_is_no_text_is_refused(path: str):
    assert client().get("/", environ_overrides={"PATH_INFO": path}).status_code == 400


def test_a_forwarded_address_counts_only_behind_our_proxy():
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 203.0.113.7, 10.0.0.2"}
    proxied = replace(SETTINGS, proxies=(ip_network("10.0.0.0/8"),))

    assert client_address(environ, SETTINGS) == "10.0.0.1"
    assert client_address(environ, proxied) == "203.0.113.7"
    assert client_address({**environ, "REMOTE_ADDR": "8.8.8.8"}, proxied) == "8.8.8.8"
    assert client_address({**environ, "HTTP_X_FORWARDED_FOR": "nonsense"}, proxied) == "10.0.0.1"


def test_a_crash_behind_the_gate_is_told_without_its_cause():
    def crash(environ: dict[str, Any], start: Any) -> list[bytes]:
        raise RuntimeError("/secret/path SELECT 1")

    answer = Client(Entrance(crash, SETTINGS)).get("/")

    assert answer.status_code == 500
    assert b"SELECT" not in answer.data
    assert json.loads(answer.data)["request_id"] == answer.headers["X-Request-Id"]
