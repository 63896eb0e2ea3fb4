"""SQLite's planner learns what the tables hold, in the process that fills them and in others."""

from __future__ import annotations

from pathlib import Path

from engine.settings import Settings
from engine.storage import insert_rows, install_model, make_place, open_database
from engine.storage.statistics import FIRST
from tests.storage.conftest import kept_fields, model_of

PACK = "object: thing\ntitle: T\ndisplay: name\nfields:\n  name: {type: text, title: N, index: true}\n"


def test_statistics_are_made_after_many_changes_and_read_elsewhere(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    here, elsewhere = (open_database(url, "acme", Settings(synchronous="NORMAL")) for _ in range(2))
    make_place(here)
    catalog = install_model(here, model_of(PACK), {})
    with elsewhere.reading() as session:
        before = session.raw_rows("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        held = session.held
    rows = [{**kept_fields(catalog.model, "thing"), "name": f"{number}"} for number in range(FIRST + 1)]
    with here.writing() as session:
        insert_rows(session, catalog, "thing", rows)

    held.statistics_at -= 3_600
    with elsewhere.reading() as session:
        after = session.raw_rows("SELECT idx FROM sqlite_stat1 WHERE tbl = 'thing' ORDER BY idx")

    assert before == [(0,)]
    assert ("ix_thing_name",) in after
    assert session.held.statistics_at > 0
    here.dispose()
    elsewhere.dispose()
