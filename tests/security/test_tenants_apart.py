"""Two tenants under one roof: every route with every id of the other's, and not a word of the other's comes out."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth.csrf import csrf_token
from tests.conftest import DATABASES
from tests.security.normal import difference, normal
from tests.security.requests import NOT_ASKED, V1
from tests.security.route_table import ADDRESSES
from tests.security.twins import CANARY, DEFINED, HELD, LOGIN, NAMES, Twins, twins
from tests.security.world import House

NOBODY = "00000000-0000-7000-8fff-00000000dead"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
OBJECTS = ("client", "deal", "plain", "unit")
# what stands in other places of an address, so that it is the id that decides
PLACES = {
    "field": "name",
    "name": "level",
    "transition": "start",
    "code": "A",
    "kind": "restrict",
    "what": "jobs",
    "version": "1",
    "index": "0",
    "check": "canary_check",
    "calendar": "client",
    "conversion": "canary_conversion",
    "form": "canary_form",
}
# a number is an id as well, but its digits are everywhere; and a message cuts what is long
_SHORT, _CUT = 8, 60
# of these a word of ours tells one from another, or what is asked changes what is ours
UNLIKE = ("/o/<object>/<id>/make/", "/view-as/end")


@dataclass(frozen=True)
class Crossing:
    """A request of ours with something of the other tenant in it; ``same``: asked with what nobody has."""

    method: str
    rule: str
    path: str
    body: Any = None
    same: tuple[str, Any] | None = None


@pytest.mark.parametrize("kind", DATABASES)
def test_every_route_with_every_id_of_another_tenant_tells_nothing_of_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    with twins(kind, tmp_path, request) as made:
        assert made.rows.keys() >= HELD
        capfd.readouterr()
        told: list[str] = []
        asked: set[tuple[str, str]] = set()
        nobodys: dict[tuple[str, str, str, str], tuple[int, str, str]] = {}
        for one in _crossing(made):
            for login in ("boss", "ann"):
                answer = _send(made.ours, login, one.method, one.path, one.body)
                asked.add((one.method, one.rule))
                words = answer.get_data().decode("utf-8", "replace") + str(answer.headers)
                who = f"{login} {one.method} {one.path}: {answer.status_code}"
                if CANARY in words or any(secret in words for secret in made.secrets):
                    told.append(f"{who} tells")
                if answer.status_code >= 500:
                    told.append(f"{who} fails")
                if one.same is not None:
                    path, body = one.same
                    key = (login, one.method, path, str(body))
                    if key not in nobodys:
                        nobodys[key] = _normal(_send(made.ours, login, one.method, path, body), made)
                    told += _unlike(who, _normal(answer, made), nobodys[key])
        written = capfd.readouterr()
        assert CANARY not in _logged(written.out + written.err)
        assert told == []
        assert asked >= {route for route in ADDRESSES if _is_asked(*route)}
        assert _in_files(made) == []


def _is_asked(method: str, rule: str) -> bool:
    return not rule.startswith(NOT_ASKED) and rule != "/" and method not in ("HEAD", "OPTIONS")


def _crossing(made: Twins) -> Iterator[Crossing]:
    """Yield each route with each id of the other tenant wherever an id, a name or a reference may stand."""
    every = [id for several in made.ids.values() for id in several] + list(made.rows.values())
    own = {*NAMES, *PLACES, "object"}
    for method, rule, _ in made.ours.routes():
        if not _is_asked(method, rule):
            continue
        takes_ids = any(place not in own for place in _PLACE.findall(rule))
        for object in OBJECTS if "<object>" in rule else [""]:
            # of an object's own addresses, ids of other things say no more than one of them does
            ids = [*made.ids[object], made.ids["client"][0], made.rows["tessera_task"]] if object else every
            for id in dict.fromkeys(ids) if takes_ids else ids[:1]:
                yield _asked(method, rule, object, id)
        if "<object>" in rule:
            yield _asked(method, rule, "canary_thing", made.ids["canary_thing"][0])
    yield from _named()
    yield from _pointed(every)


def _named() -> Iterator[Crossing]:
    for kind, name in DEFINED.items():
        yield _got(f"{V1}/overlay/definitions/{kind}/{name}")
    for path in (
        f"{V1}/dictionaries/canary_book/items",
        "/dictionaries/canary_book",
        "/dictionaries/canary_book/items/A",
        "/roles/+rules/restrict/canary_bound",
        "/prints/canary_print",
        f"{V1}/access/effective?login={LOGIN}",
        f"{V1}/access/explain?user={LOGIN}&object=client",
    ):
        yield _got(path)
    for word in ("canary", "5d3f", "139"):
        for path in (f"{V1}/records/client?q={word}", f"/search?q={word}"):
            yield Crossing("GET", path, path)


def _pointed(every: list[str]) -> Iterator[Crossing]:
    """Yield requests in which a reference of ours points to something of the other tenant's."""
    for object in OBJECTS:
        for name in ("client", "above", "department", "owner", "parent", "partners"):
            for id in every:
                value = [id] if name == "partners" else id
                yield Crossing("POST", "", f"{V1}/records/{object}", {name: value, "name": "x", "title": "x"})
                yield Crossing("POST", "", f"{V1}/objects/{object}/preview", {"input": {name: value}})
                yield Crossing("GET", "", f'{V1}/records/{object}?where={name}.id = "{id}"')


def _got(path: str) -> Crossing:
    return Crossing("GET", path, path, None, (_nobodys(path), None))


def _asked(method: str, rule: str, object: str, id: str) -> Crossing:
    path, body = _filled(rule, object, id), _body(method, rule, id)
    foreign = any(place in NAMES or place not in PLACES for place in _PLACE.findall(rule) if place != "object")
    # whoever asks for the other tenant by its name asks a public page of it
    alike = foreign and len(id) > _SHORT and "<tenant>" not in rule and not rule.startswith(UNLIKE)
    nobodys = _nobodys(_filled(rule, object, NOBODY)), _body(method, rule, NOBODY)
    return Crossing(method, rule, path, body, nobodys if alike else None)


def _filled(rule: str, object: str, id: str) -> str:
    verb = "withdraw" if "instance" in rule or "flow" in rule else "approve"
    places = {**NAMES, **PLACES, "object": object, "verb": verb}
    return _PLACE.sub(lambda found: places.get(found[1]) or id, rule)


def _nobodys(path: str) -> str:
    """Return an address with names that nobody has in the place of those that the other tenant has."""
    return path.replace("canary_", "xanary_").replace(LOGIN, "xwin-boss")


def _normal(answer: TestResponse, made: Twins) -> tuple[int, str, str]:
    """Return an answer without what it was asked for."""
    status, headers, body = normal(answer, ())
    ids = [id for several in made.ids.values() for id in several] + [*made.rows.values(), NOBODY]
    for word in (part for id in ids if len(id) > _SHORT for part in (id, id[:_CUT])):
        headers, body = headers.replace(word, "*"), body.replace(word, "*")
    for foreign, nobodys in (("canary_", "xanary_"), (LOGIN, "xwin-boss")):
        headers, body = headers.replace(foreign, nobodys), body.replace(foreign, nobodys)
    return status, headers, body


def _unlike(who: str, told: tuple[int, str, str], nobodys: tuple[int, str, str]) -> list[str]:
    if told == nobodys:
        return []
    parts = [difference(str(a), str(b)) for a, b in zip(told, nobodys, strict=True) if a != b]
    return [f"{who} is not told as nobody's: {'; '.join(parts)}"]


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
