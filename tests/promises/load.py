"""Clients that write until the server vanishes, and remember what they were told."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.promises.checkers import Found, Write
from tests.promises.product import Answer, Client, NoAnswerError, Product

LINES = [{"text": "x", "quantity": 2, "price": "1.25"}, {"text": "y", "quantity": 1, "price": "3"}]


def at_once(act: Callable[[int], Any], count: int) -> list[Any]:
    """Let ``count`` threads act at the same moment; return what each gave."""
    start = threading.Barrier(count)

    def go(number: int) -> Any:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(go, range(count)))


@dataclass(slots=True)
class Mine:
    """A record of one writer: as the last answer described it."""

    object: str
    label: str
    id: str
    version: int


@dataclass(slots=True)
class Writer:
    """One client: creates, changes and posts records that only it knows."""

    name: str
    client: Client
    account: str
    chance: random.Random
    writes: list[Write] = field(default_factory=list)
    mine: list[Mine] = field(default_factory=list)
    unanswered: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    surprises: list[Answer] = field(default_factory=list)
    made: int = 0
    # what a server says of a database that it lost: whether it had acted is as open as without an answer
    no_answer: frozenset[int] = frozenset()

    def work(self) -> None:
        """Write until there is no answer."""
        try:
            while True:
                if self.mine and self.chance.random() < 0.5:
                    self.change(self.mine.pop(self.chance.randrange(len(self.mine))))
                else:
                    self.create()
        except NoAnswerError:
            self.client.close()

    def create(self) -> None:
        """Create an account, or an entry with lines and a gapless number, under a key of its own."""
        self.made += 1
        label = f"{self.name}-{self.made}"
        if self.chance.random() < 0.5:
            self.ask_for("account", label, {"name": label, "note": "new"})
        else:
            self.ask_for("entry", label, {"label": label, "account": self.account, "lines": LINES})

    def ask_for(self, object: str, label: str, given: dict[str, Any]) -> None:
        """Send a creation; without an answer it is put by, to be sent again under the same key."""
        value = "new" if object == "account" else "draft"
        try:
            told = self._heard(self.client.send("POST", f"records/{object}", given, Idempotency_Key=label))
        except NoAnswerError:
            self.writes.append(Write(label, 1, value, acked=False))
            self.unanswered.append((object, label, given))
            raise
        if self._acked(told, 201, Write(label, 1, value, acked=True)):
            self.mine.append(Mine(object, label, told.value["id"], 1))

    def change(self, one: Mine) -> None:
        """Change an account or post an entry; without an answer the record is not touched again."""
        value = f"n{one.version}" if one.object == "account" else "posted"
        write = Write(one.label, one.version + 1, value, acked=True)
        try:
            if one.object == "account":
                told = self._heard(self.client.patch("account", one.id, one.version, {"note": value}))
            else:
                path = f"records/entry/{one.id}/transitions/post"
                told = self._heard(self.client.send("POST", path, {}, If_Match=f'"{one.version}"'))
        except NoAnswerError:
            self.writes.append(Write(one.label, write.version, value, acked=False))
            raise
        if self._acked(told, 200, write) and one.object == "account":
            self.mine.append(Mine(one.object, one.label, one.id, write.version))

    def _heard(self, told: Answer) -> Answer:
        if told.status in self.no_answer:
            raise NoAnswerError(told.code)
        return told

    def _acked(self, told: Answer, status: int, write: Write) -> bool:
        if told.status == status and told.value["version"] == write.version:
            self.writes.append(write)
            return True
        self.surprises.append(told)
        return False


def all_found(client: Client) -> list[Found]:
    """Read every account and entry that writers made, through the product."""
    accounts = all_records(client, "account", "name,note,version", "name")
    entries = all_records(client, "entry", "label,status,version", "label")
    found = [Found(one["name"], one["version"], one["note"]) for one in accounts if one["note"] is not None]
    return found + [Found(one["label"], one["version"], one["status"]) for one in entries if one["label"]]


def all_records(client: Client, object: str, fields: str, sort: str) -> Sequence[Any]:
    """Return all records of an object, page by page."""
    found: list[Any] = []
    after: dict[str, str] = {}
    while True:
        told = client.get(f"records/{object}", fields=fields, sort=sort, limit=200, **after)
        assert told.status == 200, told
        found += told.value["records"]
        if not told.value["next"]:
            return found
        after = {"after": told.value["next"]}


def writers_of(product: Product, count: int, turn: int, account: str) -> list[Writer]:
    """Return writers for one round, spread over the servers."""
    return [
        Writer(f"w{turn}-{number}", product.client(number), account, random.Random(turn * 100 + number))
        for number in range(count)
    ]
