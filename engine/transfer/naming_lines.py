"""Names of lines in a folder of CSV files: ``#`` in the file of an object's lines, for other files to refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.records import Unit
from engine.storage.fetching import Want, fetch
from engine.transfer.cells import plain_text
from engine.transfer.files import open_table

LOCAL = "#"
Name = tuple[str, str]


def named_lines(
    unit: Unit, folder: Path, object: str, parents: Sequence[str], known: Mapping[Name, str]
) -> dict[Name, str]:
    """Return the ids of the lines of records that were just made, by object and name.

    ``parents`` are the names of those records. Their lines stand in the order of the file, as their ids do.
    """
    ids = {known[object, name]: name for name in parents if (object, name) in known}
    found: dict[Name, str] = {}
    for child, by in _lines_of(unit, object):
        names = _names(folder / f"{child}.csv", by)
        if not names:
            continue
        made: dict[str, list[str]] = {}
        for tree in fetch(unit.session, unit.catalog, Want(child, (("id",), (by,)), by), list(ids)):
            made.setdefault(ids[tree[by]], []).append(tree["id"])
        for parent, lines in made.items():
            pairs = zip(names.get(parent, ()), sorted(lines), strict=True)
            found.update({(child, name): id for name, id in pairs})
    return found


def _lines_of(unit: Unit, object: str) -> Iterator[tuple[str, str]]:
    for field in unit.model.objects[object].fields.values():
        if field.lines_of and field.lines_by:
            yield field.lines_of, field.lines_by


def _names(file: Path, by: str) -> Mapping[str, list[str]]:
    if not file.is_file():
        return {}
    lines = open_table(file)
    if LOCAL not in lines.header:
        return {}
    found: dict[str, list[str]] = {}
    for row in lines.rows():
        cells = dict(zip(lines.header, map(plain_text, row.cells), strict=True))
        found.setdefault(cells[by], []).append(cells[LOCAL])
    return found
