"""Tries to find a bug that was put in: first where it should show soonest, then everywhere."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.wiring import build_engine, web_app_of
from tests.oracle.perm import World
from tests.security.beside import Beside
from tests.security.equality import Equality
from tests.security.two_worlds import two_worlds
from tests.security.world import House, kinds, open_world
from tests.security.writes import Writes


class Nursery:
    """Houses of each kind, built once; each bug gets a copy of its own."""

    def __init__(self, folder: Path, seed: int = 100) -> None:
        self.folder, self.seed = folder, seed
        self._made: dict[str, tuple[House, World]] = {}
        self._copies = 0

    @contextmanager
    def copy(self, kind: str) -> Iterator[tuple[House, World, Beside]]:
        """Give a copy of the house of a kind, with what it holds; nothing is kept of what is done to it."""
        if kind not in self._made:
            home = self.folder / kind
            home.mkdir()
            house = open_world(_url(home), home, kind, self.seed, untouched=True)
            self._made[kind] = house, house.dump()
            house.close()
        house, world = self._made[kind]
        self._copies += 1
        home = self.folder / f"copy{self._copies}"
        shutil.copytree(self.folder / kind, home)
        settings = replace(house.engine.settings, home=home, database=_url(home))
        engine = build_engine(settings, house.clock)
        twin = replace(house, engine=engine, app=web_app_of(engine))
        beside = Beside(_url(home), house.tenant)
        try:
            yield twin, world, beside
        finally:
            beside.close()
            twin.close()
            shutil.rmtree(home, ignore_errors=True)

    def find(self, way: tuple[str, str, str], rounds: int = 25) -> list[str]:
        """Return what one way of asking finds."""
        kind, logins, part = way
        with self.copy(kind) as (house, world, beside):
            for login in logins.split(","):
                found = _look(house, world, beside, login, part, rounds)
                if found:
                    return found
        return []

    def search(self, rounds: int = 40) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
        """Look everywhere; yield what was found and where, as long as somebody wants to know."""
        for kind in kinds():
            for login in ("ann", "bob", "dan", "fay", "cid"):
                for part in ("A", "C", "B"):
                    found = self.find((kind, login, part), rounds)
                    if found:
                        yield (kind, login, part), found


def _look(house: House, world: World, beside: Beside, login: str, part: str, rounds: int) -> list[str]:
    chance = random.Random(f"{house.kind}{login}{part}")
    check, _, method = part.partition(":")
    if check == "A":
        equality = Equality(house, world, login, chance)
        if not method:
            return equality.check()
        for object in world.pack.objects if method != "_model" else [""]:
            granted = object and world.granted(house.users[login], object, "read")
            if method == "_model":
                equality._model()
            elif (method == "_unknown") != bool(granted):
                getattr(equality, method)(object)
        return equality.findings
    if check == "B":
        return two_worlds(house, beside, login, chance, 200 if method else 120, method)[1]
    writes = Writes(house, beside, login, chance)
    if not method:
        return writes.check(rounds * 2)
    method, writes.object, writes.field = (*method.split("/"), "", "")[:3]
    for _ in range(rounds):
        getattr(writes, method)()
        if writes.findings:
            break
    return writes.findings


def _url(home: Path) -> str:
    return f"sqlite:///{home}/{{tenant}}.db"
