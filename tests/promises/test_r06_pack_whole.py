"""R6: an upgrade killed anywhere is not there or whole, and running servers take it up soon and never by halves."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.storage.connections import address_of
from tests.promises.checkers import late_versions, mixed_versions
from tests.promises.conftest import TIER, Found
from tests.promises.load import LINES
from tests.promises.product import TENANT, Client, Product
from tests.storage.digest import state_digest

# each statement in a campaign, a few of them every day
STEP = {1: 41, 2: 1, 3: 1}[TIER]
ADOPTED_WITHIN = 2.0
SYSCALLS = {1: 2, 2: 20, 3: 200}[TIER]
LAST_CALL = {"pwrite64": 60, "fdatasync": 4}
SETTLED_SECONDS = 1.2


def digest(product: Product) -> str:
    """Return the hash of all that the tenant has, read past the engine."""
    url = product.database or f"sqlite:///{product.file}"
    return state_digest(cast("Any", SimpleNamespace(dialect=product.dialect, address=address_of(url, TENANT))))


@pytest.mark.campaign
def test_r06_a_killed_upgrade_is_not_there_or_whole_and_is_simply_repeated(own: Product, next_pack: Path) -> None:
    own.serve()
    for number in range(3):
        account = own.client().make("account", name=f"old {number}", count=number)["id"]
        own.client().make("entry", account=account, lines=LINES)
    own.stop()
    before = digest(own)
    killed, statement = 0, 3
    while True:
        code, out, err = own.run("pack", "upgrade", TENANT, str(next_pack), faults=f"sql:{statement}:kill")
        assert code in (0, -9), (code, out, err)
        now = digest(own)
        if code == 0 or now != before:
            break
        killed += 1
        statement += STEP

    own.do("pack", "upgrade", TENANT, str(next_pack))
    assert killed > 1
    assert now != before
    assert digest(own) == now
    assert own.rows("SELECT name, rank, double FROM account ORDER BY name") == [
        *(("old 0", None, 0), ("old 1", None, 2), ("old 2", None, 4))
    ]
    own.serve()
    assert own.client().make("account", name="new", rank=1)["version"] == 1


@pytest.mark.campaign
def test_r06_two_servers_under_load_take_up_an_upgrade_soon_and_never_by_halves(own: Product, next_pack: Path) -> None:
    own.serve(2)
    id = own.client().make("account", name="watched", count=21)["id"]
    old = int(own.client().get(f"records/account/{id}").headers["X-Metadata-Version"])
    ended = threading.Event()
    seen: list[tuple[float, int, bool]] = []
    wrong: list[Any] = []

    def read(client: Client) -> None:
        asked = time.monotonic()
        told = client.get(f"records/account/{id}")
        seen.append((asked, int(told.headers.get("X-Metadata-Version", 0)), "rank" in told.value))
        if told.status != 200 or told.value.get("double", 42) != 42:
            wrong.append(told)

    def write(client: Client) -> None:
        told = client.send("POST", "records/account", {"name": "load", "count": 1})
        if told.status != 201:
            wrong.append(told)

    def repeat(act: Callable[[Client], None], number: int) -> None:
        client = own.client(number)
        while not ended.is_set():
            act(client)
            time.sleep(0.005)

    threads = [threading.Thread(target=repeat, args=(act, number)) for act in (read, write) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        own.do("pack", "upgrade", TENANT, str(next_pack))
        upgraded = time.monotonic()
        time.sleep(ADOPTED_WITHIN + SETTLED_SECONDS)
    finally:
        ended.set()
        for thread in threads:
            thread.join()

    assert wrong == []
    assert {version for _, version, _ in seen} == {old, old + 1}
    assert mixed_versions([(version, new) for _, version, new in seen], old + 1) == []
    assert late_versions([(asked, version) for asked, version, _ in seen], old + 1, upgraded + ADOPTED_WITHIN) == []
    assert own.rows("SELECT count(*) FROM account WHERE double IS NULL OR double <> count * 2") == [(0,)]


@pytest.mark.campaign
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace kills at a system call; at statements see above")
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_r06_an_upgrade_killed_at_any_system_call_that_writes_is_not_there_or_whole(
    copied: Found, next_pack: Path, call: str
) -> None:
    own = copied("sqlite")
    before = digest(own)
    chance = random.Random(call)
    killed = 0
    for _ in range(SYSCALLS):
        when = chance.randrange(1, LAST_CALL[call])
        inject = f"inject={call}:signal=KILL:when={when}"
        code, out, err = own.run(
            *("pack", "upgrade", TENANT, str(next_pack)), under=["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject]
        )
        assert code in (0, -9, 137), (code, out, err)
        killed += code != 0
        assert own.integrity() == "ok"
        if digest(own) != before:
            break

    own.do("pack", "upgrade", TENANT, str(next_pack))
    assert killed > 0
    own.serve()
    assert own.client().make("account", name="new", rank=1)["version"] == 1
