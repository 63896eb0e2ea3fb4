"""Every way to ask, generated from the route table and the metadata; a path that is new is asked the day it exists."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from werkzeug.test import Client, TestResponse

from engine.auth.csrf import csrf_token
from tests.security.world import House

V1 = "/api/v1"
NOBODY = "00000000-0000-7000-8000-000000000000"
# asked of every field: a value that occurs, as FEEL writes it
SAMPLES: Mapping[str, Sequence[str]] = {
    "text": ('"a"', '"same"', '"13812345678"'),
    "choice": ('"A"', '"draft"'),
    "integer": ("1", "2"),
    "money": ("50", "100"),
    "boolean": ("true",),
    "date": ('@"2026-02-28"',),
}
NOT_ASKED = ("/logout", "/assets/", "/login", "/healthz", "/readyz", "/alive")


@dataclass(frozen=True)
class Ask:
    """One request; ``page`` comes with a session, the others with a token."""

    method: str
    path: str
    body: Any = None
    page: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}{' (page)' if self.page else ''}"


def send(house: House, login: str, ask: Ask) -> TestResponse:
    """Send a request as somebody."""
    client = Client(house.app, use_cookies=False)
    if not ask.page:
        headers = {"Authorization": f"Bearer {house.tokens[login]}", **ask.headers}
        return client.open(ask.path, method=ask.method, headers=headers, json=ask.body)
    cookie = house.cookies[login]
    headers = {"Cookie": f"tessera={cookie}", **ask.headers}
    if ask.method == "POST":
        headers |= {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        data = {**(ask.body or {}), "_csrf": csrf_token(house.engine.settings, cookie)}
        return client.post(ask.path, data=data, headers=headers)
    return client.open(ask.path, method=ask.method, headers=headers)


class Asks:
    """The requests that fit a house, for a user who knows the ids ``ids`` (also those that he should not)."""

    def __init__(self, house: House, ids: Mapping[str, Sequence[str]], chance: random.Random) -> None:
        self.house, self.pack, self.ids, self.chance = house, house.pack, ids, chance

    def some(self, most: int, only: str = "") -> list[Ask]:
        """Return a mixture of all kinds, each kind in turn, at most so many; ``only``: what their addresses hold.

        What does not fit is left out before anything is chosen: a draw among all requests would leave a few of those
        that are wanted, and fewer with each field that is added.
        """
        kinds = [self._routes(), self._lists(), self._one_by_one(), self._refused(), self._pages()]
        sorted_out = [[one for one in dict.fromkeys(_keyed(kind)) if only in one.ask.path] for kind in kinds]
        for kind in sorted_out:
            self.chance.shuffle(kind)
        shares = (1, 1, 1, 1, 1) if only else (0.2, 0.35, 0.1, 0.1, 0.25)
        found = [one for kind, share in zip(sorted_out, shares, strict=True) for one in kind[: round(most * share)]]
        return [one.ask for one in found][:most]

    # -- the route table ---------------------------------------------------------------------------------------------

    def _routes(self) -> Iterator[Ask]:
        """Yield each GET route with every object, with ids, fields, transitions and words in its places."""
        for method, rule, endpoint in self.house.routes():
            if method != "GET" or rule.startswith(NOT_ASKED):
                continue
            page = endpoint.startswith("ui.")
            objects = list(self.pack.objects) if "<object>" in rule else [""]
            for object in objects:
                for _ in range(2 if "<" in rule else 1):
                    yield Ask("GET", self._filled(rule, object), page=page)

    def _filled(self, rule: str, object: str) -> str:
        names = list(self.pack.objects[object].fields) if object else ["name"]
        places = {
            "object": object,
            "id": self._id(object or "client"),
            "field": self.chance.choice(names),
            "transition": self.chance.choice(["start", "finish"]),
            "name": self.chance.choice(["level", "start", "finish", object or "level"]),
            "code": "A",
            "login": self.chance.choice(["ann", "boss", "nobody"]),
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: places.get(found[1]) or self._id(object or "client"), rule)

    def _id(self, object: str) -> str:
        return self.chance.choice([*self.ids.get(object, ()), NOBODY])

    # -- lists -------------------------------------------------------------------------------------------------------

    def _lists(self) -> Iterator[Ask]:
        for object in self.pack.objects:
            at = f"{V1}/records/{object}"
            for name in [*self._names(object), "unknown_field"]:
                yield Ask("GET", f"{at}?fields={name}")
                yield Ask("GET", f"{at}?sort={name}&fields=id")
                yield Ask("GET", f"{at}?sort=-{name}&limit=3")
                yield Ask("GET", f"{at}?where={quote(name + ' = null')}&fields=id&count=exact")
                for sample in self._samples(object, name):
                    for sign in ("=", ">="):
                        yield Ask("GET", f"{at}?where={quote(f'{name} {sign} {sample}')}&count=true&fields=id")
            for threshold in (0, 1, 2, 3, 10, 49, 51, 99):
                for name in ("score", "cost", "amount"):
                    yield Ask("GET", f"{at}?where={quote(f'{name} >= {threshold} and {name} != null')}&fields=id")
            for text in ("a", "138", "note", "same", "b", "why"):
                yield Ask("GET", f"{at}?q={text}&count=exact")
            for more in ("deleted=true", "view=high", "limit=2&count=exact", "count=true", "sort=name&limit=1"):
                yield Ask("GET", f"{at}?{more}")

    def _names(self, object: str) -> Iterator[str]:
        thing = self.pack.objects[object]
        yield from thing.fields
        for name, target in {**thing.targets, **thing.children}.items():
            yield from (f"{name}.{other}" for other in self.pack.objects[target].fields)

    def _samples(self, object: str, path: str) -> Sequence[str]:
        at = self.pack.objects.get(object)
        *steps, last = path.split(".")
        for step in steps:
            at = self.pack.objects[at.targets.get(step) or at.children[step]] if at else None
        kind = str(at.fields.get(last, {}).get("type", "text")) if at else "text"
        return SAMPLES.get("text" if kind in ("phone", "multiline", "system") else kind, ())

    # -- single records ----------------------------------------------------------------------------------------------

    def _one_by_one(self) -> Iterator[Ask]:
        for object, ids in self.ids.items():
            for id in [*ids, NOBODY]:
                at = f"{V1}/records/{object}/{id}"
                yield from (Ask("GET", path) for path in (at, f"{at}?deleted=true", f"{at}/history"))
                yield Ask("GET", f"{at}?fields={self.chance.choice(list(self._names(object)))}")
                asked = f"object={object}&record={id}&action={self.chance.choice(['read', 'update'])}"
                yield Ask("GET", f"{V1}/access/explain?{asked}")

    # -- requests that must fail -------------------------------------------------------------------------------------

    def _refused(self) -> Iterator[Ask]:
        """Yield changes that nobody may make: old versions, required fields left empty, and previews."""
        for object, ids in self.ids.items():
            thing = self.pack.objects[object]
            title = next(iter(name for name, model in thing.fields.items() if model.get("required")), "name")
            for id in [*ids, NOBODY]:
                at = f"{V1}/records/{object}/{id}"
                stale = {"If-Match": '"99"'}
                name = self.chance.choice(list(thing.fields))
                yield Ask("PATCH", at, {name: None}, headers=stale)
                yield Ask("PATCH", at, {title: None}, headers={"If-Match": '"1"'})
                yield Ask("DELETE", at, headers=stale)
                yield Ask("POST", f"{at}/transitions/{self.chance.choice(['start', 'finish'])}", {}, headers=stale)
                yield Ask("POST", f"{at}/restore", {}, headers=stale)
                yield Ask("POST", f"{V1}/objects/{object}/preview", {"id": id, "input": {}})
                bulk = [
                    {"kind": "update", "id": id, "version": 99, "input": {}},
                    {"kind": "delete", "id": id, "version": 98},
                ]
                yield Ask("POST", f"{at.rpartition('/')[0]}/bulk", {"atomic": True, "operations": bulk})
            for name, target in thing.targets.items():
                for id in [
                    *self.chance.sample(list(self.ids.get(target, ())), min(4, len(self.ids.get(target, ())))),
                    NOBODY,
                ]:
                    yield Ask("POST", f"{V1}/objects/{object}/preview", {"input": {name: id}})
                    yield Ask("POST", f"{V1}/records/{object}", {name: id, title: None})

    # -- pages -------------------------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[Ask]:
        for object, ids in self.ids.items():
            at = f"/o/{object}"
            for name in self._names(object):
                yield Ask("GET", f"{at}?sort={name}", page=True)
                yield Ask("GET", f"{at}/lookup/{name}?q=a", page=True)
                for sample in self._samples(object, name)[:1]:
                    value = sample.strip('@"')
                    yield Ask("GET", f"{at}/count?f={quote(f'{name}:eq:{value}')}", page=True)
                    yield Ask("GET", f"{at}/export?as=csv&where={quote(f'{name} = {sample}')}", page=True)
                    yield Ask("GET", f"{at}?where={quote(f'{name} >= {sample}')}", page=True)
            for more in (
                "",
                "?deleted=true",
                "?q=a",
                "?q=138",
                "/count",
                "/export?as=csv",
                "/export?as=xlsx",
                "?view=high",
            ):
                yield Ask("GET", at + more, page=True)
            for id in [*ids, NOBODY]:
                yield from (Ask("GET", f"{at}/{id}{more}", page=True) for more in ("", "/edit", "/delete"))
                yield Ask(
                    "GET", f"{at}/{id}/why/{self.chance.choice(list(self.pack.objects[object].fields))}", page=True
                )
                yield Ask("POST", f"{at}/preview?id={id}", {}, page=True)
                yield Ask("POST", f"{at}/bulk", {"action": "delete", "row": f"{id}@99"}, page=True)
        for text in ("a", "b", "138", "note", "Unit", "ann"):
            yield Ask("GET", f"/search?q={text}", page=True)


@dataclass(frozen=True)
class _Keyed:
    key: str
    ask: Ask = field(compare=False)


def _keyed(asks: Iterator[Ask]) -> Iterator[_Keyed]:
    return (_Keyed(str(ask) + str(ask.headers), ask) for ask in asks)
