"""Imports as jobs: they survive kills, stop when told, belong to one process at a time, and say how far they are."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from engine.jobs import Background, Work
from engine.kernel.errors import Conflict, Missing
from engine.settings import Settings
from engine.transfer.files import open_table
from tests.support.branch import TENANT, Branch
from tests.transfer.conftest import csv_file, mapping

ROOT = Path(__file__).parents[2]
CUSTOMERS = mapping("customer", name="name", level="level", number="number")
ROWS, KILLS = {"2": (10_000, 5), "3": (100_000, 20)}.get(os.environ.get("TESSERA_CAMPAIGN", ""), (1_500, 2))


def test_a_job_imports_what_was_put_into_the_queue(branch: Branch, tmp_path: Path) -> None:
    boss = branch.add_person("boss", administrator=True)
    job = branch.transfer.start_import(boss, CUSTOMERS, customers(tmp_path, 450))
    (tmp_path / "customers.csv").unlink()
    assert branch.transfer.status(boss, job).status == "queued"
    seen: list[int] = []

    status = branch.transfer.run(branch.system, job, lambda report: seen.append(report.rows))

    assert (status.status, status.done, status.total, status.error) == ("done", 450, 450, "")
    assert seen == [200, 400, 450]
    assert branch.count("customer") == 450 - 5
    report = branch.transfer.report(boss, job)
    assert (report.created, report.failed) == (445, 5)
    errors = open_table(branch.transfer.errors_file(boss, job))
    assert len(list(errors.rows())) == 5
    assert {row["created_by"].title for row in branch.rows("customer", "created_by")} == {"Boss"}


@pytest.mark.campaign
def test_a_killed_import_goes_on_and_comes_out_as_if_nothing_had_happened(branch: Branch, tmp_path: Path) -> None:
    chance = random.Random(12)
    path = customers(tmp_path, ROWS)
    job = branch.transfer.start_import(branch.system, CUSTOMERS, path)
    killed = 0

    for _ in range(KILLS * 4):
        fault = f"sql:{chance.randrange(5, 90)}:kill" if killed < KILLS else ""
        code = in_own_process(branch, job, fault)
        assert code in (0, -9), code
        if code == 0:
            break
        killed += 1
        branch.clock.advance(timedelta(seconds=61))
        # a kill is no fault of the job: the count of tries starts anew
        forgive(branch, job)

    assert killed == KILLS
    report = branch.transfer.report(branch.system, job)
    bad = ROWS // 100
    assert (report.rows, report.created, report.failed) == (ROWS, ROWS - bad, bad)
    assert branch.count("customer") == ROWS - bad
    numbers = [row["number"] for row in branch.rows("customer", "number")]
    assert len(set(numbers)) == ROWS - bad
    rows = [row.cells for row in open_table(branch.transfer.errors_file(branch.system, job)).rows()]
    assert [cells[0] for cells in rows] == [str(n + 2) for n in range(0, ROWS, 100)]


def test_a_job_that_is_told_to_stop_stops_and_keeps_what_it_did(branch: Branch, tmp_path: Path) -> None:
    job = branch.transfer.start_import(branch.system, CUSTOMERS, customers(tmp_path, 900))

    def stop_after_the_first_chunk(_: object) -> None:
        branch.transfer.cancel(branch.system, job)

    status = branch.transfer.run(branch.system, job, stop_after_the_first_chunk)

    assert status.status == "cancelled"
    assert branch.count("customer") == 198
    with pytest.raises(Conflict):
        branch.transfer.run(branch.system, job)
    with pytest.raises(Conflict):
        branch.transfer.cancel(branch.system, job)


def test_a_job_nobody_has_begun_is_cancelled_at_once(local: Branch, tmp_path: Path) -> None:
    job = local.transfer.start_import(local.system, CUSTOMERS, customers(tmp_path, 10))

    assert local.transfer.cancel(local.system, job).status == "cancelled"
    assert list(local.transfer.waiting(local.system)) == []


def test_a_job_has_one_worker_and_a_sleeper_that_wakes_up_changes_nothing(branch: Branch, tmp_path: Path) -> None:
    job = branch.transfer.start_import(branch.system, CUSTOMERS, customers(tmp_path, 450))
    took_over: list[str] = []

    def sleep_through_the_lease(_: object) -> None:
        if took_over:
            return
        with pytest.raises(Conflict):
            branch.transfer.run(branch.system, job)
        branch.clock.advance(timedelta(seconds=61))
        took_over.append(branch.transfer.run(branch.system, job).status)

    status = branch.transfer.run(branch.system, job, sleep_through_the_lease)

    assert took_over == ["done"]
    assert status.status == "done"
    assert branch.count("customer") == 445
    assert branch.transfer.report(branch.system, job).created == 445


def test_a_server_that_ends_puts_its_job_back(local: Branch, tmp_path: Path) -> None:
    job = local.transfer.start_import(local.system, CUSTOMERS, customers(tmp_path, 450))

    status = local.transfer.run(local.system, job, stop=lambda: True)
    assert (status.status, status.attempts, status.done) == ("queued", 0, 200)
    status = local.transfer.run(local.system, job)

    assert (status.status, local.count("customer")) == ("done", 445)


def test_a_job_runs_with_the_rights_its_owner_has_by_then(local: Branch, tmp_path: Path) -> None:
    boss = local.add_person("boss", administrator=True)
    job = local.transfer.start_import(boss, CUSTOMERS, customers(tmp_path, 10))
    del local.people[boss.actor.user]

    status = local.transfer.run(local.system, job)

    assert (status.status, local.count("customer")) == ("failed", 0)
    assert status.error


def test_jobs_are_seen_by_their_owners_and_by_administrators(local: Branch, tmp_path: Path) -> None:
    local.records.create(local.system, "company", {"code": "AA", "name": "Company"})
    local.records.create(local.system, "department", {"code": "S", "name": "Sales", "company": {"code": "AA"}})
    seller, other = (local.add_person(name, "salesperson", department="S") for name in ("sam", "oli"))
    job = local.transfer.start_import(seller, mapping("customer", name="name"), customers(tmp_path, 10))

    assert [one.id for one in local.transfer.jobs(seller)] == [job]
    assert list(local.transfer.jobs(other)) == []
    assert [one.id for one in local.transfer.jobs(local.system)] == [job]
    for ask in (local.transfer.status, local.transfer.errors_file, local.transfer.cancel, local.transfer.report):
        with pytest.raises(Missing):
            ask(other, job)
        with pytest.raises(Missing):
            ask(seller, "../../etc/passwd")


def test_threads_of_the_server_carry_out_what_waits_at_once(local: Branch, tmp_path: Path) -> None:
    kinds = {"import": lambda ctx, job, control: local.transfer.run_claimed(ctx, job, control.stop)}
    background = Background(local.shelf, Settings(home=tmp_path), local.clock, lambda: [TENANT], Work(kinds=kinds))
    background.start(poll=60)
    job = local.transfer.start_import(local.system, CUSTOMERS, customers(tmp_path, 10))

    done = threading.Event()
    for _ in range(200):
        if local.transfer.status(local.system, job).over:
            break
        done.wait(0.05)
    background.stop()

    assert local.transfer.status(local.system, job).status == "done"


def test_an_all_or_nothing_job_imports_nothing_when_a_row_is_bad(branch: Branch, tmp_path: Path) -> None:
    job = branch.transfer.start_import(branch.system, CUSTOMERS, customers(tmp_path, 450), atomic=True)

    status = branch.transfer.run(branch.system, job)

    assert (status.status, branch.count("customer")) == ("done", 0)
    assert branch.transfer.report(branch.system, job).failed == 5


def test_a_file_that_breaks_off_fails_with_its_reason(local: Branch, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "c.csv", "name", [*(f"Customer {n}" for n in range(250)), '"never closed'])

    with pytest.raises(Exception, match="row 252"):
        local.transfer.start_import(local.system, mapping("customer", name="name"), path)

    assert local.count("customer") == 0


def customers(folder: Path, count: int) -> Path:
    """Write customers of which each hundredth, the first included, has a level that does not exist."""
    rows = [f"Customer {n},{'Z' if n % 100 == 0 else 'A'}," for n in range(count)]
    return csv_file(folder / "customers.csv", "name,level,number", rows)


def in_own_process(branch: Branch, job: str, fault: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if fault:
        environment["ENGINE_FAULTS"] = fault
    command = [
        sys.executable,
        "-m",
        "tests.transfer.job_process",
        str(branch.home),
        job,
        branch.clock.now().isoformat(),
    ]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=900).returncode


def forgive(branch: Branch, job: str) -> None:
    from sqlalchemy import update

    from engine.storage.system import JOB

    with branch.shelf.database(TENANT).writing() as session:
        session.execute(update(JOB).where(JOB.c.id == job).values(attempts=0))
