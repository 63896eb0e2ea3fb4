"""The lock files belong to pyproject.toml and to each other, and name no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import run
from tests.architecture.sources import ROOT


def test_lock_files_name_no_host() -> None:
    assert not run.urls_in_locks()


def test_both_locks_pin_the_same_versions() -> None:
    full = pins(run.FULL_LOCK)

    differing = {name: version for name, version in pins(run.RUN_LOCK).items() if full.get(name) != version}

    assert not differing, f"run `python3 run.py lock`: {differing}"


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    at_run_time = {named(line) for line in project["dependencies"]}
    in_tests = {named(line) for line in project["optional-dependencies"]["test"]}

    assert not at_run_time - set(pins(run.RUN_LOCK)), "run `python3 run.py lock`"
    assert not in_tests - set(pins(run.FULL_LOCK)), "run `python3 run.py lock`"


def test_every_pin_has_its_hashes() -> None:
    for lock in (run.RUN_LOCK, run.FULL_LOCK):
        text = re.sub(r"^ *#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        bare = [entry.split()[0] for entry in re.split(r"\n(?=\S)", text.strip()) if "--hash=sha256:" not in entry]

        assert not bare


def pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonical(name): version for name, version in found}


def named(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9_.\-]+", requirement)
    assert match is not None
    return canonical(match[0])


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
