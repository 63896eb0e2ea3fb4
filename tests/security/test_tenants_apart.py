"""Two tenants under one roof: every route with every id of the other's, and not a word of the other's comes out."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser, Visitor
from engine.auth.csrf import csrf_token
from engine.kernel.context import SYSTEM, Actor, Context
from engine.metamodel.layers.edits import Edit
from engine.rights.sharing import NewShare
from engine.wiring import Engine
from tests.conftest import DATABASES
from tests.oracle.people import User
from tests.security.requests import NOT_ASKED, V1
from tests.security.world import PASSWORD, House, open_world

CANARY = "canary-5d3f"
# what only the other tenant defines; the names are asked for, the titles must never come
OWN = f"""
role: canary_role
title: {{zh: {CANARY}, en: {CANARY}}}
grants: {{client: {{read: {{}}, create: {{}}}}}}
---
restrict: canary_bound
of: client
title: {{zh: {CANARY}, en: {CANARY}}}
that: 'record.name != "{CANARY} nobody"'
---
dictionary: canary_book
title: {{zh: {CANARY}, en: {CANARY}}}
open: true
items: {{A: {{title: {{zh: {CANARY}, en: {CANARY}}}}}}}
---
dataset: canary_data
of: client
title: {{zh: {CANARY}, en: {CANARY}}}
dimensions: {{level: level}}
measures: {{count: {{count: true}}}}
---
chart: canary_chart
title: {{zh: {CANARY}, en: {CANARY}}}
dataset: canary_data
kind: bar
rows: level
values: [count]
---
object: canary_thing
title: {{zh: {CANARY}, en: {CANARY}}}
display: name
fields: {{name: {{type: text, title: {{zh: {CANARY}, en: {CANARY}}}, required: true}}}}
"""
NAMES = {"role": "canary_role", "chart": "canary_chart", "dataset": "canary_data", "of": "canary_thing"}
_TAKES_IDS = rf"<(?:\w+:)?(?!(?:object|field|name|code|transition|{'|'.join(NAMES)})>)\w+>"
DEFINED = {
    "role": "canary_role",
    "restrict": "canary_bound",
    "dictionary": "canary_book",
    "dataset": "canary_data",
    "chart": "canary_chart",
    "object": "canary_thing",
}


@dataclass
class Twins:
    """Our tenant, and the other one whose every text is a canary."""

    ours: House
    ids: dict[str, list[str]]
    secrets: list[str]
    home: Path


@contextmanager
def twins(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Twins]:
    if kind == "sqlite":
        with _opened(f"sqlite:///{folder}/{{tenant}}.db", folder) as made:
            yield made
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url, _opened(url, folder) as made:
        yield made


@contextmanager
def _opened(url: str, folder: Path) -> Iterator[Twins]:
    house = open_world(url, folder, "read_only", 1, 4, untouched=True)
    engine = house.engine
    engine.tenancy.create("other", "Other")
    engine.tenancy.install("other", [folder / "pack"])
    user = engine.auth.accounts.create("other", NewUser(f"{CANARY}-boss", CANARY, PASSWORD, (), administrator=True))
    token = str(engine.auth.tokens.create("other", user.login, CANARY, ["read", "write"], None))
    cookie = str(engine.auth.log_in("other", user.login, PASSWORD, Visitor("192.0.2.9")))
    other = replace(house, tenant="other", users={"boss": User(user.id, user.login, frozenset(), True)})
    other.tokens, other.cookies = {"boss": token}, {"boss": cookie}
    system = Context("other", SYSTEM, "en", clock=house.clock)
    engine.tenancy.set_overlay("other", OWN)
    made: dict[str, list[str]] = {"user": [user.id]}
    for object, values in _records():
        given = {name: made["client"][0] if value == "@client" else value for name, value in values.items()}
        made.setdefault(object, []).append(engine.records.create(system, object, given).id)
    made["thing"] = [engine.records.create(system, "canary_thing", {"name": f"{CANARY} thing"}).id]
    boss = replace(system, actor=_actor(engine, user.id))
    share = engine.rights.sharing.share(boss, "client", made["client"][0], NewShare("role:canary_role", note=CANARY))
    made["share"] = [share.id]
    engine.overlays.propose(boss, [Edit("set", "role", "canary_role", ("title",), {"zh": CANARY, "en": f"{CANARY} 2"})])
    contract = other.client().post(
        f"{V1}/files?object=client&field=contract&name={CANARY}.txt",
        data=CANARY.encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    made["file"] = [contract.get_json()["id"]]
    try:
        yield Twins(house, made, [token, cookie, token.rpartition("_")[2]], folder)
    finally:
        house.close()


def _actor(engine: Engine, user: str) -> Actor:
    actor = engine.auth.actor_of("other", user)
    assert actor is not None
    return actor


def _records() -> Sequence[tuple[str, dict[str, Any]]]:
    return [
        ("unit", {"name": f"{CANARY} unit"}),
        ("person", {"name": f"{CANARY} person"}),
        ("client", {"name": f"{CANARY} client", "code": CANARY, "notes": f"{CANARY} notes", "phone": "13912345678"}),
        ("deal", {"title": f"{CANARY} deal", "client": "@client", "lines": [{"text": f"{CANARY} line"}]}),
        ("plain", {"name": f"{CANARY} plain", "client": "@client"}),
    ]


@pytest.mark.parametrize("kind", DATABASES)
def test_every_route_with_every_id_of_another_tenant_tells_nothing_of_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    with twins(kind, tmp_path, request) as made:
        capfd.readouterr()
        asked, told = 0, []
        for method, path, body in _crossing(made):
            for login in ("boss", "ann"):
                answer = _send(made.ours, login, method, path, body)
                asked += 1
                words = _without_echo(answer, path, body)
                if CANARY in words or any(secret in words for secret in made.secrets):
                    told.append(f"{login} {method} {path}: {answer.status_code}")
                if answer.status_code >= 500:
                    told.append(f"{login} {method} {path}: {answer.status_code}")
        written = capfd.readouterr()
        assert CANARY not in _logged(written.out + written.err)
        assert told == []
        assert asked > 500
        assert _in_files(made) == []
        _same_in_both(made)


def _crossing(made: Twins) -> Iterator[tuple[str, str, Any]]:
    """Yield each route with each id of the other tenant wherever an id, a name or a reference may stand."""
    ids = [id for several in made.ids.values() for id in several]
    objects = ["client", "deal", "plain", "unit"]
    for method, rule, _ in made.ours.routes():
        if rule.startswith(NOT_ASKED) or rule == "/" or method in ("HEAD", "OPTIONS"):
            continue
        several = re.search(_TAKES_IDS, rule) is not None
        for id in ids if several else ids[:1]:
            for object in objects if "<object>" in rule else [""]:
                yield method, _filled(rule, object, id), _body(method, rule, id)
        if "<object>" in rule:
            yield method, _filled(rule, "canary_thing", made.ids["thing"][0]), _body(method, rule, made.ids["thing"][0])
    for kind, name in DEFINED.items():
        yield "GET", f"{V1}/overlay/definitions/{kind}/{name}", None
    yield "GET", f"{V1}/dictionaries/canary_book/items", None
    yield "GET", "/dictionaries/canary_book", None
    yield "GET", "/roles/+rules/restrict/canary_bound", None
    for object in objects:
        for name in ("client", "above", "department", "owner", "parent", "partners"):
            for id in ids:
                value = [id] if name == "partners" else id
                yield "POST", f"{V1}/records/{object}", {name: value, "name": "x", "title": "x"}
                yield "POST", f"{V1}/objects/{object}/preview", {"input": {name: value}}
                yield "GET", f'{V1}/records/{object}?where={name}.id = "{id}"', None
    for word in ("canary", "5d3f", "139"):
        yield from (("GET", path, None) for path in (f"{V1}/records/client?q={word}", f"/search?q={word}"))


def _filled(rule: str, object: str, id: str) -> str:
    places = {**NAMES, "object": object, "field": "name", "name": "level", "transition": "start", "code": "A"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: places.get(found[1]) or id, rule)


def _body(method: str, rule: str, id: str) -> Any:
    if method in ("GET", "DELETE"):
        return None
    if rule.endswith("/bulk"):
        return {"atomic": False, "operations": [{"kind": "update", "id": id, "version": 1, "input": {"name": "x"}}]}
    return {"id": id, "input": {}} if rule.endswith("/preview") else {"name": "x"}


def _send(house: House, login: str, method: str, path: str, body: Any) -> TestResponse:
    client = Client(house.app, use_cookies=False)
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {house.tokens[login]}", "If-Match": '"1"', "X-Tenant": "other"}
        return client.open(path, method=method, headers=headers, json=body)
    cookie = house.cookies[login]
    headers = {"Cookie": f"tessera={cookie}", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    data = {**(body or {}), "_csrf": csrf_token(house.engine.settings, cookie)} if method == "POST" else None
    if data is not None:
        data = {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in data.items()}
    return client.open(path, method=method, headers=headers, data=data)


def _without_echo(answer: TestResponse, path: str, body: Any) -> str:
    """Return body and headers without the word that was searched for."""
    return answer.get_data().decode("utf-8", "replace") + str(answer.headers)


def _logged(text: str) -> str:
    """Return what was logged, without the addresses that we asked for ourselves."""
    return re.sub(r"path=\S+", "", text)


def _in_files(made: Twins) -> list[str]:
    """Return the files outside the other tenant's own place that hold something of it."""
    found = []
    for path in made.home.rglob("*"):
        inside = path.relative_to(made.home).parts
        if path.is_file() and not any("other" in part for part in inside) and CANARY.encode() in path.read_bytes():
            found.append(str(path))
    return found


def _same_in_both(made: Twins) -> None:
    """Whoever has an id of nothing and an id of the other tenant hears the same."""
    for object in ("client", "deal"):
        nobody = "00000000-0000-7000-8000-000000000000"
        for id in made.ids[object]:
            for more in ("", "/history"):
                answers = [
                    _send(made.ours, "boss", "GET", f"{V1}/records/{object}/{one}{more}", None) for one in (id, nobody)
                ]
                told = [re.sub(r'"request_id":"\w+"', "", one.text) for one in answers]
                assert told[0] == told[1]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_credential_of_one_tenant_is_none_in_another(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with twins(kind, tmp_path, request) as made:
        ours = made.ours.tokens["boss"]
        forged = [ours.replace("acme", "other"), made.secrets[0].replace("other", "acme")]
        for token in forged:
            assert token not in (ours, made.secrets[0])
            answer = made.ours.client().get(f"{V1}/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401
        for cookie in (made.ours.cookies["boss"].replace("acme", "other"), made.secrets[1].replace("other", "acme")):
            answer = made.ours.client().get("/profile", headers={"Cookie": f"tessera={cookie}"})
            assert answer.status_code == 303
        wrong = chance_token(ours)
        assert made.ours.client().get(f"{V1}/me", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401


def chance_token(token: str) -> str:
    """Return a token of the same shape with another secret."""
    letters = list(token)
    random.Random(1).shuffle(letters)
    return "".join(letters)
