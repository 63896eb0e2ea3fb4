"""Servers under measurement: start, wait until they answer, add up their processor time, stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 120.0  # seconds; a machine that is shared starts slowly
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Server:
    """A running web server and the pids whose processor time counts with it (its database, for instance)."""

    process: subprocess.Popen[bytes]
    port: int
    also: tuple[int, ...] = ()

    def processor_seconds(self) -> float:
        """Return user and system time of the server, its children and its database so far."""
        return sum(tree_seconds(pid) for pid in (self.process.pid, *self.also))

    def stop(self) -> None:
        """End the server and wait for it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(application: str, environment: Mapping[str, str], ready: str, also: tuple[int, ...] = ()) -> Server:
    """Serve ``module:attribute`` with gunicorn (two sync workers) where it runs, else with waitress."""
    port = free_port()
    if sys.platform == "linux":
        command = ["-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}", "--keep-alive", "30", "-k", "gthread"]
        command += ["--threads", "4", "--log-level", "error", application]
    else:
        command = ["-m", "waitress", "--listen", f"127.0.0.1:{port}", "--threads", "8", application]
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **environment},
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.DEVNULL,
    )
    server = Server(process, port, also)
    _wait(server, ready)
    return server


def _wait(server: Server, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended with {server.process.returncode} before it answered")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    server.stop()
    raise RuntimeError(f"the server did not answer within {_PATIENCE:.0f} s")


def tree_seconds(root: int) -> float:
    """Return the processor time of a process and all below it so far, those that ended counted in."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = _own_seconds(pid, fields) + (int(fields[13]) + int(fields[14])) / _TICK
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += spent.get(pid, 0.0)
        waiting.extend(children.get(pid, ()))
    return total


def _own_seconds(pid: int, fields: Sequence[str]) -> float:
    """Return what a process itself used: to the nanosecond by its clock, else by ticks, which are 10 ms each.

    Linux has the processor clock of any process under a number made of its pid (clock_getcpuclockid(3)). A hundred
    requests of half a millisecond are five ticks; a ratio of such counts is off by a third.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return (int(fields[11]) + int(fields[12])) / _TICK
