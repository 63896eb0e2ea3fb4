"""The records of a listing leave as a file: page by page, only what the actor may take away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded
from engine.records import Listing, Record, RecordService, Unit
from engine.transfer import limits
from engine.transfer.files.writing import FileFormat, OutCell, csv_blocks, write_xlsx
from engine.transfer.outgoing import OutColumn, Outgoing, Style

_PAGE = 200
_BLOCK = 1 << 16
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file on its way out. ``blocks`` are its bytes, made while they are read."""

    name: str
    type: str
    blocks: Iterator[bytes]


def export_listing(records: RecordService, ctx: Context, listing: Listing, format: FileFormat, style: Style) -> Export:
    """Return the file. Raises Refused without the right to export, LimitExceeded when there are too many records."""
    with records.opener.reading(ctx) as unit:
        unit.policy.require(listing.object, "export")
        columns = _columns(unit, ctx, listing, style)
        within = unit.policy.rows(listing.object, "export")
        title = unit.model.objects[listing.object].plural or unit.model.objects[listing.object].title
    listing = replace(listing, within=within)
    count = records.count_listing(ctx, listing, cap=limits.EXPORT_ROWS).value
    if count >= limits.EXPORT_ROWS:
        raise LimitExceeded("rows of an export", count, limits.EXPORT_ROWS)
    fields = tuple(dict.fromkeys(column.path for column in columns))
    rows = _rows(records, ctx, replace(listing, fields=fields, limit=_PAGE), columns)
    heading = [column.heading for column in columns]
    name = f"{title.in_language(ctx.language)}-{ctx.today().isoformat()}.{format}"
    blocks = csv_blocks(heading, rows) if format == "csv" else _xlsx_blocks(heading, rows, listing.object)
    return Export(name, _TYPES[format], blocks)


def _columns(unit: Unit, ctx: Context, listing: Listing, style: Style) -> list[OutColumn]:
    outgoing = Outgoing(unit.model, unit.books, ctx.language, ctx.zone, style)
    readable = unit.policy.readable(listing.object)
    paths: Sequence[str] = listing.fields
    if not paths:
        object = unit.model.objects[listing.object]
        paths = [name for name, field in object.fields.items() if name in readable and _of_interest(name, field.system)]
    found = [outgoing.column(listing.object, path) for path in paths]
    return [column for column in found if column is not None]


def _of_interest(name: str, system: bool) -> bool:
    return not system or name in ("id", "owner", "department", "created_at", "updated_at")


def _rows(
    records: RecordService, ctx: Context, listing: Listing, columns: Sequence[OutColumn]
) -> Iterator[list[OutCell]]:
    after: str | None = None
    while True:
        page = records.list(ctx, replace(listing, after=after))
        yield from ([_cell(record, column) for column in columns] for record in page.records)
        after = page.after
        if after is None:
            return


def _xlsx_blocks(heading: Sequence[str], rows: Iterator[list[OutCell]], sheet: str) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_xlsx(path, heading, rows, sheet)
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block


def _cell(record: Record, column: OutColumn) -> OutCell:
    value = record.values.get(column.path)
    return value if column.path in record.masked else column.cell(value)
