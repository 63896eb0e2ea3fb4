"""Requests that are wrong, each in its own way; ``{machine}``, ``{job}`` ... are filled with ids of the workshop."""

# ruff: noqa: E501 - a table of cases is read along its lines

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Bad:
    """One request and what may be answered: any of ``status``, and this code when it is given."""

    method: str
    path: str
    status: tuple[int, ...]
    code: str = ""
    json: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    token: str = "foreman"

    @property
    def name(self) -> str:
        shown = self.body if self.body is not None else orjson.dumps(self.json) if self.json is not None else b""
        return f"{self.method} {self.path[:70]} {shown[:50]!r} {self.headers or ''} {self.token}"

    def bytes(self) -> bytes | None:
        if self.body is not None:
            return self.body
        return orjson.dumps(self.json) if self.json is not None else None


def bad_requests() -> Iterator[Bad]:
    """Yield the whole corpus."""
    for make in (
        _credentials,
        _addresses,
        _bodies,
        _queries,
        _lines_are_no_column,
        _filters,
        _values,
        _versions,
        _transitions,
        _bulk,
        _others,
    ):
        yield from make()


def _credentials() -> Iterator[Bad]:
    path = "/api/v1/records/machine"
    for authorization in (
        "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer tsr_acme_0000000000000000_" + "A" * 43,
        "Bearer tsr_nowhere_0000000000000000_" + "A" * 43, "Bearer " + "A" * 4_000, "Bearer tsr_acme_%00_x",
        "Digest username=x", "Bearer tsr_ACME_0000000000000000_" + "A" * 43, "Bearer null", "Bearer undefined",
    ):  # fmt: skip
        yield Bad("GET", path, (401,), "unauthenticated", headers={"Authorization": authorization}, token="")
    yield Bad("GET", path, (401,), "unauthenticated", token="")
    yield Bad("GET", path, (401,), "unauthenticated", headers={"Cookie": "tessera=acme." + "a" * 43}, token="")
    yield Bad("GET", path, (401,), "unauthenticated", headers={"Cookie": "tessera=;;;=;\u00e9"}, token="")
    yield Bad("POST", path, (403,), "token_read_only", json={"name": "x"}, token="reader")
    for headers in ({"Origin": "https://evil.example.com"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        yield Bad("POST", path, (403,), "cross_site", json={"name": "x"}, headers=headers, token="")
    yield Bad("GET", f"{path}?tenant=library", (400,), "unknown_parameter")


def _addresses() -> Iterator[Bad]:
    for path in (
        "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/records/machine", "/api/v1/records", "/api/v1/nothing",
        "/api/v1/records/machine/", "/api/v1//records/machine", "/api/v1/records/machine/{machine}/x",
        "/api/v1/records/machine/../machine", "/api/v1/records/%2e%2e/machine", "/.env", "/.git/config",
        "/api/v1/records/machine/{machine}/transitions/", "/api/v1/records/machine/{machine}/transitions",
    ):  # fmt: skip
        yield Bad("GET", path, (404, 405, 308))
    for object in (
        "nothing", "ledger", "tessera_user", "Machine", "machine ", "machine;drop", "machine'--", "machines",
        "sqlite_master", "pg_catalog.pg_user", "a" * 200, "\u4e2d\u6587", "_", "job_line%20", "..%2f..", "{x}",
    ):  # fmt: skip
        yield Bad("GET", f"/api/v1/records/{object}", (404,))
        yield Bad("GET", f"/api/v1/objects/{object}", (404,))
    for id in (
        "x",
        "1",
        NOBODY,
        "0",
        "-1",
        "null",
        "a" * 300,
        "%00",
        "' OR 1=1--",
        "{job}",
        NOBODY.upper(),
        "%e4%b8%ad",
    ):
        yield Bad("GET", f"/api/v1/records/machine/{id}", (400, 404))
    for method, path in (
        ("PUT", "/api/v1/records/machine/{machine}"), ("POST", "/api/v1/records/machine/{machine}"),
        ("DELETE", "/api/v1/records/machine"), ("PATCH", "/api/v1/records/machine"), ("POST", "/api/v1/objects"),
        ("TRACE", "/api/v1/me"), ("OPTIONS", "/api/v1/me"), ("BREW", "/api/v1/me"), ("POST", "/healthz"),
        ("GET", "/api/v1/records/machine/{machine}/transitions/release"), ("POST", "/api/v1/openapi.json"),
    ):  # fmt: skip
        yield Bad(method, path, (405,), "method_not_allowed")
    yield Bad("POST", "/api/v1/me", (405,), headers={"X-HTTP-Method-Override": "GET"})


def _bodies() -> Iterator[Bad]:
    path = "/api/v1/records/machine"
    json_type = {"Content-Type": "application/json"}
    for body, code in (
        (b"", "not_an_object"), (b"{", "bad_json"), (b"[]", "not_an_object"), (b"null", "not_an_object"),
        (b'"x"', "not_an_object"), (b"5", "not_an_object"), (b'{"name": NaN}', "bad_number"),
        (b'{"name": "\\ud800"}', "bad_text"), (b'{"name": "a\\u0000b"}', "bad_text"), (b"\xff\xfe", "bad_json"),
        (b'{"name": "x", "name": "y"}', "json_key_twice"), (b'{"name": "x"} trailing', "bad_json"),
        (b"name=x", "bad_json"), (b"<xml/>", "bad_json"), (b'{"name": "\xed\xa0\x80"}', "bad_json"),
    ):  # fmt: skip
        yield Bad("POST", path, (400,), code, body=body, headers=json_type)
    yield Bad(
        "POST", path, (400,), "limit_exceeded", body=b'{"settings":' + b"[" * 70 + b"]" * 70 + b"}", headers=json_type
    )
    yield Bad("POST", path, (400,), body=b"[" * 100_000, headers=json_type)
    many = b",".join(b'"k%d":1' % number for number in range(1_001))
    yield Bad("POST", path, (400,), "limit_exceeded", body=b"{" + many + b"}", headers=json_type)
    yield Bad("POST", path, (400,), "limit_exceeded", json={"name": "x", "settings": [1] * 10_001}, headers=json_type)
    yield Bad("POST", path, (422,), "limit_exceeded", body=b'{"count": 9007199254740992}', headers=json_type)
    yield Bad("POST", path, (422,), "limit_exceeded", body=b'{"price": 1e400}', headers=json_type)
    yield Bad("POST", path, (413,), "limit_exceeded", body=b'{"name":"' + b"x" * 2_100_000 + b'"}', headers=json_type)
    for content_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json", "a" * 300):
        yield Bad(
            "POST", path, (415,), "unsupported_media_type", body=b'{"name":"x"}', headers={"Content-Type": content_type}
        )
    yield Bad("GET", path, (400,), "body_unexpected", json={"name": "x"})
    yield Bad("DELETE", path + "/{machine}", (400,), "body_unexpected", json={}, headers={"If-Match": '"1"'})


def _queries() -> Iterator[Bad]:
    path = "/api/v1/records/machine?"
    for query, code in (
        ("limit=0", "bad_parameter"), ("limit=-1", "bad_parameter"), ("limit=x", "bad_parameter"), ("limit=", "bad_parameter"),
        ("limit=1.5", "bad_parameter"), ("limit=201", "limit_exceeded"), ("limit=200000", "limit_exceeded"),
        ("limit=%D9%A1", "bad_parameter"), ("limit=99999999999999999999", "bad_parameter"),
        ("limit=1&limit=2", "repeated_parameter"), ("nothing=1", "unknown_parameter"), ("Limit=1", "unknown_parameter"),
        ("offset=5", "unknown_parameter"), ("count=maybe", "bad_parameter"), ("deleted=1", "bad_parameter"),
        ("after=x", ""), ("after=%00", "bad_text"), ("after=" + "A" * 2_000, ""), ("after=eyJhIjoxfQ", ""),
        ("sort=nothing", ""), ("sort=,", "bad_parameter"), ("sort=-", ""), ("sort=name,name,name,name,name,name", "limit_exceeded"),
        ("sort=name%20desc", ""), ("sort=name;drop%20table", ""), ("sort=key", ""), ("sort=replaces.nothing", ""),
        ("sort=--name", "bad_parameter"), ("sort=random()", ""), ("sort=lines", ""), ("fields=nothing", ""), ("fields=name,,cost", "bad_parameter"),
        ("fields=*", ""), ("fields=name,(select%201)", ""), ("view=nothing", ""), ("view=%27", ""),
        ("q=%00", "bad_text"), ("where=%ED%A0%80", ""), ("filter[name]=x", "unknown_parameter"), ("fields=key", ""),
    ):  # fmt: skip
        yield Bad("GET", path + query, (400, 404, 422), code)
    yield Bad("GET", path + "q=" + "x" * 9_000, (414,), "limit_exceeded")
    yield Bad("GET", "/api/v1/me?x=1", (400,), "unknown_parameter")


def _lines_are_no_column() -> Iterator[Bad]:
    for query in (
        "sort=lines",
        "sort=-machine.name,lines",
        "sort=machine.jobs_of",
        "where=lines%20%3D%20null%20and",
        "fields=lines.text",
    ):
        yield Bad("GET", f"/api/v1/records/job?{query}", (400,))
    yield Bad("GET", "/api/v1/records/job_line?sort=job.lines", (400,))


def _filters() -> Iterator[Bad]:
    for where in (
        "name =", "= 1", "nothing = 1", "name = ", "name == 'x'", "name = 1 +", "(((", "]", "name = 'x'", '"', "/* ",
        'name = "x" or 1', "1", '"text"', "null = ", "key = \"x\"", "machine.name = \"x\"", "__class__", "name.__class__",
        "replaces.nothing = 1", "replaces.key = 1", "price > ", "price > \"a\"", "bought = \"x\"", "bought > 5",
        "matches(name, \"(a+)+$\")", "name = \"" + "x" * 3_000, "some x in [1,2] satisfies", "function(x) x",
        "for x in 1..100000000 return x", "1/0 = 1 and", "if true then", "{a: }", "[1,2", "name between", "today(",
        "now() + 1", "count(jobs_list) > 1", "lines.amount > 1", "actor.password = \"x\"", "\u202e", "sum(",
        " and ".join(["price > 1"] * 60), "price in (" + ",".join(map(str, range(600))) + ")",
        "not(" * 70 + "true" + ")" * 70,
    ):  # fmt: skip
        yield Bad("GET", f"/api/v1/records/machine?where={_quoted(where)}", (400, 422))
    for where in ("cost > 5", "margin > 1", "cost = null"):
        yield Bad("GET", f"/api/v1/records/machine?where={_quoted(where)}", (400, 422), token="helper")
    yield Bad("GET", "/api/v1/records/machine?sort=cost", (400,), "field_not_available", token="helper")
    yield Bad("GET", "/api/v1/records/machine?fields=cost", (400, 404), token="helper")


def _values() -> Iterator[Bad]:
    path = "/api/v1/records/machine"
    for change in (
        {}, {"name": None}, {"name": ""}, {"name": "   "}, {"name": 5}, {"name": []}, {"name": {}}, {"name": True},
        {"name": "x" * 81}, {"name": "x" * 100_000}, {"name": "a\nb"}, {"nothing": 1}, {"Name": "x"}, {"id": NOBODY},
        {"version": 5}, {"created_at": "2020-01-01T00:00:00Z"}, {"created_by": NOBODY}, {"updated_by": NOBODY},
        {"deleted_at": "2020-01-01T00:00:00Z"}, {"margin": 5}, {"jobs": 5}, {"tenant_id": "library"}, {"_allowed": []},
        {"code": "x"}, {"code": "A-1\n"}, {"code": "A-" + "1" * 30}, {"code": "AB-TAKEN"}, {"code": "AA-1"},
        {"grade": "Z"}, {"grade": "C"}, {"grade": 5}, {"grade": ["A"]}, {"colours": ["green"]}, {"colours": "red"},
        {"colours": [["red"]]}, {"colours": ["red"] * 600}, {"price": -1}, {"price": 1_000_001}, {"price": "x"}, {"price": "1,5"},
        {"price": 1.234}, {"price": True}, {"price": "1e999"}, {"price": "NaN"}, {"price": "Infinity"}, {"price": "0x10"},
        {"price": "\u0661"}, {"price": 10, "cost": 20}, {"weight": 1.0001}, {"weight": 10**10}, {"count": 1.5}, {"count": "x"},
        {"count": 2**53 - 1 + 0.5}, {"running": "yes"}, {"running": 1}, {"bought": "2026-02-31"}, {"bought": "31.12.2026"},
        {"bought": "2026-13-01"}, {"bought": 20260101}, {"bought": "0000-01-01"}, {"bought": "99999-01-01"},
        {"checked_at": "2026-01-01T25:00:00Z"}, {"checked_at": "x"}, {"checked_at": "9999-12-31T23:59:59-14:00"},
        {"starts": "25:00"}, {"starts": "8:00"}, {"cycle": "x"}, {"cycle": "P1Y"}, {"cycle": 10**15}, {"manual": "javascript:alert(1)"},
        {"manual": "x"}, {"contact": "a@"}, {"contact": "a@b@c"}, {"contact": "a\r\nBcc: b@c.de"}, {"hotline": "x"},
        {"hotline": "+" * 50}, {"place": {"planet": "Mars"}}, {"place": [1]}, {"place": {"city": {"a": 1}}},
        {"replaces": "x"}, {"replaces": NOBODY}, {"replaces": {"id": NOBODY}}, {"replaces": {"name": "nobody"}},
        {"replaces": {"key": "x"}}, {"replaces": {"id": NOBODY, "name": "x"}}, {"replaces": {}}, {"replaces": "{job}"},
        {"replaces": [NOBODY]}, {"stock": NOBODY}, {"stock": [NOBODY]}, {"stock": [{"a": 1}] * 3}, {"owner": NOBODY},
        {"owner": "system"}, {"department": NOBODY}, {"key": 5}, {"settings": {"a": "x" * 70_000}}, {"notes": 5},
        {"notes": "x" * 70_000},
    ):  # fmt: skip
        given = {"name": "Lathe", **change} if change else {}
        yield Bad("POST", path, (400, 403, 409, 422), json=given)
        if change and "name" not in change:
            yield Bad(
                "PATCH", path + "/{machine}", (400, 403, 409, 422), json=change, headers={"If-Match": "*current*"}
            )
    yield Bad("POST", path, (403, 422), json={"name": "x", "cost": 5}, token="helper")
    yield Bad("POST", path, (403, 422), json={"name": "x", "price": 5}, token="helper")
    yield Bad(
        "PATCH", path + "/{machine}", (403,), json={"name": "x"}, headers={"If-Match": "*current*"}, token="helper"
    )
    yield Bad("DELETE", path + "/{machine}", (403,), headers={"If-Match": "*current*"}, token="helper")
    yield Bad("POST", "/api/v1/records/ledger", (404,), json={"name": "x"})
    yield Bad("POST", "/api/v1/records/unit", (403,), json={"name": "x"})
    yield Bad(
        "POST",
        "/api/v1/records/job_line",
        (403, 404, 409, 422),
        json={"text": "x", "hours": 1, "rate": 1, "job": NOBODY},
    )
    job = {"title": "Turn", "machine": "{machine}", "planned": "2026-11-23"}
    for change in (
        {"lines": "x"}, {"lines": {}}, {"lines": [5]}, {"lines": [{}]}, {"lines": [{"text": "a", "hours": 101, "rate": 1}]},
        {"lines": [{"text": "a", "hours": 1, "rate": 1, "amount": 99}]}, {"lines": [{"id": NOBODY, "text": "a", "hours": 1, "rate": 1}]},
        {"lines": [{"text": "a", "hours": 1, "rate": 1, "job": NOBODY}]}, {"lines": [[]]}, {"lines": [None]}, {"number": "JOB1"},
        {"status": "done"}, {"status": "released"}, {"status": None, "number": "x"}, {"total": 5}, {"planned": None}, {"machine": None},
        {"lines": [{"id": "{line}", "text": "a"}, {"id": "{line}", "text": "b"}]},
    ):  # fmt: skip
        yield Bad("POST", "/api/v1/records/job", (400, 404, 409, 422), json={**job, **change})


def _versions() -> Iterator[Bad]:
    path = "/api/v1/records/machine/{machine}"
    yield Bad("PATCH", path, (428,), "version_required", json={"notes": "x"})
    yield Bad("DELETE", path, (428,), "version_required")
    for tag in ("x", '""', '"x"', "1", "*", '"-1"', '"1.5"', 'W/"x"', '"' + "9" * 40 + '"', '"1", "2"'):
        yield Bad("PATCH", path, (400,), "bad_header", json={"notes": "x"}, headers={"If-Match": tag})
    for tag in ('"999"', '"0"'):
        yield Bad("PATCH", path, (412,), json={"notes": "x"}, headers={"If-Match": tag})
        yield Bad("DELETE", path, (412,), headers={"If-Match": tag})
    yield Bad("PATCH", f"/api/v1/records/machine/{NOBODY}", (404,), json={"notes": "x"}, headers={"If-Match": '"1"'})


def _transitions() -> Iterator[Bad]:
    path = "/api/v1/records/job/{job}/transitions/"
    current = {"If-Match": "*current*"}
    yield Bad("POST", path + "release", (428,), "version_required")
    yield Bad("POST", path + "release", (412,), headers={"If-Match": '"77"'})
    yield Bad("POST", path + "nothing", (400, 404), headers=current)
    yield Bad("POST", path + "finish", (403, 409, 422), headers=current)
    yield Bad("POST", path + "cancel", (409, 422), headers=current)
    yield Bad("POST", path + "cancel", (400, 422), json={"reason": "r", "title": "other"}, headers=current)
    yield Bad("POST", path + "cancel", (400, 422), json={"reason": 5}, headers=current)
    yield Bad("POST", path + "cancel", (400,), json=[1], headers=current)
    yield Bad("POST", "/api/v1/records/machine/{machine}/transitions/release", (400, 404), headers={"If-Match": '"1"'})
    yield Bad("POST", f"/api/v1/records/job/{NOBODY}/transitions/release", (404,), headers={"If-Match": '"1"'})


def _bulk() -> Iterator[Bad]:
    path = "/api/v1/records/machine/bulk"
    for body in (
        {}, {"operations": []}, {"operations": {}}, {"operations": "x"}, {"operations": [5]}, {"operations": [{}]},
        {"operations": [{"kind": "explode"}]}, {"operations": [{"kind": "create"}]}, {"operations": [{"kind": "create", "input": 5}]},
        {"operations": [{"kind": "update", "input": {}}]}, {"operations": [{"kind": "update", "id": "{machine}", "input": {"notes": "x"}}]},
        {"operations": [{"kind": "upsert", "input": {"name": "x"}}]}, {"operations": [{"kind": "upsert", "key": "nothing", "input": {"name": "x"}}]},
        {"operations": [{"kind": "create", "input": {"name": "x"}, "extra": 1}]}, {"operations": [{"kind": "create", "input": {"name": "x"}}], "atomic": "yes"},
        {"operations": [{"kind": "create", "input": {"name": "x"}}], "more": 1}, {"operations": [{"kind": 5, "input": {}}]},
        {"operations": [{"kind": "update", "id": 5, "version": 1, "input": {}}]}, {"operations": [{"kind": "update", "id": "{machine}", "version": "1", "input": {}}]},
        {"operations": [{"kind": "create", "input": {"name": "x"}}] * 101}, {"operations": [{"kind": "create", "input": {"name": "x"}}, {"kind": "create", "input": {}}], "atomic": True},
        {"operations": [{"kind": "delete"}]}, {"operations": [None]},
    ):  # fmt: skip
        yield Bad("POST", path, (400, 422, 428), json=body)
    yield Bad(
        "POST", "/api/v1/records/ledger/bulk", (404,), json={"operations": [{"kind": "create", "input": {"name": "x"}}]}
    )


def _others() -> Iterator[Bad]:
    for body in ({}, {"input": 5}, {"input": {}, "x": 1}, {"id": 5, "input": {}}, {"id": NOBODY, "input": {}}):
        yield Bad("POST", "/api/v1/objects/machine/preview", (400, 404), json=body)
    yield Bad("POST", "/api/v1/objects/ledger/preview", (404,), json={"input": {}})
    yield Bad("GET", "/api/v1/dictionaries/nothing/items", (404,))
    for body in ({}, {"code": "D"}, {"code": "", "title": "x"}, {"code": "A", "title": "x"}, {"code": "a b\n", "title": "x"},
                 {"code": "D", "title": 5}, {"code": "D", "title": "x", "valid_from": "x"}, {"code": "D", "title": "x", "extra": 1},
                 {"code": "D", "title": "x", "order": "x"}, {"code": "D" * 300, "title": "x"}, {"code": "D", "title": {"xx": 5}},
                 {"code": "D", "title": "x", "active": "x"}, {"code": "D", "title": "x", "parent": "Z"}):  # fmt: skip
        yield Bad("POST", "/api/v1/dictionaries/grade/items", (400, 409, 422), json=body)
    yield Bad("POST", "/api/v1/dictionaries/colour/items", (403, 409, 422), json={"code": "green", "title": "x"})
    yield Bad("POST", "/api/v1/dictionaries/grade/items", (403,), json={"code": "D", "title": "x"}, token="helper")
    for key in ("", "x" * 201, "a b", "a\tb", "\u00e9", '"', "a/b?"):
        yield Bad(
            "POST",
            "/api/v1/records/machine",
            (400,),
            "bad_header",
            json={"name": "x"},
            headers={"Idempotency-Key": key},
        )
    yield Bad("GET", "/api/v1/records/machine/{machine}/history?limit=0", (400,), "bad_parameter")
    yield Bad("GET", f"/api/v1/records/machine/{NOBODY}/history", (404,))
    yield Bad("POST", "/api/v1/records/machine/{machine}/restore", (428,), "version_required")
    yield Bad("POST", "/api/v1/records/machine/{machine}/restore", (404, 409), headers={"If-Match": "*current*"})
    yield Bad("POST", f"/api/v1/records/machine/{NOBODY}/restore", (404,), headers={"If-Match": '"1"'})
    yield Bad("GET", "/api/v1/me", (400,), "host_not_allowed", headers={"Host": "evil.example.com"})
    yield Bad("GET", "/api/v1/me", (431,), "limit_exceeded", headers={f"X-{n}": "1" for n in range(70)})
    yield Bad("GET", "/api/v1/me", (431,), "limit_exceeded", headers={"X-Long": "a" * 17_000})
    yield Bad("GET", "/api/v1/me", (406,), "not_acceptable", headers={"Accept": "application/xml"})


def _quoted(text: str) -> str:
    return quote(text, safe="")
