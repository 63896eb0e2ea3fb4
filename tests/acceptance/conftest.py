"""An office on each database, founded once, of which tests get copies; its people work over REST and on pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from engine.kernel.clock import FrozenClock
from tests.conftest import DATABASES
from tests.support.office import Founded, Office, found_office
from tests.support.postgres import PostgresServer
from tests.ui.visitor import PASSWORD

__all__ = ["PASSWORD", "Firm", "firm", "founded", "office"]

# the same house, shared by all tests that do not mind each other
Firm = Office

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[Callable[[str], Founded]]:
    """Give the office of a kind of database in which nobody works, to be copied."""
    made: dict[str, Founded] = {}
    with ExitStack() as stack:

        def found(kind: str) -> Founded:
            if kind not in made:
                folder = tmp_path_factory.mktemp(f"founded-{kind}")
                made[kind] = stack.enter_context(found_office(kind, folder, postgres_server, FrozenClock(MONDAY)))
            return made[kind]

        yield found


def _opened(scope: Literal["package", "module"]) -> Any:
    @pytest.fixture(scope=scope, params=DATABASES)
    def opened(
        request: pytest.FixtureRequest,
        tmp_path_factory: pytest.TempPathFactory,
        postgres_server: PostgresServer,
        founded: Callable[[str], Founded],
    ) -> Iterator[Office]:
        folder = tmp_path_factory.mktemp("office")
        with founded(request.param).opened(folder, postgres_server, FrozenClock(MONDAY)) as office:
            yield office

    return opened


# an office that all tests share: each with records of its own
firm = _opened("package")
# an office of a file's own, on a Monday morning; its tests leave each other's records alone
office = _opened("module")
