"""Cookies and the headers that every answer carries."""

from __future__ import annotations

from dataclasses import replace

from engine.auth.headers import drop_cookie, security_headers, session_cookie, set_cookie, visit_cookie
from engine.settings import Settings

PLAIN = Settings(secret=b"x" * 40)
HTTPS = replace(PLAIN, public_url="https://crm.example.com")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites():
    for settings in (PLAIN, HTTPS):
        cookie = set_cookie(settings, session_cookie(settings), "acme.x")
        assert "; HttpOnly" in cookie
        assert "; SameSite=Lax" in cookie
        assert "; Path=/" in cookie
        assert "Domain" not in cookie
        assert "Max-Age=0" in drop_cookie(settings, session_cookie(settings))


def test_over_https_cookies_are_bound_to_the_host():
    for name in (session_cookie(HTTPS), visit_cookie(HTTPS)):
        assert name.startswith("__Host-")
        assert set_cookie(HTTPS, name, "x").endswith("; Secure")
    assert not session_cookie(PLAIN).startswith("__")


def test_scripts_and_styles_come_from_here_only():
    policy = security_headers(HTTPS)["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "'unsafe-eval'" not in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "Strict-Transport-Security" in security_headers(HTTPS)
    assert "Strict-Transport-Security" not in security_headers(PLAIN)
