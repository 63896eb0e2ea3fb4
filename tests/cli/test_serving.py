"""tessera serve in one process and in several, and the entrance for other WSGI servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.house import SECRET, House, open_house
from tests.api.server import ROOT, Server


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = open_house(f"sqlite:///{tmp_path}/{{tenant}}.db", tmp_path)
    (tmp_path / "secret").write_bytes(SECRET)
    house.close()
    return house


def test_one_process_serves_and_stops_in_order(house: House):
    server = Server(house.engine.settings.home, house.url)
    server.start()
    headers = {"Authorization": f"Bearer {house.tokens['acme', 'boss']}"}

    assert server.ask("GET", "/api/v1/me", headers=headers)[0] == 200
    assert server.ask("POST", "/api/v1/records/machine", {"name": "x"}, headers)[0] == 201

    assert server.stop() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_several_processes_serve_the_same_tenants(house: House):
    server = Server(house.engine.settings.home, house.url)
    server.start("--workers", "2", "--threads", "2")
    headers = {"Authorization": f"Bearer {house.tokens['acme', 'boss']}"}

    made = [server.ask("POST", "/api/v1/records/machine", {"name": f"M{number}"}, headers)[0] for number in range(8)]
    seen = [server.ask("GET", "/api/v1/records/machine?count=exact", headers=headers)[1]["count"] for _ in range(4)]

    assert made == [201] * 8
    assert seen == [8] * 4
    assert server.stop() == 0


@pytest.mark.parametrize(("secret", "code"), [(SECRET.decode(), 0), ("changeme", 78)])
def test_other_servers_find_the_application(tmp_path: Path, secret: str, code: int):
    environment = {**os.environ, "TESSERA_HOME": str(tmp_path), "TESSERA_SECRET": secret}
    command = [sys.executable, "-c", "import engine.wsgi; assert callable(engine.wsgi.app)"]

    assert subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == code


def test_a_port_that_is_taken_is_told(house: House):
    server = Server(house.engine.settings.home, house.url)
    server.start()
    command = [sys.executable, "-m", "engine.cli", "serve", "--port", str(server.port)]
    environment = {**os.environ, "TESSERA_HOME": str(server.home), "TESSERA_DATABASE": server.database}

    second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert second.returncode == 1
    assert str(server.port) in second.stderr
    assert "Traceback" not in second.stderr
    assert server.stop() == 0
