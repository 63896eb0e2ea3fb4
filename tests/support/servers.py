"""Starts real servers for tests as children that die with us: free ports, folders others may enter, clean stops."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 180.0  # seconds; a machine that is busy with other things starts nothing quickly


class ServerDidNotStartError(Exception):
    """A real server is needed and cannot be had; tests fail with it, they do not skip."""


class Child:
    """One server process in its own folder."""

    def __init__(self, command: Sequence[str], folder: Path, stop_with: signal.Signals) -> None:
        self.name = command[0]
        self._stop_with = stop_with
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **lowered(stop_with)
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Return when the server answers; complain with its log when it dies or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                told = self.log.read_text(errors="replace")[-2000:]
                self.stop()
                raise ServerDidNotStartError(f"{self.name} did not start:\n{told}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server and wait for it."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(self._stop_with)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def is_root() -> bool:
    """Tell whether servers must run as somebody else."""
    return sys.platform != "win32" and os.geteuid() == 0


def lowered(signal_at_our_death: signal.Signals = signal.SIGTERM) -> dict[str, Any]:
    """Return what Popen needs to run a server as nobody when we are root, and to end it when we are killed."""
    options: dict[str, Any] = {}
    if is_root():
        options = {"user": "nobody", "group": _group_of_nobody(), "extra_groups": []}
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        options["preexec_fn"] = lambda: library.prctl(1, int(signal_at_our_death))  # PR_SET_PDEATHSIG
    return options


def server_folder(purpose: str) -> Path:
    """Make a folder that the server's user owns, after sweeping those of runs that were killed."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"tessera-{purpose}-*"):
        owner = old.name.split("-")[2]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"tessera-{purpose}-{os.getpid()}-", dir=base))
    if is_root():
        folder.chmod(0o755)
        shutil.chown(folder, "nobody", _group_of_nobody())
    return folder


def within_reach(folder: Path, name: str) -> Path:
    """Return the folder, or a copy in a cache where the servers' user cannot enter the original."""
    if not is_root() or all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
        return folder
    cache = Path(tempfile.gettempdir(), f"tessera-cache-{name}")
    if not cache.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="tessera-copy-", dir=cache.parent))
        shutil.copytree(folder, fresh / "copy", symlinks=True)
        fresh.chmod(0o755)
        try:
            (fresh / "copy").rename(cache)
        except OSError:  # another run was faster
            shutil.rmtree(fresh / "copy")
        fresh.rmdir()
    if cache.stat().st_uid != 0:
        raise ServerDidNotStartError(f"{cache} was not made by us; remove it")
    return cache


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _group_of_nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
