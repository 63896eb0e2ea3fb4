"""What the architecture tests read: the engine's files, the tracked files, the packs' names."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine"
BUILT = ENGINE / "ui" / "static" / "dist"


@functools.cache
def engine_files(*endings: str) -> tuple[Path, ...]:
    """Return the engine's own files with one of the endings."""
    found = (path for ending in endings for path in ENGINE.rglob(f"*{ending}"))
    return tuple(sorted(path for path in found if BUILT not in path.parents))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return the path as tables and messages name it."""
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> Iterator[Path]:
    """Yield the files that a clone gets, or all but the tools' own where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        skipped = {".venv", "node_modules", "var", "dist", "__pycache__"}
        yield from (path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts))
        return
    yield from (path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
