"""R20: whatever is sent, the answer says what is wrong, nothing changes, and the server does not fail."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.api.bad_requests import Bad, bad_requests
from tests.api.house import House

CASES = list(bad_requests())


class Workshop:
    """Records that the corpus points at."""

    def __init__(self, house: House) -> None:
        me = house.caller()
        self.house = house
        self.machine = me.make("machine", name="Drill", code="AB-1", price=10, cost=5)
        me.make("machine", name="Saw", code="AA-1")
        self.job = me.make(
            "job",
            title="Bore",
            machine=self.machine["id"],
            planned="2026-11-23",
            lines=[{"text": "a", "hours": 1, "rate": 1}],
        )
        self.places = {
            "{machine}": self.machine["id"],
            "{job}": self.job["id"],
            "{line}": self.job["lines"][0]["id"],
        }

        self.machine = me.read("machine", self.machine["id"])
        self.before = house.digest()

    def fill(self, text: str) -> str:
        for place, id in self.places.items():
            text = text.replace(place, id)
        return text

    def headers(self, bad: Bad) -> dict[str, str]:
        return {name: value.replace("*current*", f'"{self.version(bad)}"') for name, value in bad.headers.items()}

    def version(self, bad: Bad) -> int:
        return int(self.job["version"] if "/job/" in bad.path else self.machine["version"])


@pytest.fixture(scope="module")
def workshop(shared_house: House) -> Workshop:
    return Workshop(shared_house)


def send(workshop: Workshop, bad: Bad) -> tuple[int, dict[str, str], Any]:
    body = bad.bytes()
    if body is not None and bad.json is not None:
        body = workshop.fill(body.decode()).encode()
    headers = {"Accept-Language": "en", **workshop.headers(bad)}
    if bad.json is not None:
        headers.setdefault("Content-Type", "application/json")
    if bad.token:
        headers["Authorization"] = f"Bearer {workshop.house.tokens['acme', bad.token]}"
    path, _, query = workshop.fill(bad.path).partition("?")
    builder = EnvironBuilder(method=bad.method, path="/", data=body)
    environ = builder.get_environ()
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query.encode("utf-8").decode("latin-1")
    for name, value in headers.items():
        key = "CONTENT_TYPE" if name == "Content-Type" else "HTTP_" + name.upper().replace("-", "_")
        environ[key] = value.encode("utf-8").decode("latin-1")
    chunks, status, sent = run_wsgi_app(workshop.house.app, environ)
    text = b"".join(chunks)
    return int(status[:3]), {name.lower(): value for name, value in sent}, json.loads(text) if text else {}


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_bad_request_is_refused_with_its_reason(workshop: Workshop, bad: Bad):
    status, headers, problem = send(workshop, bad)

    assert status < 500, problem
    assert status in bad.status, problem
    if status == 308:
        return
    assert headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["code"]
    assert problem["title"]
    assert problem["request_id"] == headers["x-request-id"]
    if bad.code:
        assert problem["code"] == bad.code
    assert all(error["code"] and error["message"] for error in problem["errors"])
    for word in ("Traceback", "SELECT ", "sqlite3", "psycopg", "/work", "site-packages", "engine/"):
        assert word not in str(problem).replace(bad.path, ""), problem
    assert workshop.house.digest() == workshop.before


def test_the_corpus_is_large_enough():
    assert len(CASES) >= 130
