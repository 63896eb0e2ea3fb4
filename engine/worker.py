"""The entry door of a worker: ``work`` is the one function that Redis may name."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from engine.kernel.errors import TesseraError
from engine.kernel.names import is_record_id
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.jobs.redis_bell import RedisBell
    from engine.wiring import Engine

# a lane is worked for a tenant so long, then others have their turn
_TURN = 2.0
_CHILD_END = 35.0


class _Process:
    """What this process works with; set once at its start."""

    engine: Engine | None = None
    bell: RedisBell | None = None
    children: set[subprocess.Popen[bytes]] = set()  # noqa: RUF012 - the one place of a process's state
    stopping = threading.Event()


def settle_in(engine: Engine, bell: RedisBell) -> None:
    """Give the process its engine."""
    _Process.engine, _Process.bell = engine, bell


def stop() -> None:
    """Let the parts at hand end: jobs in processes of their own are told to stop after their chunk."""
    _Process.stopping.set()
    for child in list(_Process.children):
        child.terminate()


def work(*, tenant: str, job_id: str) -> None:
    """Work at what a bell tells of: a lane of a tenant, or one of its jobs."""
    engine, bell = _Process.engine, _Process.bell
    assert engine is not None
    assert bell is not None
    bell.answered(tenant, job_id)
    known = {lane.name for lane in engine.background.lanes}
    try:
        engine.shelf.current(tenant)
    except TesseraError:
        # somebody else's text in the queue, or a tenant that is gone
        return
    if job_id in known and job_id != "jobs":
        until = time.monotonic() + _TURN
        more = True
        while more and time.monotonic() < until and not _Process.stopping.is_set():
            more = engine.background.work_lane(job_id, tenant, _Process.stopping.is_set)
        if more:
            bell.ring(tenant, job_id)
    elif is_record_id(job_id):
        _run_apart(tenant, job_id)
        bell.offer("jobs", tenant)


def _run_apart(tenant: str, job_id: str) -> None:
    """Run a job in a process of its own: one that takes all memory takes no worker with it."""
    command = [sys.executable, "-m", "engine.worker", tenant, job_id]
    with subprocess.Popen(command, env=dict(os.environ)) as child:  # noqa: S603 - ids only
        _Process.children.add(child)
        try:
            child.wait()
        finally:
            _Process.children.discard(child)


def main(tenant: str, job_id: str) -> None:
    """Run one job and end; told to stop, it stops after the chunk at hand and gives the job back."""
    import signal

    from engine.wiring import build_engine

    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = build_engine(Settings.from_env())
    try:
        engine.background.runner.run(tenant, job_id, told.is_set)
    finally:
        engine.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
