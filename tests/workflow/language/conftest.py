"""One tenant of the language for each database and test process; each test makes records of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from tests.conftest import DATABASES
from tests.support.postgres import PostgresServer
from tests.workflow.language.house import Language, open_language, write_pack
from tests.workflow.org1.house import PEOPLE, TENANT, empty


@pytest.fixture(scope="session", params=DATABASES)
def all_of_language(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[Language]:
    """The tenant, with a phone for everybody."""
    folder = tmp_path_factory.mktemp("language")
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/{{tenant}}.db"
        if request.param == "postgresql":
            url = stack.enter_context(postgres_server.fresh_database())
        made = open_language(url, folder, write_pack(folder))
        database, _ = made.engine.shelf.current(TENANT)
        with database.writing() as session:
            for login in PEOPLE:
                values = {"phone": made.phone(login), "id": made.users[login]}
                session.execute(text("UPDATE tessera_user SET phone = :phone WHERE id = :id"), values)
        yield made
        made.engine.close()


@pytest.fixture
def lang(all_of_language: Language) -> Language:
    """The tenant on Monday 2026-09-21 at 09:00, emptied."""
    empty(all_of_language)
    (all_of_language.engine.settings.home / "sms" / f"sms-{TENANT}.jsonl").unlink(missing_ok=True)
    return all_of_language
