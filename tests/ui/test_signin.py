"""The door: log-in, log-out, and what strangers get."""

from __future__ import annotations

import pytest

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor


def test_a_stranger_is_sent_to_the_log_in_page_and_back_again(showroom: Showroom) -> None:
    visitor = showroom.visitor()

    answer = visitor.get("/o/artist?view=north").answer
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=%2Fo%2Fartist%3Fview%3Dnorth"

    page = visitor.submit(answer.headers["Location"], "/login", login="clerk", password="correct horse battery")
    assert page.answer.headers["Location"] == "/o/artist?view=north"


def test_a_wrong_password_is_refused_in_words_and_the_login_kept(showroom: Showroom) -> None:
    page = showroom.visitor().submit("/login", login="clerk", password="wrong")

    assert page.status == 422
    assert "Login or password is wrong" in page.text
    assert page.all("//input[@name='login']/@value") == ["clerk"]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_log_in_never_leads_to_another_site(showroom: Showroom, target: str) -> None:
    page = showroom.visitor().submit(f"/login?next={target}", "/login", login="clerk", password="correct horse battery")

    assert page.answer.headers["Location"] == "/"


def test_the_log_in_form_of_another_site_is_refused(showroom: Showroom) -> None:
    visitor = showroom.visitor()
    values = visitor.get("/login").form("/login") | {"login": "clerk", "password": "correct horse battery"}

    page = visitor.post("/login", values, Origin="https://evil.example", Sec_Fetch_Site="cross-site")

    assert page.status == 403


def test_log_out_ends_the_session(clerk: Visitor) -> None:
    page = clerk.submit("/profile", "/logout")

    assert page.status == 303
    assert clerk.get("/o/artist").status == 303


def test_a_change_without_the_token_of_the_session_is_refused(clerk: Visitor) -> None:
    page = clerk.post("/o/artist/new", {"name": "Forged"})

    assert page.status == 403
    assert "page has expired" in page.text


def test_a_change_from_another_site_is_refused_even_with_the_token(clerk: Visitor) -> None:
    values = {"name": "Forged", "_csrf": clerk.token()}

    page = clerk.post("/o/artist/new", values, Origin="https://evil.example", Sec_Fetch_Site="cross-site")

    assert page.status == 403


def test_the_language_of_pages_is_switched_and_kept(showroom: Showroom) -> None:
    visitor = showroom.visitor("clerk")

    visitor.post("/preferences", {"_csrf": visitor.token(), "language": "zh", "_back": "/o/artist"})

    page = visitor.get("/o/artist")
    assert page.all("//html/@lang") == ["zh-CN"]
    assert "新建艺术家" in page.text


def test_pages_hold_no_inline_script_and_no_inline_style(showroom: Showroom, clerk: Visitor) -> None:
    pages = [showroom.visitor().get("/login")]
    pages += [clerk.get(path) for path in ("/o/artist", "/o/work/new", "/profile", "/search")]
    for page in pages:
        assert not page.all("//script[not(@src)] | //style | //*[@style]")
        assert not [name for one in page.all("//*") for name in one.attrib if name.lower().startswith("on")]


def test_answers_carry_the_headers_that_keep_pages_safe(clerk: Visitor) -> None:
    headers = clerk.get("/o/artist").answer.headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
