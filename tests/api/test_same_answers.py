"""R22: the same requests get the same answers on SQLite and on PostgreSQL."""

# ruff: noqa: E501 - the tables are read along their lines
from __future__ import annotations

import os
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from werkzeug.test import Client, TestResponse

from tests.api.house import House, open_house

CAMPAIGN = os.environ.get("TESSERA_CAMPAIGN", "")
RUNS, STEPS = {"2": (100, 30), "3": (1_500, 30)}.get(CAMPAIGN, (8, 30))
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_PLACE = re.compile(r"<([0-9]+)>")
_TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
NAMES = [
    "Anvil", "anvil", "Ärmel", "Aermel", "Zange", "zange 2", "Zange 10", "École", "ecole", "钻床", "铣床", "车床", "重庆", "长江", "a_b", "a%b",
    "100%", "Ω", "ß", "SS", "ﬁ", "e\u0301", "é", "\u00a0x", "x\u3000y", "İ", "i", "I", "'", "\\", "🦊",
]  # fmt: skip
PRICES = [None, 0, "0.01", "-0", "10.10", 10, "999999.99", "123456.78", 5.5, "1e3"]
WHERES = [
    'name = "Anvil"', 'name != "anvil"', 'name < "m"', 'name >= "É"', "name = null", "price > 10", "price = null", "not(price > 10)", "price != 10",
    "price between 0 and 100", "price in (0, 10.10)", "price + 1 > 11", "price * 3 = 30.3", "price / 3 > 3.36", "grade = \"A\"", "grade != \"A\"",
    "grade in (\"A\", \"B\")", "bought > date(\"2024-02-28\")", "bought = null or running = false", 'contains(name, "%")', 'contains(name, "a_b")',
    'starts with(name, "A")', 'ends with(name, "l")', "string length(name) > 5", 'upper case(name) = "ANVIL"', 'lower case(name) = "ärmel"',
    "margin > 0", "margin = null", "count > 1 and running", "owner = actor", "replaces != null", 'replaces.name = "Anvil"', "checked_at < now()",
    "bought < today()", 'list contains(colours, "red")', "cycle > duration(\"PT1H\")", "year(bought) = 2024", "price >= cost or cost = null",
]  # fmt: skip
SORTS = [
    "name",
    "-name",
    "price,name",
    "-price,name",
    "grade,-name",
    "bought,name",
    "-bought,-name",
    "running,count,name",
    "margin,name",
    "replaces.name,name",
    "weight,name",
]


class Pair:
    """The same house on both databases; ids are told apart by the order in which they appear."""

    def __init__(self, one: House, other: House) -> None:
        self.houses = (one, other)
        self.known: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self.made: list[tuple[str, str]] = []

    def send(self, login: str, method: str, path: str, body: Any, headers: dict[str, str]) -> list[TestResponse]:
        answers = []
        for side, house in enumerate(self.houses):
            text = self.filled(side, orjson.dumps(body).decode() if body is not None else "")
            path_here = self.filled(side, path)
            sent = {
                "Authorization": f"Bearer {house.tokens['acme', login]}",
                "Content-Type": "application/json",
                **headers,
            }
            if body is None:
                del sent["Content-Type"]
            client = Client(house.app, use_cookies=False)
            answers.append(client.open(path_here, method=method, data=text or None, headers=sent))
        return answers

    def filled(self, side: int, text: str) -> str:
        return _PLACE.sub(lambda found: self.made[int(found[1])][side], text)

    def plain(self, side: int, answer: TestResponse) -> Any:
        known = self.known[side]
        text = _ID.sub(lambda found: known.setdefault(found[0], f"id{len(known)}"), answer.text)
        text = _TIME.sub("<time>", text)
        value = orjson.loads(text) if text else None
        if isinstance(value, dict):
            value.pop("request_id", None)
            if value.get("next"):
                value["next"] = "<more>"
        return answer.status_code, value, answer.headers.get("ETag")


def requests(die: random.Random, count: int) -> tuple[str, str, Any, dict[str, str]]:
    """Draw a request; ``<n>`` stands for the n-th record that was made."""
    some = f"<{die.randrange(count)}>" if count else "00000000-0000-7000-8000-000000000000"
    version = {"If-Match": f'"{die.choice([1, 1, 2, 3])}"'}
    values = {
        "name": die.choice(NAMES), "price": die.choice(PRICES), "cost": die.choice([None, 0, 3, "9.99"]), "grade": die.choice(["A", "B", None, "Z"]),
        "bought": die.choice([None, "2024-02-29", "2026-11-23", "2026-02-30"]), "running": die.choice([True, False, None]), "count": die.choice([None, 0, 7, -3]),
        "weight": die.choice([None, "1.234", "1.2345", 0]), "colours": die.choice([None, ["red"], ["blue", "red"], []]), "replaces": die.choice([None, some]),
        "checked_at": die.choice([None, "2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00.123Z"]), "starts": die.choice([None, "08:30"]),
        "cycle": die.choice([None, "PT90M", 60]), "place": die.choice([None, {"city": "上海"}]), "settings": die.choice([None, {"b": 1, "a": [1.5, None]}]),
        "code": die.choice([None, None, "A-1", "A-2", "AB-77", "x"]), "notes": die.choice([None, "a\nb", " "]),
    }  # fmt: skip
    given = {name: values[name] for name in ["name", *die.sample(sorted(set(values) - {"name"}), 4)]}
    machines = "/api/v1/records/machine"
    match die.randrange(10):
        case 0 | 1 | 2:
            return "POST", machines, given, {}
        case 3:
            return "PATCH", f"{machines}/{some}", given, version
        case 4:
            return "DELETE", f"{machines}/{some}", None, version
        case 5:
            return "GET", f"{machines}/{some}", None, {}
        case 6:
            lines = [
                {"text": str(n), "hours": die.choice(["0.5", 2]), "rate": die.choice([10, "33.33"])}
                for n in range(die.randrange(4))
            ]
            return (
                "POST",
                "/api/v1/records/job",
                {"title": "x", "machine": some, "planned": "2026-11-23", "lines": lines},
                {},
            )
        case 7:
            return "GET", f"{machines}/{some}/history", None, {}
        case _:
            query = f"sort={die.choice(SORTS)},id&limit={die.choice([2, 5, 200])}&count=exact"
            if die.random() < 0.7:
                query += f"&where={quote(die.choice(WHERES))}"
            if die.random() < 0.3:
                query += f"&q={quote(die.choice(NAMES))}"
            return "GET", f"{machines}?{query}", None, {}


@pytest.mark.campaign
def test_the_same_requests_get_the_same_answers(tmp_path: Path, postgres_url: str):
    folder = tmp_path / "sqlite"
    folder.mkdir()
    one = open_house(f"sqlite:///{folder}/{{tenant}}.db", folder)
    other = open_house(postgres_url, tmp_path / "postgres")
    pair = Pair(one, other)
    seen: Counter[int] = Counter()
    for run in range(RUNS):
        die = random.Random(f"same answers {run}")
        for step in range(STEPS):
            method, path, body, headers = requests(die, len(pair.made))
            login = die.choice(["boss", "foreman", "helper"])
            answers = pair.send(login, method, path, body, headers)
            if answers[0].status_code == answers[1].status_code == 201:
                pair.made.append((answers[0].json["id"], answers[1].json["id"]))
            first, second = (pair.plain(side, answer) for side, answer in enumerate(answers))
            assert first == second, (run, step, login, method, path, body)
            seen[answers[0].status_code] += 1
    assert len(pair.made) > RUNS * 3
    assert seen[200] > RUNS * 8, seen
    one.close()
    other.close()
