"""R1, R24: what was acknowledged is there after the server was killed, with one entry in the trail for each change."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.api.house import House, open_house
from tests.api.server import Server, ask
from tests.conftest import DATABASES

CLIENTS = 4
KILLS = {"2": 100, "3": 1_000}.get(os.environ.get("TESSERA_CAMPAIGN", ""), 2)
MACHINES = "/api/v1/records/machine"


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house whose process is this one; servers in other processes share its home."""
    if request.param == "sqlite":
        house = open_house(f"sqlite:///{tmp_path}/{{tenant}}.db", tmp_path, synchronous="FULL")
        yield house
        house.close()
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        house = open_house(url, tmp_path)
        yield house
        house.close()


@dataclass
class Acknowledged:
    """What the clients were told: name -> (id, version), and how often they were told so."""

    records: dict[str, tuple[str, int]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)


def write(server: Server, token: str, told: Acknowledged, number: int, stop: threading.Event) -> None:
    """Create and change records until the connection breaks."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}"}
    count = 0
    with suppress(OSError, http.client.HTTPException):
        while not stop.is_set():
            name = f"c{number}-{time.time_ns()}"
            status, answer = ask(connection, "POST", MACHINES, {"name": name, "count": count}, headers)
            told.statuses.append(status)
            if status != 201:
                continue
            told.records[name] = (answer["id"], 1)
            count += 1
            if count % 3 == 0:
                path = f"{MACHINES}/{answer['id']}"
                status, changed = ask(connection, "PATCH", path, {"notes": name}, {**headers, "If-Match": '"1"'})
                told.statuses.append(status)
                if status == 200:
                    told.records[name] = (answer["id"], changed["version"])
    connection.close()


@pytest.mark.campaign
def test_what_was_acknowledged_is_there_after_a_kill(place: House):
    server = Server(place.engine.settings.home, place.url)
    (server.home / "secret").write_bytes(place.engine.settings.secret)
    told = [Acknowledged() for _ in range(CLIENTS)]
    die = random.Random(20261123)
    for _ in range(KILLS):
        server.start()
        stop = threading.Event()
        token = place.tokens["acme", "foreman"]
        clients = [threading.Thread(target=write, args=(server, token, told[n], n, stop)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(die.uniform(0.3, 1.6))
        server.kill()
        stop.set()
        for client in clients:
            client.join()

    rows = {row[0]: row for row in place.look("acme", "SELECT name, id, version, notes FROM machine")}
    acknowledged = {name: record for one in told for name, record in one.records.items()}
    lost = [
        name
        for name, (id, version) in acknowledged.items()
        if name not in rows or rows[name][1] != id or rows[name][2] < version
    ]
    assert not lost
    assert len(acknowledged) >= KILLS
    assert {status for one in told for status in one.statuses} <= {200, 201}
    versions = sum(row[2] for row in rows.values())
    assert place.look("acme", "SELECT count(*) FROM tessera_audit WHERE object = 'machine'")[0][0] == versions
    assert place.look("acme", "SELECT count(*) FROM tessera_outbox WHERE object = 'machine'")[0][0] == versions
    assert len(rows) - len(acknowledged) <= KILLS * CLIENTS


@pytest.mark.campaign
def test_told_to_stop_the_server_finishes_what_it_began(place: House):
    server = Server(place.engine.settings.home, place.url)
    (server.home / "secret").write_bytes(place.engine.settings.secret)
    server.start()
    told = [Acknowledged() for _ in range(CLIENTS)]
    stop = threading.Event()
    token = place.tokens["acme", "foreman"]
    clients = [threading.Thread(target=write, args=(server, token, told[n], n, stop)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(0.7)

    code = server.stop()

    stop.set()
    for client in clients:
        client.join()
    assert code == 0
    names = {name for one in told for name in one.records}
    assert {row[0] for row in place.look("acme", "SELECT name FROM machine")} == names
    assert {status for one in told for status in one.statuses} <= {200, 201}
