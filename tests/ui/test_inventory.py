"""Every route of the pages: nothing without a session, no change without the token, no change by looking."""

from __future__ import annotations

import re

import pytest

from engine.ui import ROUTES
from engine.ui.door import Route
from tests.ui.showroom import Showroom

# pages for people without an account: what they hold says what it opens
HELD = {"/decide/<tenant>/<token>", "/forms/<tenant>/<form>", "/forms/<tenant>/<form>/<id>/<seal>"}
PUBLIC = {"/login", "/alive", "/assets/<name>", "/assets/icons/<name>.svg", *HELD}
KEPT = [route for route in ROUTES if route.access == "user"]
PLACES = {"object": "work", "name": "town", "login": "clerk", "code": "harbin", "field": "artist"}


ODD_PLACES = (
    ("/o/work/bulk", "action"),
    ("/o/work/bulk", "row"),
    ("/o/work/columns", "column"),
    ("/o/work/lookup/artist", "q"),
    ("/preferences", "theme"),
    ("/dictionaries/town/new", "code"),
    ("/users/+new", "login"),
    ("/profile/tokens", "days"),
    ("/profile/sessions", "id"),
    ("/import", "object"),
    ("/customise/o/work/new", "name"),
    ("/customise/o/work/form", "item"),
    ("/customise/o/work/list", "to"),
    ("/customise/o/work/check", "that"),
    ("/customise/dictionaries/new", "items"),
    ("/customise/versions", "version"),
)


def address(showroom: Showroom, route: Route) -> str:
    id = "00000000-0000-7000-8000-000000000000"
    return re.sub(r"<(\w+)>", lambda found: PLACES.get(found[1], id), route.rule)


def test_only_the_door_is_open_to_strangers() -> None:
    assert {route.rule for route in ROUTES if route.access == "public"} == PUBLIC


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.access == "user"], ids=lambda r: f"{r.method} {r.rule}"
)
def test_a_stranger_gets_nothing(showroom: Showroom, route: Route) -> None:
    stranger = showroom.visitor()
    path = address(showroom, route)

    answer = stranger.get(path).answer if route.method == "GET" else stranger.post(path, {}).answer

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("rule", sorted(HELD))
def test_what_strangers_hold_opens_nothing_when_it_is_made_up(showroom: Showroom, rule: str) -> None:
    path = address(showroom, next(route for route in ROUTES if route.rule == rule))

    assert showroom.visitor().get(path).status == 404
    assert showroom.visitor().post(path, {}).status == 404


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.method == "POST" and route.rule not in HELD],
    ids=lambda r: r.rule,
)
def test_no_change_without_the_token_or_from_another_site(showroom: Showroom, route: Route) -> None:
    clerk = showroom.visitor("clerk")
    path = address(showroom, route)

    assert clerk.post(path, {}).status == (403 if route.access == "user" else 422)
    token = {"_csrf": clerk.token()}
    assert clerk.post(path, token, Origin="https://evil.example").status == 403
    assert clerk.post(path, token, Sec_Fetch_Site="same-site").status == 403


def test_looking_changes_nothing(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    id = showroom.make("work", name="Looked at")
    before = showroom.engine.records.get(showroom.context(), "work", id).version

    for route in ROUTES:
        if route.method == "GET" and route.rule.startswith("/o/"):
            boss.get(re.sub(r"<id>", id, re.sub(r"<(object|field|name)>", lambda f: PLACES[f[1]], route.rule)))

    assert showroom.engine.records.get(showroom.context(), "work", id).version == before


def test_odd_parameters_are_answered_with_a_page_never_with_a_fault(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    odd = ["", "%00", "'", '"', "../..", "{{7*7}}", "<script>", "9" * 400, "null", "[]", "-1", "é€𝄞", "a:b:c:d"]
    names = ["view", "f", "match", "where", "q", "sort", "after", "deleted", "key", "r", "from", "back", "columns"]
    for path in ("/o/work", "/o/work/count", "/o/work/filter", "/o/work/filter/row", "/o/work/new", "/search"):
        for name in names:
            for value in odd:
                status = boss.client.get(path, query_string={name: value}).status_code
                assert status < 500, (path, name, value)


def test_odd_forms_are_answered_with_complaints_never_with_a_fault(showroom: Showroom) -> None:
    boss = showroom.visitor("boss")
    token = boss.token()
    artist = showroom.make("artist", name="Odd")
    id = showroom.make("work", name="Odd")
    shape = boss.get("/o/work/new").form("/o/work/new")
    odd = ["\x00", "{}", "[1", "NaN", "1e999999", "-", "'; DROP TABLE work; --", "<b>", "9" * 5000, "2026-02-30"]
    odd += ["25:99", "0x10", "\u202e", "\n", "²"]
    for value in odd:
        values = {name: value for name in shape if not name.startswith("_")} | {"_csrf": token}
        for path in ("/o/work/new", "/o/work/preview", f"/o/work/{id}/edit", f"/o/work/preview?id={id}"):
            page = boss.post(path, values | {"_version": value})
            assert page.status < 500, (path, value[:20])
        lines = {f"lines.{key}.{name}": value for key in ("a", "b") for name in ("work", "quantity", "price", "id")}
        page = boss.post("/o/deal/new", {"_csrf": token, "artist": artist, "artist.text": "Odd", **lines})
        assert page.status < 500, value[:20]
        for path, name in ODD_PLACES:
            assert boss.post(path, {"_csrf": token, name: value}).status < 500, (path, value[:20])
