"""What goes on without people: clocks, the way out, moves to a version, a killed server (F10, F11, F18, F19)."""

from __future__ import annotations

import http.client
import http.server
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.cloning import Differing
from benchmarks.flows.definitions import MOVING, moving
from benchmarks.flows.firm import Firm
from benchmarks.flows.measuring import Line, seconds
from benchmarks.processes import free_port, tree_seconds
from engine.messaging.webhooks import NewWebhook
from tests.workflow.org1.house import TENANT

CLOCKED, POLLS, PART = "one_sla", 40, 0.3
_FAR = "2099-01-01 00:00:00"


def migration(firm: Firm) -> Iterator[Line]:
    """F18: open cases move to a new version in which a step has another name; stopped on the way, and again."""
    org, count = firm.org, firm.options.moved
    instance, record = firm.first(MOVING)
    firm.copies(instance, record, count - 1)
    firm.install(bench=firm.pack.text("bench").replace(moving("m"), moving("first")))
    version = firm.one(f"SELECT max(version) FROM tessera_flow WHERE flow = '{MOVING}'")
    versions, ctx, steps = org.approvals.versions, firm.context("ada"), {"m": "first"}
    tried = firm.watch.whole(lambda: versions.migrate(ctx, MOVING, version, steps, dry_run=True))
    yield firm.line("F18", f"trial of a move of {count:,} cases", seconds(tried), "")
    some = [row[0] for row in firm.rows(f"SELECT id FROM tessera_instance WHERE flow = '{MOVING}' ORDER BY id")]
    part = int(count * PART)
    told: list[int] = []

    def act() -> None:
        told.append(len(versions.migrate(ctx, MOVING, version, steps, some[:part], dry_run=False)["moved"]))
        told.append(len(versions.migrate(ctx, MOVING, version, steps, dry_run=False)["moved"]))

    taken = firm.watch.whole(act)
    found = f"{seconds(taken)}; {told[0]:,} and then {told[1]:,} moved"
    yield firm.line("F18", f"move of {count:,} cases to a new version", found, f"<= {300 * count / 10_000:.0f} s")


def restart(firm: Firm) -> Iterator[Line]:
    """F19: a server is killed and started; it loads nothing of the cases."""
    port = free_port()
    server, _ = _serve(firm, port)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server, waited = _serve(firm, port)
    used = tree_seconds(server.pid)
    began = time.perf_counter()
    status = _ask(port, "/api/v1/tasks?list=todo", firm.org.tokens["lin"])
    answered = (time.perf_counter() - began) * 1000
    held = next(line.split()[1] for line in _status(server.pid) if line.startswith("VmRSS"))
    server.terminate()
    server.wait()
    found = f"{waited:.1f} s, processor {used:.1f}; to-do {status} {answered:.0f} ms later, {int(held) // 1024} MB"
    yield firm.line("F19", f"ready after kill -9 with {firm.options.cases:,} open", found, "<= 5 s")


def _serve(firm: Firm, port: int) -> tuple[subprocess.Popen[bytes], float]:
    environment = {
        "TESSERA_HOME": str(firm.place.home),
        "TESSERA_DATABASE": firm.place.url,
        "TESSERA_SECRET": "0123456789abcdef" * 3,
        "TESSERA_LOG_LEVEL": "ERROR",
    }
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "serve", "--port", str(port)],
        env={**os.environ, **environment},
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.DEVNULL,
    )
    while time.perf_counter() - began < 120:
        if _ask(port, "/readyz") == 200:
            return server, time.perf_counter() - began
        time.sleep(0.02)
    server.kill()
    raise RuntimeError("the server was not ready in two minutes")


def _ask(port: int, path: str, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}", "X-Tenant": TENANT} if token else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0
    finally:
        connection.close()
    return answer.status


def _status(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()


# -- F10 ---------------------------------------------------------------------------------------------------------------


def clocks(firm: Firm) -> Iterator[Line]:
    """F10: many clocks are pending, and many of them due in one minute."""
    org, pending, due = firm.org, firm.options.timers, firm.options.due
    instance, record = firm.first(CLOCKED)
    firm.copies(instance, record, due - 1)
    with firm.copier() as copier:
        (timer,) = copier.rows(f"SELECT id FROM tessera_timer WHERE record = '{record}'")[0]
        far = f"'{_FAR}'" if copier.sqlite else f"TIMESTAMPTZ '{_FAR}+00'"
        where, columns = f"t.id = '{timer}'", {"fire_at": far, "due_at": far}
        copier.copy("tessera_timer", where, [timer], (50_000_001, 50_000_000 + pending), Differing(columns=columns))
    org.engine.processes.tick(TENANT)
    polled = firm.watch.each(POLLS, lambda: (org.engine.processes.due(TENANT), org.engine.processes.tick(TENANT)))
    yield firm.line("F10", f"idle poll among {pending:,} clocks, p95", polled, "<= 5 ms")
    org.later(hours=7)
    fired = [0]

    def act() -> None:
        while done := org.engine.processes.tick(TENANT):
            fired[0] += done

    with firm.counting() as seen:
        taken = firm.watch.whole(act)
    found = f"{seconds(taken)}; {seen[0] / max(fired[0], 1):.1f} statements each"
    yield firm.line("F10", f"{fired[0]:,} clocks due at once", found, f"<= {60 * due / 10_000:.0f} s")


# -- F11 ---------------------------------------------------------------------------------------------------------------


def outbox(firm: Firm) -> Iterator[Line]:
    """F11: events go to a receiver on this machine, by the threads that a server has for them."""
    org, count = firm.org, firm.options.outbox
    org.engine.background.settle(TENANT)
    told, port = _receiver()
    org.engine.messages.webhooks.add(org.system, NewWebhook("bench", f"http://127.0.0.1:{port}/", ("contract.*",)))
    id = org.amy.make("contract", number="C2")
    with firm.copier() as copier:
        (event,) = copier.rows(f"SELECT id FROM tessera_outbox WHERE record = '{id}' ORDER BY sequence LIMIT 1")[0]
        where = f"t.id = '{event}'"
        copier.copy("tessera_outbox", where, [event, id], (1, count - 1), Differing(columns={"sequence": ""}))

    def act() -> None:
        org.engine.background.start()
        until = time.monotonic() + 600
        while told.value < count and time.monotonic() < until:
            time.sleep(0.01)
        org.engine.background.stop()

    taken = firm.watch.whole(act)
    found = f"{told.value / sum(taken.walls):.0f}/s, processor {taken.each * 1000 / count:.1f} ms each"
    yield firm.line("F11", f"{told.value:,} events to a webhook on this machine", found, ">= 300/s")


def _receiver() -> tuple[Any, int]:
    """Start a receiver in a process of its own, which ends with this one; return its counter and its port."""
    spawned = multiprocessing.get_context("spawn")
    told, port = spawned.Value("i", 0), spawned.Value("i", 0)
    spawned.Process(target=_receive, args=(told, port), daemon=True).start()
    while not port.value:
        time.sleep(0.01)
    return told, port.value


def _receive(told: Any, port: Any) -> None:
    class Counting(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with told.get_lock():
                told.value += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    class Patient(http.server.ThreadingHTTPServer):
        # said before it listens: with the five of the standard library, callers beyond wait a second to try again
        request_queue_size = 128

    server = Patient(("127.0.0.1", 0), Counting)
    port.value = server.server_port
    threading.current_thread().name = "receiver"
    server.serve_forever()
