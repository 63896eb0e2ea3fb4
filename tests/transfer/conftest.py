"""A branch with the standard pack on each database, and files to import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.transfer import MappingDef, mapping_of
from tests.support.branch_fixtures import branch, local

__all__ = ["branch", "csv_file", "local", "mapping"]


def csv_file(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def mapping(object: str, key: str | None = None, **columns: object) -> MappingDef:
    return mapping_of({"object": object, "key": key, "columns": columns})
