"""One world tried in all three ways: equality, two worlds, writes; how much was asked, and what was found."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.security.beside import Beside
from tests.security.equality import Equality
from tests.security.two_worlds import two_worlds
from tests.security.world import House, kinds, open_world
from tests.security.writes import Writes

LOGINS = ("ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal")


@dataclass(frozen=True)
class Figures:
    """How thoroughly a world is tried."""

    users: int = 3
    asks: int = 120
    writes: int = 40
    rows: int = 14
    fields: int = 99


SMALL = Figures(users=1, asks=40, writes=24, rows=9, fields=4)


@dataclass
class Outcome:
    """What was asked and found."""

    worlds: int = 0
    requests: int = 0
    writes: int = 0
    findings: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.worlds + other.worlds,
            self.requests + other.requests,
            self.writes + other.writes,
            [*self.findings, *other.findings],
        )

    def __str__(self) -> str:
        return f"{self.worlds} worlds, {self.requests} requests, {self.writes} changes, {len(self.findings)} findings"


@contextmanager
def standing(url: str, home: Path, kind: str, seed: int, rows: int = 14) -> Iterator[tuple[House, Beside]]:
    """Give a house and the look beside it."""
    house = open_world(url, home, kind, seed, rows)
    beside = Beside(url, house.tenant)
    try:
        yield house, beside
    finally:
        beside.close()
        house.close()


def try_world(url: str, home: Path, kind: str, seed: int, figures: Figures = SMALL) -> Outcome:
    """Try a world for some of its users."""
    chance = random.Random(f"{kind}-{seed}-tried")
    outcome = Outcome(1)
    with standing(url, home, kind, seed, figures.rows) as (house, beside):
        for login in chance.sample(LOGINS, figures.users):
            outcome += try_user(house, beside, login, chance, figures)
    outcome.findings = [f"seed {seed} {one}" for one in outcome.findings]
    return outcome


def try_user(house: House, beside: Beside, login: str, chance: random.Random, figures: Figures) -> Outcome:
    """Try a world for one user: look, look again after what is hidden has changed, and change."""
    equality = Equality(house, house.dump(), login, chance, figures.fields)
    found = equality.check()
    asked, apart = two_worlds(house, beside, login, chance, figures.asks)
    writes = Writes(house, beside, login, chance)
    found += apart + writes.check(figures.writes)
    return Outcome(0, equality.asked + 2 * asked, writes.asked, found)


def kind_of(seed: int) -> str:
    """Return the kind of roles of the world of a seed: each in turn."""
    names: Sequence[str] = list(kinds())
    return names[seed % len(names)]
