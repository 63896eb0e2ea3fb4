"""Install, upgrade and uninstall, seeds and calculations included: killed anywhere, the tenant is before or after."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Missing
from engine.settings import Settings
from engine.storage import faults
from engine.wiring import Engine, build_engine
from tests.storage.digest import state_digest
from tests.tenancy.conftest import WritePack
from tests.tenancy.test_renewing import ORDER

# each statement in a long campaign, a few of them every day
STEP = 1 if os.environ.get("TESSERA_CAMPAIGN") else 23
NEWER = ORDER.replace("price * 2", "price * 3").replace("en: Rate}", "en: Rate}, index: true")
Act = Callable[[Engine], object]


def digest(settings: Settings) -> str:
    """Return the digest of the tenant, read by a process that has nothing open."""
    engine = build_engine(settings)
    database = engine.shelf.database("acme")
    engine.close()
    return state_digest(database)


def dies(settings: Settings, act: Act, statement: int) -> bool:
    """Act in a child that dies after its n-th statement; tell whether it did."""
    child = os.fork()
    if child == 0:
        faults.after_statement = faults.counter_of(f"sql:{statement}:kill")
        try:
            act(build_engine(settings))
        except BaseException:  # noqa: BLE001 - a child must not go on with the parent's tests
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed_everywhere(settings: Settings, act: Act) -> int:
    """Kill an act at many places and check each time; let it end at last. Return how many statements it has."""
    before = digest(settings)
    statement = 1
    while dies(settings, act, statement):
        found = digest(settings)
        if found != before:
            # only the COMMIT itself makes the difference, so the next one finds nothing to do
            engine = build_engine(settings)
            with contextlib.suppress(Missing):
                act(engine)
            engine.close()
            assert digest(settings) == found
            break
        statement += STEP
    assert digest(settings) != before
    return statement


@pytest.mark.campaign
def test_a_killed_installation_is_not_there_or_whole(settings: Settings, pack: WritePack) -> None:
    folder, newer = pack(ORDER), pack(NEWER, "1.1.0")
    for place in (folder, newer):
        (place / "seeds").mkdir()
        (place / "seeds" / "order.csv").write_text("name,rate\nbase,0.06\nmore,0.13\n")
    engine = build_engine(settings)
    engine.tenancy.create("acme")
    engine.close()

    def installs(path: Path) -> Act:
        return lambda engine: engine.tenancy.install("acme", [path])

    assert killed_everywhere(settings, installs(folder)) > 25
    line = {"name": "l", "price": "2"}
    engine.records.create(Context("acme", SYSTEM), "order", {"name": "x", "lines": [line]})
    engine.close()
    assert killed_everywhere(settings, installs(newer)) > 10
    assert killed_everywhere(settings, lambda engine: engine.tenancy.uninstall("acme", "base")) > 5
    engine.tenancy.drop("acme")
    engine.close()
