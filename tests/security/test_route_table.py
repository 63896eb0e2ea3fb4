"""No way in without a line in the table; and what the table says is so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.cli.__main__ import main
from tests.security.route_table import ADDRESSES, CHANGE, COMMANDS, GATES, JOBS, READ
from tests.security.world import House, open_world


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    made = open_world(f"sqlite:///{home}/{{tenant}}.db", home, "read_only", 1, 3, untouched=True)
    yield made
    made.close()


def test_every_address_has_a_line_and_every_line_an_address(house: House) -> None:
    found = {(method, rule) for method, rule, _ in house.routes() if method not in ("HEAD", "OPTIONS")}

    assert found == set(ADDRESSES)


def test_every_line_is_sound() -> None:
    for (method, address), (path, gate) in ADDRESSES.items():
        assert gate in GATES, address
        assert path in (READ if method == "GET" else READ | CHANGE), address
        if "<object>" in address and not address.startswith("/customise/"):
            assert gate in ("row", "model", "own"), address


def test_every_command_and_every_kind_of_job_has_a_line(house: House) -> None:
    assert set(main.list_commands(None)) == COMMANDS  # type: ignore[arg-type]
    assert set(house.engine.background.runner.kinds) == set(JOBS)


def test_what_is_for_administrators_is_not_there_for_others(house: House) -> None:
    for (method, address), (_, gate) in ADDRESSES.items():
        if gate == "admin" and method == "GET" and "<what>" not in address and not address.startswith("/api/"):
            path = address.replace("<login>", "bob").replace("<role>", "a").replace("<of>", "client")
            path = path.replace("<object>", "client").replace("<field>", "name")
            if "<" not in path:
                assert house.page("boss", path).status_code == 200, path
            assert house.page("ann", path).status_code in (403, 404), path
