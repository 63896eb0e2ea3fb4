"""R13: two tenants with different packs in one process; what belongs to one is nowhere in the other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import cycle, product
from typing import Any
from zipfile import ZipFile

import pytest
from werkzeug.test import Client

from engine.auth import NewUser, Visitor
from engine.auth.csrf import csrf_token
from engine.wiring import web_app_of
from tests.api.house import PASSWORD, House
from tests.api.test_routes import routes

CANARY = "canary-5f1c77"
CAMPAIGN = bool(os.environ.get("TESSERA_CAMPAIGN"))


class Twins:
    """acme holds canaries everywhere; lib is who looks for them."""

    def __init__(self, house: House) -> None:
        self.house = house
        me = house.caller("boss")
        self.machine = me.make("machine", name=f"{CANARY} machine", code="ZZ-1", notes=CANARY, key=CANARY)
        self.job = me.make(
            "job",
            title=f"{CANARY} job",
            machine=self.machine["id"],
            planned="2026-11-23",
            lines=[{"text": CANARY, "hours": 1, "rate": 1}],
        )
        me.post("/api/v1/dictionaries/grade/items", {"code": "CANARY", "title": CANARY})
        accounts = house.engine.auth.accounts
        accounts.create("acme", NewUser(login="canary", name=CANARY, password=PASSWORD))
        self.cookie = str(house.engine.auth.log_in("lib", "boss", PASSWORD, Visitor("192.0.2.1")))
        self.before = house.digest("acme")

    def addresses(self, rule: str) -> Iterator[str]:
        """Yield the address with names and ids of acme."""
        for object, id in (
            ("machine", self.machine["id"]),
            ("job", self.job["id"]),
            ("job_line", self.job["lines"][0]["id"]),
        ):
            filled = rule.replace("<object>", object).replace("<id>", id).replace("<transition>", "release")
            filled = filled.replace("<name>", "grade").replace("<code>", "CANARY").replace("<login>", "canary")
            yield re.sub(r"<[^>]*>", "replaces", filled)


@pytest.fixture(scope="module")
def twins(shared_house: House) -> Twins:
    return Twins(shared_house)


BODIES = [
    "{}",
    '{"name": "x"}',
    '{"operations": [{"kind": "delete", "id": "%s", "version": 1}]}',
    '{"input": {}, "id": "%s"}',
]


def said_by(answer: Any) -> str:
    """Return the text of an answer, that inside a workbook included."""
    if not answer.data.startswith(b"PK"):
        return str(answer.data.decode())
    with ZipFile(BytesIO(answer.data)) as workbook:
        return "".join(workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist())


def pairs(path: str, credentials: Sequence[Any], bodies: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """Ask with each body once: pages by the cookie, which alone opens them, REST by token and cookie in turn."""
    if not path.startswith("/api/"):
        credentials = credentials[1:]
    turns = bodies if len(bodies) > 1 else bodies * len(credentials)
    return zip(cycle(credentials), turns, strict=False)


def test_every_route_asked_by_the_other_tenant_with_our_ids_tells_nothing(twins: Twins):
    house = twins.house
    csrf = csrf_token(house.engine.settings, twins.cookie)
    credentials = (
        {"Authorization": f"Bearer {house.tokens['lib', 'boss']}"},
        {"Cookie": f"tessera={twins.cookie}", "X-CSRF-Token": csrf},
    )
    asked = 0
    for method, rule, _ in routes(house):
        if (method, rule) == ("POST", "/logout"):
            continue
        for path in dict.fromkeys(twins.addresses(rule)):
            bodies = BODIES if method != "GET" else [""]
            for credential, body in product(credentials, bodies) if CAMPAIGN else pairs(path, credentials, bodies):
                sent = body.replace("%s", twins.machine["id"]).encode()
                headers = {"Content-Type": "application/json", "If-Match": '"1"', **credential}
                answer = Client(house.app, use_cookies=False).open(
                    path, method=method, data=sent or None, headers=headers
                )
                asked += 1
                assert answer.status_code < 500, (method, path, answer.data[:500])
                assert CANARY not in said_by(answer), (method, path)
                assert CANARY not in str(answer.headers), (method, path)
    assert asked > 300
    assert house.digest("acme") == twins.before


def test_a_record_of_the_other_tenant_is_as_missing_as_one_that_never_was(twins: Twins):
    lib = twins.house.caller("keeper", "lib")

    theirs = lib.get(f"/api/v1/records/machine/{twins.machine['id']}")
    nobodys = lib.get("/api/v1/records/machine/00000000-0000-7000-8000-000000000000")

    assert theirs.status_code == nobodys.status_code == 404
    assert {**theirs.json, "request_id": ""} == {**nobodys.json, "request_id": ""}


@pytest.mark.parametrize(
    "spoof",
    [
        {"X-Tenant": "acme"},
        {"Host": "acme.localhost"},
        {"X-Forwarded-Host": "acme.localhost"},
        {"Cookie": "tenant=acme"},
    ],
    ids=str,
)
def test_the_tenant_comes_from_the_credential_only(twins: Twins, spoof: dict[str, str]):
    lib = twins.house.caller("keeper", "lib")
    lib.headers.update(spoof)

    assert lib.get("/api/v1/me").json["tenant"] == "lib"
    assert lib.get("/api/v1/records/job").status_code == 404
    assert lib.get("/api/v1/me?tenant=acme").status_code == 400


def test_a_token_or_cookie_with_the_other_tenants_name_is_nobodys(twins: Twins):
    house = twins.house
    forged = house.tokens["lib", "boss"].replace("tsr_lib_", "tsr_acme_")
    cookie = twins.cookie.replace("lib.", "acme.")

    for headers in ({"Authorization": f"Bearer {forged}"}, {"Cookie": f"tessera={cookie}"}):
        assert Client(house.app, use_cookies=False).get("/api/v1/me", headers=headers).status_code == 401


def test_each_tenant_has_its_own_model_under_the_same_name(twins: Twins):
    acme = twins.house.caller("boss").get("/api/v1/objects/machine").json
    lib = twins.house.caller("boss", "lib").get("/api/v1/objects/machine").json

    assert {field["name"] for field in acme["fields"]} != {field["name"] for field in lib["fields"]}
    assert "book" not in str(twins.house.caller("boss").get("/api/v1/openapi.json").json)
    assert "job" not in twins.house.caller("boss", "lib").get("/api/v1/openapi.json").json["components"]["schemas"]


def test_the_same_key_and_number_in_two_tenants_do_not_meet(twins: Twins):
    acme, lib = twins.house.caller("boss"), twins.house.caller("boss", "lib")

    assert acme.post("/api/v1/records/machine", {"name": "x"}, Idempotency_Key="same").status_code == 201
    assert lib.post("/api/v1/records/machine", {"label": "x"}, Idempotency_Key="same").status_code == 201


def test_a_change_of_one_tenants_definitions_leaves_the_other_alone(twins: Twins):
    engine = twins.house.engine
    before = twins.house.caller("boss").get("/api/v1/me").headers["X-Metadata-Version"]
    overlay = "change: object book\ninsert: {fields: {shelf: {type: text, title: {zh: 书架, en: Shelf}}}}\n"

    engine.tenancy.set_overlay("lib", overlay)

    lib = twins.house.caller("boss", "lib").get("/api/v1/objects/book")
    assert "shelf" in {field["name"] for field in lib.json["fields"]}
    assert lib.headers["X-Metadata-Version"] == "2"
    assert twins.house.caller("boss").get("/api/v1/me").headers["X-Metadata-Version"] == before


def test_a_tenants_own_host_serves_that_tenant_only(twins: Twins):
    hosts = replace(twins.house.engine.settings, tenant_hosts={"lib.example.com": "lib"})
    app = web_app_of(replace(twins.house.engine, settings=hosts))

    for login, tenant, status in (("keeper", "lib", 200), ("boss", "acme", 401)):
        headers = {"Host": "lib.example.com", "Authorization": f"Bearer {twins.house.tokens[tenant, login]}"}
        answer = Client(app, use_cookies=False).get("/api/v1/me", headers=headers)
        assert answer.status_code == status
