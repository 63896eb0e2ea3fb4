"""How many statements a request sends to the database, from the door to the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.storage import faults
from tests.api.house import House, open_house

MACHINES = "/api/v1/records/machine"
# a write begins by reading the tenant's state and ends with a commit; both are counted
CONTROL = 2


def counted(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> int:
    """Return how many statements something sends, its second time: what is kept was kept then."""
    act()
    seen: list[None] = []
    monkeypatch.setattr(faults, "after_statement", lambda: seen.append(None))
    act()
    monkeypatch.setattr(faults, "after_statement", None)
    return len(seen)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> House:
    """A house whose process remembers for a minute, on either database."""
    file = database_url.startswith("sqlite")
    return open_house(f"sqlite:///{tmp_path}/{{tenant}}.db" if file else database_url, tmp_path, state_seconds=60.0)


def test_a_request_sends_few_statements(house: House, monkeypatch: pytest.MonkeyPatch):
    me = house.caller()
    made = me.make("machine", name="Lathe")
    version = iter(range(1, 10))

    one = counted(monkeypatch, lambda: me.read("machine", made["id"]))
    page = counted(monkeypatch, lambda: me.get(f"{MACHINES}?limit=50"))
    nothing = counted(monkeypatch, lambda: me.get(f"{MACHINES}?where=name%20%3D%20%22none%22"))
    created = counted(monkeypatch, lambda: me.post(MACHINES, {"name": "Press"}))
    updated = counted(monkeypatch, lambda: me.patch(f"{MACHINES}/{made['id']}", {"name": "Saw"}, next(version)))

    house.close()
    assert (one, page) == (1, 1)
    assert nothing == 2  # a page without rows says nothing of the caller
    assert created - CONTROL <= 6
    assert updated - CONTROL <= 6
