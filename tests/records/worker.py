"""A process that creates and changes deals until it is killed; each line of its output is something acknowledged."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from typing import Any

from engine.kernel.clock import FrozenClock
from engine.kernel.context import Actor, Context
from engine.kernel.errors import TesseraError
from engine.records import RecordService
from engine.settings import Settings
from engine.storage import Shelf
from tests.records.conftest import model_of
from tests.records.pack import PACK


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(url: str, user: str, client: str, product: str, seed: str) -> None:
    model = model_of(PACK)
    settings = Settings(state_seconds=1.0, synchronous="FULL")
    records = RecordService(Shelf(settings, lambda tenant: url, lambda layers: model))
    clock = FrozenClock(datetime(2026, 11, 23, tzinfo=UTC))
    ctx = Context("acme", Actor(user, "w", "W", administrator=True), clock=clock)
    chance = random.Random(seed)
    mine: list[tuple[str, int]] = []
    say("ready")
    while True:
        lines = [{"product": product, "quantity": chance.randrange(1, 9)}] * 2
        given: dict[str, Any] = {"client": client, "lines": lines}
        try:
            if chance.random() < 0.3:
                given["discount"] = 101
            if mine and chance.random() < 0.4:
                id, version = mine.pop(chance.randrange(len(mine)))
                changed = records.update(ctx, "deal", id, version, {"discount": chance.randrange(100), "note": seed})
                say("updated", id, changed.version)
                mine.append((id, changed.version))
            else:
                made = records.create(ctx, "deal", given)
                assert made.after is not None
                say("created", made.id, made.after["number"])
                mine.append((made.id, made.version))
        except TesseraError as error:
            if error.code != "invalid":
                say("refused", error.code)


if __name__ == "__main__":
    main(*sys.argv[1:])
