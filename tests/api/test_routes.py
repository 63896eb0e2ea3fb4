"""Every route is known to the inventory, and keeps what its row says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth import Visitor
from engine.auth.csrf import csrf_token
from tests.api.house import PASSWORD, House
from tests.api.route_inventory import INVENTORY, PUBLIC_PAGES

NOBODY = "00000000-0000-7000-8000-000000000000"


def routes(house: House) -> Iterator[tuple[str, str, str]]:
    """Yield method, address and endpoint of everything that is registered."""
    yield from house.app._application.addresses()


def address(rule: str) -> str:
    """Return an address that the rule matches."""
    filled = rule.replace("<object>", "machine").replace("<id>", NOBODY).replace("<transition>", "release")
    filled = filled.replace("<name>", "grade").replace("<code>", "A").replace("<field>", "replaces")
    return re.sub(r"<[^>]*>", "x", filled)


def send(house: House, method: str, rule: str, **headers: str) -> TestResponse:
    body = b"{}" if method in ("POST", "PATCH", "PUT") else None
    kind = "application/json" if rule.startswith("/api/") else "application/x-www-form-urlencoded"
    if body is not None:
        headers["Content-Type"] = kind
    return Client(house.app, use_cookies=False).open(address(rule), method=method, headers=headers, data=body)


def test_every_route_has_a_row_and_every_row_a_route(shared_house: House):
    found = {(method, rule) for method, rule, endpoint in routes(shared_house) if not endpoint.startswith("ui.")}

    assert found == set(INVENTORY)


def test_every_row_is_complete():
    for auth, csrf, tenant in {**INVENTORY, **PUBLIC_PAGES}.values():
        assert auth in ("nobody", "token", "session")
        assert csrf in ("no", "token", "visit")
        assert tenant in ("none", "credential", "form")


def test_without_a_credential_nothing_is_answered(shared_house: House):
    before = shared_house.digest()
    for method, rule, endpoint in routes(shared_house):
        row = INVENTORY.get((method, rule)) or PUBLIC_PAGES.get((method, rule))
        if row is not None and row[0] == "nobody":
            continue
        answer = send(shared_house, method, rule)
        if endpoint.startswith("ui."):
            assert answer.status_code in (204, 303, 401, 403), (method, rule, answer.status_code)
            assert answer.headers.get("Location", answer.headers.get("HX-Redirect", "/login")).startswith("/login")
        else:
            assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), (method, rule)
    assert shared_house.digest() == before


@pytest.fixture(scope="module")
def cookie(shared_house: House) -> str:
    return str(shared_house.engine.auth.log_in("acme", "boss", PASSWORD, Visitor("192.0.2.9")))


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "https://evil.example.com"},
        {"X-CSRF-Token": "0" * 64},
        {"X-HTTP-Method-Override": "GET"},
    ],
    ids=str,
)
def test_a_session_changes_nothing_without_its_token(shared_house: House, cookie: str, forged: dict[str, str]):
    before = shared_house.digest()
    for method, rule, endpoint in routes(shared_house):
        if method == "GET" or (method, rule) in PUBLIC_PAGES:
            continue
        row = INVENTORY.get((method, rule))
        answer = send(shared_house, method, rule, Cookie=f"tessera={cookie}", **forged)
        if row is not None and row[1] == "no":
            assert answer.status_code < 500
        else:
            assert answer.status_code == 403, (method, rule, endpoint, answer.status_code)
    assert shared_house.digest() == before


def test_a_token_beside_a_cookie_does_not_open_the_door_to_other_sites(shared_house: House, cookie: str):
    headers = {
        "Cookie": f"tessera={cookie}",
        "Authorization": "Bearer x",
        "Origin": "https://evil.example.com",
        "Content-Type": "application/json",
    }

    answer = Client(shared_house.app, use_cookies=False).post(
        "/api/v1/records/machine", headers=headers, data=b'{"name":"x"}'
    )

    assert answer.status_code == 403


def test_a_session_with_its_token_may_use_the_api(shared_house: House, cookie: str):
    token = csrf_token(shared_house.engine.settings, cookie)
    headers = {"Cookie": f"tessera={cookie}", "X-CSRF-Token": token, "Content-Type": "application/json"}

    answer = Client(shared_house.app, use_cookies=False).post(
        "/api/v1/records/machine", headers=headers, data=b'{"name":"By page"}'
    )

    assert answer.status_code == 201


def test_reading_changes_nothing(shared_house: House, cookie: str):
    before = shared_house.digest()
    for method, rule, _ in routes(shared_house):
        if method == "GET":
            for accept in ("text/html", "application/json"):
                answer = send(shared_house, method, rule, Cookie=f"tessera={cookie}", Accept=accept)
                assert answer.status_code < 500, (rule, answer.text[:300])
    assert shared_house.digest() == before


def test_every_answer_carries_the_headers_that_protect(shared_house: House, cookie: str):
    for method, rule, endpoint in routes(shared_house):
        for headers in ({}, {"Cookie": f"tessera={cookie}"}):
            answer = send(shared_house, method, rule, **headers)
            place = (method, rule, endpoint)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", place
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], place
            assert "unsafe" not in answer.headers["Content-Security-Policy"].partition("style-src")[0], place
            assert answer.headers["Referrer-Policy"], place
            assert answer.headers["X-Request-Id"], place
            if answer.status_code != 204 and answer.data:
                assert answer.content_type, place
            if headers and not rule.startswith("/assets"):
                assert "no-store" in answer.headers.get("Cache-Control", ""), place


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/v1/nothing", "/api", "/o", "/%2e%2e/etc/passwd", "/static/x", "/.git/HEAD"]
)
def test_an_unknown_address_is_told_as_such(shared_house: House, path: str):
    for accept in ("application/json", "text/html"):
        answer = Client(shared_house.app, use_cookies=False).get(path, headers={"Accept": accept})
        assert answer.status_code in (303, 404)
    problem = Client(shared_house.app, use_cookies=False).get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert problem.content_type == "application/problem+json"
