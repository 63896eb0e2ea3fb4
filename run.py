"""The one command: makes the environment, then serves the demo, tests, checks or measures. Standard library only."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
PYTHON = HOME / ("Scripts/python.exe" if WINDOWS else "bin/python")
RUN_LOCK = ROOT / "requirements-run.lock"
FULL_LOCK = ROOT / "requirements.lock"
TYPED = ["engine", "run.py", "hatch_build.py", "tests/conftest.py", "tests/support", "tests/architecture"]
BENCHES = ("rules", "flows", "group", "crm", "scale")
USAGE = """\
python3 run.py                  make everything ready, create the demo tenant and serve it
python3 run.py test [args]      run the tests; args go to pytest
python3 run.py check            ruff, mypy, import contracts, lock files
python3 run.py bench [--json]   measure against the hand-written yardstick
python3 run.py lock             resolve the dependencies anew (needs uv and npm)
python3 run.py tessera [args]   the product's own command line"""


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument says."""
    if sys.version_info < (3, 11):  # noqa: UP036 - older ones read this file too, and are told
        return complain(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}")
    command, *rest = arguments or ["demo"]
    if command not in COMMANDS:
        print(USAGE)
        return 0 if command in ("-h", "--help", "help") else 2
    os.chdir(ROOT)
    # a shell that forbids written bytecode makes each process compile a thousand files anew: two seconds a start, and
    # the tests start hundreds of servers. What is written lies in this folder, beside the environment, out of git.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        return COMMANDS[command](rest)
    except StepFailed as fault:
        return complain(str(fault))


def demo(rest: list[str]) -> int:
    """Serve the demo tenant, which the first start creates."""
    prepare(RUN_LOCK)
    return become([str(PYTHON), "-m", "engine.cli", "demo", *rest])


def tessera(rest: list[str]) -> int:
    """Run the product's command line in the environment."""
    prepare(RUN_LOCK)
    return become([str(PYTHON), "-m", "engine.cli", *rest])


def test(rest: list[str]) -> int:
    """Run the tests on every core, each process with servers of its own."""
    prepare(FULL_LOCK)
    # tests start hundreds of processes: without bytecode each of them would compile the engine anew
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    spread = [] if "-n" in rest else ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "worksteal"]
    return become([str(PYTHON), "-m", "pytest", *spread, *rest])


def check(rest: list[str]) -> int:
    """Run every static check, also after one has failed."""
    prepare(FULL_LOCK)
    tool = PYTHON.parent
    steps = {
        "ruff check": [str(tool / "ruff"), "check", "."],
        "ruff format": [str(tool / "ruff"), "format", "--check", "."],
        "mypy --strict": [str(tool / "mypy"), "--strict", *TYPED],
        "import contracts": [str(tool / "lint-imports"), "--no-logo"],
    }
    failed = [name for name, command in steps.items() if not passes(name, command)]
    if urls := urls_in_locks():
        print("lock files name hosts:", *urls, sep="\n  ")
        failed.append("lock files")
    print(f"check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


def bench(rest: list[str]) -> int:
    """Print the table of ratios to hand-written code; or one of ``BENCHES``, where it comes first."""
    prepare(FULL_LOCK)
    if rest[:1] and rest[0] in BENCHES:
        return become([str(PYTHON), "-m", f"benchmarks.{rest[0]}", *rest[1:]])
    return become([str(PYTHON), "-m", "benchmarks", *rest])


def lock(rest: list[str]) -> int:
    """Resolve the dependencies anew and write lock files that name no host."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
    if uv is None:
        raise StepFailed("resolving needs uv: put it on the path")
    resolve = [
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--quiet",
        "--extra",
        "print",
        *rest,
    ]
    step([*resolve, "--extra", "test", "-o", str(FULL_LOCK)], "the dependencies do not resolve")
    step([*resolve, "-c", str(FULL_LOCK), "-o", str(RUN_LOCK)], "the run-time dependencies do not resolve")
    support = ROOT / "tests" / "support"
    for folder in (ROOT, support / "chromium", support / "dmn_js"):
        step(["npm", "install", "--package-lock-only"], "npm cannot resolve the packages", folder)
        written = folder / "package-lock.json"
        pinned = json.loads(written.read_text(encoding="utf-8"))
        for package in pinned["packages"].values():
            package.pop("funding", None)  # all that is left in it of hosts
        written.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "tessera": tessera,
    "test": test,
    "check": check,
    "bench": bench,
    "lock": lock,
}


class StepFailed(Exception):
    """A step of the preparation went wrong; the message is one line."""


def prepare(wanted: Path) -> None:
    """Make the environment hold what the lock pins, and the project itself with its built front end."""
    if not PYTHON.exists():
        tell("making the environment in .venv")
        venv.EnvBuilder(with_pip=False, clear=HOME.exists(), symlinks=not WINDOWS).create(HOME)
    packages = fingerprint(wanted)
    if packages not in stamps("packages"):
        tell(f"installing the packages of {wanted.name}, a minute the first time")
        install("--require-hashes", "-r", str(wanted), hint="check the network")
        # the full lock holds all of the other
        stamp("packages", [packages, fingerprint(RUN_LOCK)] if wanted == FULL_LOCK else [packages])
    project = project_fingerprint()
    if project not in stamps("project") or not is_front_end_there():
        tell("installing the project and building its pages")
        install("--no-deps", "-e", ".", hint="see above; TESSERA_SKIP_FRONTEND=1 does without the built pages")
        stamp("project", [project_fingerprint()])


def install(*arguments: str, hint: str) -> None:
    """Install into the environment with uv or with this Python's pip, whichever there is."""
    step([*installer(), *arguments], f"{' '.join(arguments[-2:])} could not be installed; {hint}")


def installer() -> list[str]:
    """Return the command that installs into the environment, on machines of every kind."""
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
    # this Python's pip may be forbidden to touch this Python (PEP 668), yet it may serve another
    own = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"pip (\d+)\.(\d+)", own.stdout)
    if version is not None and (int(version[1]), int(version[2])) >= (22, 3):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), *quiet]
    if subprocess.run([str(PYTHON), "-m", "ensurepip"], capture_output=True, check=False).returncode == 0:
        return [str(PYTHON), "-m", "pip", *quiet]
    raise StepFailed("pip is needed: install your system's python3-pip (or python3-venv), or uv")


def fingerprint(path: Path) -> str:
    """Return what tells one state of a lock, under one Python, from another."""
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()


def project_fingerprint() -> str:
    """Return what tells one state of the project file and the front end's sources from another."""
    import hatch_build

    state = "skipped" if hatch_build.is_skipped() else hatch_build.source_digest(ROOT)
    return hashlib.sha256(f"{ROOT}{state}{fingerprint(ROOT / 'pyproject.toml')}".encode()).hexdigest()


def is_front_end_there() -> bool:
    """Tell whether the built files belong to their sources, or nobody wants them."""
    import hatch_build

    return hatch_build.is_skipped() or hatch_build.is_built(ROOT)


def stamps(name: str) -> list[str]:
    """Return the states that were reached before."""
    path = HOME / f"tessera-{name}.stamp"
    return path.read_text(encoding="ascii").split() if path.exists() else []


def stamp(name: str, states: list[str]) -> None:
    """Remember the states reached."""
    (HOME / f"tessera-{name}.stamp").write_text("\n".join(states), encoding="ascii")


def step(command: Sequence[str], complaint: str, folder: Path = ROOT) -> None:
    """Run a command that must succeed."""
    try:
        outcome = subprocess.run([shutil.which(command[0]) or command[0], *command[1:]], cwd=folder, check=False)
    except OSError as fault:
        raise StepFailed(f"{complaint} ({fault})") from None
    if outcome.returncode:
        raise StepFailed(complaint)


def passes(name: str, command: list[str]) -> bool:
    """Run a check, show its output, tell its name and time."""
    began = time.monotonic()
    good = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    print(f"--- {name}: {'passed' if good else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
    return good


def urls_in_locks() -> list[str]:
    """Return the lines of lock files that name a host: they would follow whoever resolved them."""
    found = []
    for path in (FULL_LOCK, RUN_LOCK, *ROOT.glob("package-lock.json"), *ROOT.glob("tests/support/*/package-lock.json")):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [f"{path.name}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if "://" in line]
    return found


def become(command: list[str]) -> int:
    """Replace this process by the command, so that signals reach it."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def tell(sentence: str) -> None:
    """Say what is going on."""
    print(f"tessera: {sentence}", flush=True)


def complain(sentence: str) -> int:
    """Say what went wrong, in one line."""
    print(f"tessera: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
