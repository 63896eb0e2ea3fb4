"""Check A: what each path answers is what the oracle computes: rows, fields, masks, references, counts, names."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.oracle.feel import parse
from tests.oracle.people import User
from tests.oracle.perm import MASK, World
from tests.oracle.spoken import Speaker
from tests.security.hidden import masked
from tests.security.requests import NOBODY, V1
from tests.security.world import WORDS, House, plain

UNSORTED = ("lines", "references", "file")
PLAIN = ("read", "create", "update", "delete", "restore", "import", "export")


class Equality:
    """The paths of one user, each held against the oracle; complaints are gathered."""

    def __init__(self, house: House, world: World, login: str, chance: random.Random, most: int = 99) -> None:
        self.most = most
        self.house, self.world, self.login, self.chance = house, world, login, chance
        self.user: User = house.users[login]
        self.asked, self.findings = 0, list[str]()
        self.seen = {
            object: {id: row for id, row in rows.items() if world.visible(self.user, object, row)}
            for object, rows in world.rows.items()
        }

    def check(self) -> list[str]:
        """Ask along every path; return what differed."""
        self._model()
        for object in self.world.pack.objects:
            if not self.world.granted(self.user, object, "read"):
                self._unknown(object)
                continue
            self._list(object)
            self._records(object)
            self._usable(object)
            self._behind(object)
            self._conditions(object)
            self._search(object)
            self._pages(object)
            self._export(object)
            self._previews(object)
        return self.findings

    # -- lists -------------------------------------------------------------------------------------------------------

    def _list(self, object: str) -> None:
        readable = self.world.readable(self.user, object)
        names = sorted(name for name in readable if self.world.pack.objects[object].fields[name]["type"] != "lines")
        for deleted in (False, True) if self.world.pack.objects[object].recycles else (False,):
            ids = self._standing(object, deleted=deleted)
            told = self._all(f"{V1}/records/{object}?fields={','.join(names)}&deleted={str(deleted).lower()}")
            self._same(f"{object} list", set(told), ids)
            for id in told.keys() & ids:
                self._fields(f"{object} list", object, told[id], set(names))
            count = self._json(f"{V1}/records/{object}?count=exact&limit=1&deleted={str(deleted).lower()}")
            self._same(f"{object} count", count.get("count"), len(ids))

    def _records(self, object: str) -> None:
        rows = self.world.rows[object]
        for id in self.chance.sample(sorted(rows), min(len(rows), 5)):
            path = f"{V1}/records/{object}/{id}"
            gone = rows[id].get("deleted_at") is not None
            answer = self._get(path + ("?deleted=true" if gone else ""))
            if id not in self.seen[object]:
                self._missing(object, path)
                self._missing(object, path + "/history")
                continue
            if answer.status_code != 200:
                self._same(path, answer.status_code, 200)
                continue
            told = answer.get_json()
            names = set(self.world.pack.objects[object].fields)
            self._fields(f"{object} get", object, told, names)
            if not gone:
                self._lines(object, told)
                self._allowed(object, rows[id], told.get("_allowed", []))
            self._history(object, rows[id], path)

    def _fields(self, where: str, object: str, told: Mapping[str, Any], asked: set[str]) -> None:
        """Hold the fields of a record against the oracle: which, masked or not, and their values."""
        thing, row = self.world.pack.objects[object], self.world.rows[object][told["id"]]
        sights = {n: s for n, s in self.world.fields_of(self.user, object, row).items() if n in asked}
        sights |= {"id": "clear", "version": "clear"}
        kinds = {name for name in sights if thing.fields[name]["type"] != "lines"}
        found = {name for name in told if not name.startswith("_") and name not in thing.children}
        self._same(f"{where} {told['id']} fields", found, kinds)
        for name in found & kinds:
            value = row.get(name)
            if sights[name] == MASK:
                self._same(f"{where} {told['id']} {name} masked", told[name], masked(_text(value)))
                continue
            self._same(
                f"{where} {told['id']} {name}", plain(thing.fields[name], told[name]), self._shown(object, name, value)
            )
            self._titles(f"{where} {told['id']} {name}", thing.targets.get(name), told[name])

    def _shown(self, object: str, name: str, value: Any) -> Any:
        target = self.world.pack.objects[object].targets.get(name)
        if target is None or value is None:
            return value
        kept = [one for one in (value if isinstance(value, list) else [value]) if one in self.seen[target]]
        return kept if isinstance(value, list) else next(iter(kept), None)

    def _titles(self, where: str, target: str | None, told: Any) -> None:
        if target is None or not isinstance(told, dict) or told["id"] not in self.world.rows[target]:
            return
        display = self.world.pack.objects[target].display
        usable = display in self.world.usable(self.user, target)
        title = self.world.rows[target][told["id"]].get(display) if usable else None
        self._same(f"{where} title", told.get("title"), title)

    def _lines(self, object: str, told: Mapping[str, Any]) -> None:
        thing = self.world.pack.objects[object]
        sights = self.world.fields_of(self.user, object, self.world.rows[object][told["id"]])
        for name, child in thing.children.items():
            if name not in sights or not self.world.granted(self.user, child, "read"):
                self._same(f"{object} {told['id']} {name} lines", name in told and bool(told[name]), False)
                continue
            parent = self.world.pack.objects[child].parent
            live = (one for one in self.seen[child].items() if one[1].get("deleted_at") is None)
            ids = {id for id, row in live if row.get(parent) == told["id"]}
            lines = {line["id"]: line for line in told.get(name, [])}
            self._same(f"{object} {told['id']} {name} lines", set(lines), ids)
            for id in lines.keys() & ids:
                self._fields(f"{object} {name}", child, lines[id], set(self.world.pack.objects[child].fields))

    def _allowed(self, object: str, row: Mapping[str, Any], told: list[str]) -> None:
        """What may be done is told where it is so; a state may keep from it besides."""
        for action in ("update", "delete"):
            covered = self.world.covers(self.user, object, row, action)
            if action in told and not covered:
                self.findings.append(f"{self._who()} {object} {row['id']} says that {action} is allowed")
            if covered and action not in told and row.get("status") != "done":
                self.findings.append(f"{self._who()} {object} {row['id']} says that {action} is not allowed")

    def _history(self, object: str, row: Mapping[str, Any], path: str) -> None:
        sights = self.world.fields_of(self.user, object, row)
        for entry in self._json(path + "/history").get("entries", []):
            hidden = entry["changes"].keys() - sights.keys()
            self._same(f"{path} history", hidden, set())
            for name, pair in entry["changes"].items():
                if sights.get(name) == MASK:
                    clear = [one for one in pair if one is not None and "****" not in str(one)]
                    self._same(f"{path} history {name}", clear, [])

    # -- what one may ask by -----------------------------------------------------------------------------------------

    def _usable(self, object: str) -> None:
        usable, thing = self.world.usable(self.user, object), self.world.pack.objects[object]
        plain_ones = [n for n, model in thing.fields.items() if model["type"] not in UNSORTED]
        for name in self.chance.sample(plain_ones, min(self.most, len(plain_ones))):
            for path in (f"?sort={name}&limit=1", f"?where={quote(name + ' = null')}&limit=1"):
                status = self._get(f"{V1}/records/{object}{path}").status_code
                self._same(f"{object}{path}", status, 200 if name in usable else 400)
            unknown = self._get(f"{V1}/records/{object}?sort=nosuch_{name}").get_json()
            if name not in usable:
                told = self._get(f"{V1}/records/{object}?sort={name}").get_json()
                self._same(f"{object} unusable {name}", _without(told, name), _without(unknown, f"nosuch_{name}"))

    def _behind(self, object: str) -> None:
        """Ask for fields behind references, and sort by them: no mask is put on there, so both need the same."""
        things = self.world.pack.objects
        for name, target in things[object].targets.items():
            if self._several(object, name):
                continue
            open_here = name in self.world.usable(self.user, object)
            open_there = self.world.usable(self.user, target) if open_here else set()
            plain_ones = [n for n, model in things[target].fields.items() if model["type"] not in UNSORTED]
            for inner in self.chance.sample(plain_ones, min(self.most, len(plain_ones))):
                for asked in ("fields", "sort"):
                    path = f"{V1}/records/{object}?{asked}={name}.{inner}&limit=1"
                    self._same(path, self._get(path).status_code, 200 if inner in open_there else 400)

    def _conditions(self, object: str) -> None:
        usable = self.world.usable(self.user, object)
        words = {name: word for name, word in WORDS.get(object, {}).items() if name in usable}
        if {"text", "number"} - {kind for kind, _ in words.values()} or len(words) < 4:
            return
        for _ in range(4):
            text = Speaker(self.chance, words).condition(1)
            asked = parse(text)
            ids = {id for id in self._standing(object) if asked(self.seen[object][id]) is True}
            told = self._json(f"{V1}/records/{object}?where={quote(text)}&limit=200&fields=id&count=exact")
            self._same(f"{object} where {text}", {one["id"] for one in told.get("records", [])}, ids)
            self._same(f"{object} where {text} count", told.get("count"), len(ids))

    def _search(self, object: str) -> None:
        thing, usable = self.world.pack.objects[object], self.world.usable(self.user, object)
        searched = [n for n, model in thing.fields.items() if model.get("search")]
        if not searched:
            return
        for text in ("ab", "same", "1381", "note"):
            rows = {id: self.seen[object][id] for id in self._standing(object)}
            ids = {id for id, row in rows.items() if any(n in usable and text in (row.get(n) or "") for n in searched)}
            told = self._all(f"{V1}/records/{object}?q={text}&fields=id")
            self._same(f"{object} search {text}", set(told), ids)

    # -- pages and files ---------------------------------------------------------------------------------------------

    def _pages(self, object: str) -> None:
        ids = self._standing(object)
        page = self._page(f"/o/{object}")
        told = set(re.findall(rf"/o/{object}/([0-9a-f-]{{36}})", page.text))
        self._same(f"{object} list page", told, ids)
        counted = re.findall(r"\d+", self._page(f"/o/{object}/count", htmx=True).text)
        self._same(f"{object} counted on a page", counted[:1], [str(len(ids))])
        hits = set(re.findall(rf"/o/{object}/([0-9a-f-]{{36}})", self._page("/search?q=a").text))
        self._same(f"{object} search page, not seen", hits - ids, set())
        for name, target in self.world.pack.objects[object].targets.items():
            if name not in self.world.readable(self.user, object):
                continue
            told = set(
                re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", self._page(f"/o/{object}/lookup/{name}").text)
            )
            self._same(
                f"{object} lookup {name}, not seen",
                told & self.world.rows[target].keys() - self.seen[target].keys(),
                set(),
            )
        rows = self.world.rows[object]
        for id in self.chance.sample(sorted(rows), min(len(rows), 2)):
            status = self._page(f"/o/{object}/{id}").status_code
            self._same(f"/o/{object}/{id}", status, 200 if id in self.seen[object] else 404)

    def _export(self, object: str) -> None:
        answer = self._page(f"/o/{object}/export?as=csv")
        if not self.world.granted(self.user, object, "export"):
            self._same(f"{object} export", answer.status_code, 403)
            return
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
        ids = {
            id for id in self._standing(object) if self.world.covers(self.user, object, self.seen[object][id], "export")
        }
        self._same(f"{object} exported rows", len(rows) - 1, len(ids))

    def _model(self) -> None:
        told = {one["name"] for one in self._json(f"{V1}/objects").get("objects", [])}
        granted = {object for object in self.world.pack.objects if self.world.granted(self.user, object, "read")}
        self._same("objects", told, granted)
        for object in sorted(granted):
            fields = {one["name"] for one in self._json(f"{V1}/objects/{object}").get("fields", [])}
            self._same(f"fields of {object}", fields, self.world.readable(self.user, object))

        titles = {one["object"]: one["title"]["en"] for one in self.world.pack.documents if "fields" in one}
        page = self._page("/packs").text
        told = {object for object, title in titles.items() if f">{title}<" in page}
        self._same("objects on the page of packs", told - granted, set())

    def _unknown(self, object: str) -> None:
        if not self.world.granted(self.user, object, "create"):
            told = self._get(f"{V1}/records/{object}").get_json()
            same = self._get(f"{V1}/records/nosuch").get_json()
            self._same(f"{object} unknown", _without(told, object), _without(same, "nosuch"))

    def _missing(self, object: str, path: str) -> None:
        id = next(part for part in path.split("/") if re.fullmatch(r"[0-9a-f-]{36}", part))
        told, same = self._get(path), self._get(path.replace(id, NOBODY))
        self._same(
            f"{path} unseen",
            (told.status_code, _without(told.get_json(), id)),
            (404, _without(same.get_json(), NOBODY)),
        )

    def _previews(self, object: str) -> None:
        """Point a form at what is not seen: it must know no more of it than of nothing."""
        for name, target in self.world.pack.objects[object].targets.items():
            unseen = sorted(self.world.rows[target].keys() - self.seen[target].keys())
            if name not in self.world.readable(self.user, object) or not unseen:
                continue
            told = []
            for id in (self.chance.choice(unseen), NOBODY):
                body = {"input": {name: [id] if self._several(object, name) else id}}
                answer = self.house.api(self.login, "POST", f"{V1}/objects/{object}/preview", body).get_json()
                answer.get("values", {}).pop("id", None)
                told.append(_without(answer, id))
            self.asked += 2
            self._same(f"{object} preview of an unseen {name}", told[0], told[1])

    def _several(self, object: str, name: str) -> bool:
        return str(self.world.pack.objects[object].fields[name]["type"]) == "references"

    # -- asking ------------------------------------------------------------------------------------------------------

    def _standing(self, object: str, *, deleted: bool = False) -> set[str]:
        return {id for id, row in self.seen[object].items() if (row.get("deleted_at") is not None) == deleted}

    def _get(self, path: str) -> Any:
        self.asked += 1
        return self.house.api(self.login, "GET", path)

    def _page(self, path: str, *, htmx: bool = False) -> Any:
        self.asked += 1
        return self.house.page(self.login, path, htmx=htmx)

    def _json(self, path: str) -> dict[str, Any]:
        return dict(self._get(path).get_json() or {})

    def _all(self, path: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        after: str | None = ""
        while after is not None:
            told = self._json(f"{path}&limit=7" + (f"&after={after}" if after else ""))
            if "records" not in told:
                self.findings.append(f"{self._who()} {path}: {told}")
                break
            found.update((one["id"], one) for one in told["records"])
            after = told["next"]
        return found

    def _who(self) -> str:
        return f"{self.house.kind} {self.login}:"

    def _same(self, what: str, told: Any, true: Any) -> None:
        if told != true:
            if isinstance(told, set) and isinstance(true, set):
                told, true = f"more: {sorted(told - true)}", f"less: {sorted(true - told)}"
            self.findings.append(f"{self._who()} {what}: {told} against {true}")


def _without(told: Any, word: str) -> Any:
    return {name: str(value).replace(word, "*") for name, value in (told or {}).items() if name != "request_id"}


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else "short"
