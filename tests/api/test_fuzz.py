"""R20: random requests, near to right ones and far from them: never a fault of ours, never half a change."""

# ruff: noqa: E501 - the tables are read along their lines

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from werkzeug.test import Client

from tests.api.house import House

CAMPAIGN = os.environ.get("TESSERA_CAMPAIGN", "")
REQUESTS = {"2": 3_000, "3": 30_000}.get(CAMPAIGN, 400)

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53 - 1, 1.5, -0.0, 1e15, "", " ", "x", "0", "1e5", "NaN", "null", "true", "\u4e2d\u6587",
    "e\u0301", "\U0001f600", "a" * 300, "<b>", "' OR 1=1--", '"; DROP TABLE machine; --', "{{7*7}}", "${7*7}", "%s%n", "../../x",
    "2026-02-30", "2026-11-23", "2026-11-23T10:00:00Z", "PT1H", "=1+1", "@SUM(1)", "\u202eabc", "\ufeff", "red", "A", "B",
    [], [None], [[]], ["red"], ["red", "red"], {}, {"id": "x"}, {"id": None}, {"name": "x"}, {"a": {"b": {"c": []}}}, [{}], [1, "a", None],
]  # fmt: skip
WORDS = [
    "name", "price", "cost", "owner", "grade", "actor", "department", "roles", "null", "true", "false", "and", "or", "not(", "(", ")", "=",
    "!=", "<", ">=", "in", "between", "1", "-1", "0.1", '"A"', '"', "[", "]", "{", "}", ",", ".", "..", "+", "-", "*", "/", "**", "if", "then",
    "else", "for", "x", "return", "some", "every", "satisfies", "count(", "contains(", "matches(", "today()", "now()", "date(", "@", "?", "instance of",
    "replaces", "replaces.name", "created_at", "\u4ef7\u683c", "//", "/*", "function(", "string(", "sum(", "sort(", "sqrt(", "e", "\n",
]  # fmt: skip
FIELDS = [
    "name", "code", "grade", "colours", "price", "cost", "weight", "share", "count", "running", "bought", "checked_at", "starts", "cycle", "notes",
    "manual", "contact", "hotline", "place", "settings", "key", "replaces", "stock", "margin", "jobs", "owner", "department", "id", "version",
    "created_at", "deleted_at", "nothing",
]  # fmt: skip
JOB = ["number", "title", "machine", "planned", "status", "reason", "lines", "total", "owner", "nothing"]


class Fuzzer:
    """Draws requests from a seeded die."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.die = random.Random(seed)
        me = house.caller()
        self.machine = me.make("machine", name="Fuzz")
        lines = [{"text": "a", "hours": 1, "rate": 1}]
        self.job = me.make("job", title="Fuzz", machine=self.machine["id"], planned="2026-11-23", lines=lines)

    def odd(self) -> Any:
        value = self.die.choice(ODD)
        if self.die.random() < 0.2:
            return [self.die.choice(ODD) for _ in range(self.die.randrange(4))]
        if self.die.random() < 0.1:
            return {self.die.choice([*FIELDS, "id", "title"]): self.die.choice(ODD)}
        return self.die.choice([value, self.machine["id"], self.job["id"]])

    def values(self, names: list[str]) -> dict[str, Any]:
        given = {name: self.odd() for name in self.die.sample(names, self.die.randrange(1, 6))}
        if self.die.random() < 0.6:
            given |= (
                {"name": "Fuzzed"}
                if names is FIELDS
                else {"title": "x", "machine": self.machine["id"], "planned": "2026-11-23"}
            )
        if names is JOB and self.die.random() < 0.5:
            keys = ["id", "text", "hours", "rate", "amount", "job", "nothing"]
            given["lines"] = [
                {key: self.odd() for key in self.die.sample(keys, 3)} | {"text": "a", "hours": 1, "rate": 1}
                for _ in range(self.die.randrange(3))
            ]
        return given

    def condition(self) -> str:
        return " ".join(self.die.choice(WORDS) for _ in range(self.die.randrange(1, 9)))

    def request(self) -> tuple[str, str, Any, dict[str, str]]:
        die = self.die
        object, names, id = die.choice([("machine", FIELDS, self.machine["id"]), ("job", JOB, self.job["id"])])
        version = {"If-Match": f'"{die.choice([1, 2, 3, 4, 99])}"'}
        base = f"/api/v1/records/{object}"
        match die.randrange(9):
            case 0:
                return "POST", base, self.values(names), {}
            case 1:
                return "PATCH", f"{base}/{id}", self.values(names), version
            case 2:
                return "GET", f"{base}?where={quote(self.condition())}", None, {}
            case 3:
                parts = {
                    "sort": ",".join(die.choice(names) for _ in range(die.randrange(1, 4))),
                    "fields": ",".join(die.choice(names) for _ in range(die.randrange(1, 4))),
                    "q": str(die.choice(ODD)),
                    "after": die.choice(["", "x", "e30", "WyJhIl0", "bnVsbA"]),
                    "limit": str(die.choice([1, 5, 200, "x"])),
                    "view": die.choice(["running", "x"]),
                    "count": die.choice(["true", "exact", "x"]),
                    "deleted": die.choice(["true", "false"]),
                }
                chosen = die.sample(sorted(parts), die.randrange(1, 5))
                return "GET", base + "?" + "&".join(f"{key}={quote(parts[key])}" for key in chosen), None, {}
            case 4:
                kinds = ["create", "update", "upsert", "delete", "x"]
                operations = [
                    {"kind": die.choice(kinds), "input": self.values(names), "id": id, "version": 1, "key": "code"}
                    for _ in range(die.randrange(1, 4))
                ]
                for operation in operations:
                    for key in die.sample(["input", "id", "version", "key"], 2):
                        operation.pop(key)
                return "POST", f"{base}/bulk", {"operations": operations, "atomic": die.choice([True, False])}, {}
            case 5:
                return (
                    "POST",
                    f"/api/v1/objects/{object}/preview",
                    {"input": self.values(names), "id": die.choice([None, id])},
                    {},
                )
            case 6:
                transition = die.choice(["release", "finish", "cancel", "x"])
                return (
                    "POST",
                    f"/api/v1/records/job/{self.job['id']}/transitions/{transition}",
                    {"reason": self.odd()},
                    version,
                )
            case 7:
                item = {
                    key: self.odd()
                    for key in die.sample(["code", "title", "order", "active", "parent", "valid_from", "x"], 3)
                }
                return "POST", "/api/v1/dictionaries/grade/items", item, {}
            case _:
                garbage = bytes(die.randrange(256) for _ in range(die.randrange(60)))
                return die.choice(["POST", "PATCH"]), die.choice([base, f"{base}/{id}"]), garbage, version


@pytest.mark.campaign
@pytest.mark.parametrize("login", ["foreman", "helper"])
def test_random_requests_never_break_the_server(shared_house: House, login: str):
    fuzzer = Fuzzer(shared_house, seed=20261123)
    client = Client(shared_house.app, use_cookies=False)
    seen: Counter[int] = Counter()
    for number in range(REQUESTS // 2):
        method, path, body, headers = fuzzer.request()
        data = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        sent = {
            "Authorization": f"Bearer {shared_house.tokens['acme', login]}",
            "Content-Type": "application/json",
            **headers,
        }
        if data is None:
            del sent["Content-Type"]
        answer = client.open(path, method=method, data=data, headers=sent)
        seen[answer.status_code] += 1
        assert answer.status_code < 500, (number, method, path, body, answer.text[:500])
        if answer.status_code >= 400:
            assert answer.json["code"], (number, method, path, body)
            assert answer.json["errors"] or answer.json["title"]
            assert "Traceback" not in answer.text
        elif method == "GET":
            assert isinstance(answer.json, dict)
    assert seen[200] + seen[201] > REQUESTS // 50, seen
    assert seen[422] + seen[400] > REQUESTS // 10, seen
