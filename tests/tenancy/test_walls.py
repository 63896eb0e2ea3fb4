"""Tenants cannot reach each other, share what is equal, and one change at a time is made to each."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine.kernel.errors import Conflict, Missing, Unavailable
from engine.settings import Settings
from engine.storage import Shelf, hold_lock
from engine.tenancy import TenantService, open_shelf
from tests.tenancy.conftest import WritePack
from tests.tenancy.test_installing import NEWER, PARTY, add_party


def test_a_connection_cannot_reach_another_tenant(tenancy: TenantService, shelf: Shelf, pack: WritePack) -> None:
    tenancy.create("other")
    tenancy.install("acme", [pack(PARTY)])
    tenancy.install("other", [pack(PARTY)])
    add_party(shelf, name="secret")
    other = shelf.database("other")

    with other.reading() as session:
        assert session.raw_rows("SELECT name FROM party") == []
        if other.dialect == "sqlite":
            file = shelf.database("acme").address.file
            with pytest.raises(sqlite3.OperationalError, match="too many attached"):
                session.raw_rows(f"ATTACH '{file}' AS a")
            return
        for attempt in ("SELECT * FROM t_acme.party", "DELETE FROM t_acme.party", "CREATE TABLE t_acme.x (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.raw_rows(attempt)


def test_two_tenants_with_different_packs_live_in_one_process(
    tenancy: TenantService, shelf: Shelf, pack: WritePack
) -> None:
    tenancy.create("other")
    tenancy.install("acme", [pack(PARTY)])
    tenancy.install("other", [pack(NEWER, "1.1.0")])

    assert "phone" not in shelf.current("acme")[1].model.objects["party"].fields
    assert "phone" in shelf.current("other")[1].model.objects["party"].fields


def test_another_process_takes_a_new_model_within_two_seconds(
    tenancy: TenantService, settings: Settings, shelf: Shelf, pack: WritePack
) -> None:
    tenancy.install("acme", [pack(PARTY)])
    elsewhere = open_shelf(settings)
    database, old = elsewhere.current("acme")
    tenancy.install("acme", [pack(NEWER, "1.1.0")])

    # a change under the old model is refused at once, and looking again finds the new one
    from engine.storage import StaleCatalog

    with pytest.raises(StaleCatalog), database.writing(old.stamp):
        pass
    assert "phone" in elsewhere.current("acme")[1].model.objects["party"].fields

    tenancy.install("acme", [pack(NEWER.replace("phone:", "mobile:"), "1.2.0")])
    until = time.monotonic() + 2
    while "mobile" not in elsewhere.current("acme")[1].model.objects["party"].fields:
        assert time.monotonic() < until
        time.sleep(0.05)
    elsewhere.close()


def test_only_one_changes_a_tenant_and_the_other_is_told_who(tenancy: TenantService, pack: WritePack) -> None:
    folder = pack(PARTY)
    started, finish = threading.Event(), threading.Event()

    def hold() -> None:
        with hold_lock(tenancy._database("acme"), "anna (desk, 1)"):
            started.set()
            finish.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert started.wait(10)
    tenancy.create("other")
    tenancy.install("other", [folder])
    with pytest.raises(Conflict) as refused:
        tenancy.install("acme", [folder])
    finish.set()
    thread.join()

    assert refused.value.code == "install_running"
    assert "anna (desk, 1)" in refused.value.message("en")
    assert "20" in refused.value.complaint.params["since"]
    assert tenancy.install("acme", [folder]).version == 1


def test_the_lock_dies_with_its_holder(tenancy: TenantService, pack: WritePack) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with hold_lock(tenancy._database("acme"), "gone"):
            os.write(writer, b"x")
            time.sleep(60)
        os._exit(1)
    assert os.read(reader, 1) == b"x"
    folder = pack(PARTY)
    with pytest.raises(Conflict):
        tenancy.install("acme", [folder])

    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    until = time.monotonic() + 10
    while tenancy.versions("acme") == [] and time.monotonic() < until:
        try:
            tenancy.install("acme", [folder])
        except Conflict:
            time.sleep(0.1)  # the server notices the broken connection
    assert [one.version for one in tenancy.versions("acme")] == [1]


def test_many_tenants_of_one_pack_share_its_model(tmp_path: Path, pack: WritePack) -> None:
    settings = Settings(home=tmp_path / "many", synchronous="NORMAL", state_seconds=60)
    shelf = open_shelf(settings)
    service = TenantService(settings, shelf)
    service.create("first")
    service.install("first", [pack(PARTY)])
    source = shelf.database("first").address.file
    shelf.forget("first")
    names = [f"t{number}" for number in range(200)]
    for name in names:
        service._registry.add(name, name, None)
        source.with_name(f"{name}.db").write_bytes(source.read_bytes())
    first = shelf.current("t0")[1]
    shelf.database("t0").dispose()

    gc.collect()
    tracemalloc.start()
    for name in names[1:]:
        catalog = shelf.current(name)[1]
        assert catalog.model is first.model
        assert catalog.tables is first.tables
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    shelf.close()

    assert used / len(names) < 50_000


def test_a_place_with_data_is_not_taken_over_silently(
    tenancy: TenantService, settings: Settings, shelf: Shelf, pack: WritePack, tmp_path: Path
) -> None:
    tenancy.install("acme", [pack(PARTY)])
    tenancy._registry.remove("acme")

    with pytest.raises(Conflict) as refused:
        tenancy.create("acme")
    adopted = tenancy.create("acme", adopt=True)

    assert refused.value.code == "tenant_place_taken"
    assert adopted.name == "acme"
    assert [one.version for one in tenancy.versions("acme")] == [1]


def test_a_dropped_tenant_is_gone(tenancy: TenantService, shelf: Shelf, pack: WritePack) -> None:
    tenancy.create("other")
    tenancy.install("other", [pack(PARTY)])
    database: Any = shelf.database("other")

    tenancy.drop("other")

    with pytest.raises(Missing):
        shelf.current("other")
    with pytest.raises(Unavailable) as gone, database.reading():
        pass
    assert gone.value.code == "database_missing"
    assert [tenant.name for tenant in tenancy.list()] == ["acme"]
