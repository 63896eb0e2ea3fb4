"""Check B: two worlds that differ only in what a user may not see answer him alike, byte for byte."""

from __future__ import annotations

import random

from tests.security.beside import Beside
from tests.security.hidden import carry_out, plan, view
from tests.security.normal import difference, normal
from tests.security.requests import Asks, send
from tests.security.world import House


def two_worlds(
    house: House, beside: Beside, login: str, chance: random.Random, asks: int, only: str = ""
) -> tuple[int, list[str]]:
    """Return how many requests were compared, and what told the worlds apart. The house is changed.

    ``only``: what must stand in the address of a request.
    """
    user = house.users[login]
    first = house.dump()
    ids = {object: list(rows) for object, rows in first.rows.items()}
    requests = Asks(house, ids, chance).some(asks, only)
    changes = plan(first, user, chance, 60)
    known = {id for several in ids.values() for id in several} | {one.id for one in house.users.values()}
    before = [normal(send(house, login, ask), known) for ask in requests]
    if not carry_out(house, beside, first, user, changes):
        return 0, []
    second = house.dump()
    if view(first, user) != view(second, user):
        # a formula or a sum carried something over that the oracle had not thought of: no finding of the engine's
        return 0, []
    findings = []
    for ask, then in zip(requests, before, strict=True):
        now = normal(send(house, login, ask), known)
        if now != then:
            parts = [difference(str(a), str(b)) for a, b in zip(then, now, strict=True) if a != b]
            findings.append(f"{house.kind} {login}: {ask}: {'; '.join(parts)}")
    return len(requests), findings
