"""Requests that another site makes a browser send."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.auth.csrf import csrf_token, new_visit, require_csrf, require_own_site, require_visit, visit_token
from engine.kernel.errors import Refused
from engine.settings import Settings

SETTINGS = Settings(secret=b"x" * 40)
PUBLIC = replace(SETTINGS, public_url="https://crm.example.com")
HOST = "localhost:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://localhost:8080"},
        {"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"},
    ],
)
def test_our_own_pages_pass(headers: dict[str, str]):
    require_own_site(SETTINGS, headers, HOST)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "SAME-ORIGIN"},
        {"origin": "null"},
        {"origin": "http://localhost:8081"},
        {"origin": "http://localhost"},
        {"origin": "http://evil.example.com"},
        {"origin": "http://localhost:8080.evil.example.com"},
        {"origin": "http://localhost:8080@evil.example.com"},
        {"origin": "file://localhost:8080"},
        {"origin": ""},
        {"origin": "http://localhost:8080", "sec-fetch-site": "cross-site"},
    ],
)
def test_other_sites_are_refused(headers: dict[str, str]):
    with pytest.raises(Refused):
        require_own_site(SETTINGS, headers, HOST)


def test_behind_a_public_address_only_that_address_is_ours():
    require_own_site(PUBLIC, {"origin": "https://crm.example.com"}, "10.0.0.1:8080")
    for origin in ("http://crm.example.com", "https://crm.example.com.evil.com", "http://10.0.0.1:8080"):
        with pytest.raises(Refused):
            require_own_site(PUBLIC, {"origin": origin}, "10.0.0.1:8080")


def test_a_csrf_token_belongs_to_one_session():
    token = csrf_token(SETTINGS, "session-one")

    require_csrf(SETTINGS, "session-one", token)
    for session, sent in (("session-two", token), ("session-one", ""), ("session-one", None), ("session-one", "é")):
        with pytest.raises(Refused):
            require_csrf(SETTINGS, session, sent)


def test_the_log_in_form_is_tied_to_the_browser_it_was_sent_to():
    visit = new_visit()

    require_visit(SETTINGS, visit, visit_token(SETTINGS, visit))
    for cookie, sent in (
        (None, visit_token(SETTINGS, visit)),
        (new_visit(), visit_token(SETTINGS, visit)),
        (visit, None),
    ):
        with pytest.raises(Refused):
            require_visit(SETTINGS, cookie, sent)
