"""Old rows of the trail go into the archive by policy; open instances work on, as no command reads the trail (E5)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime

from engine.kernel.context import Context
from engine.storage import Session, Shelf
from engine.storage.process_archive import archive_events, instances_begun_before

_AT_ONCE = 200  # instances of one transaction
_MONTHS = 12


def months_before(moment: datetime, months: int) -> datetime:
    """Return the beginning of the day so many calendar months before a moment; short months end on their last day."""
    year, month = divmod(moment.year * _MONTHS + moment.month - 1 - months, _MONTHS)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day, hour=0, minute=0, second=0, microsecond=0)


def archive_trail(
    shelf: Shelf, ctx: Context, months: int, note: Callable[[Session, int], None] = lambda _session, _moved: None
) -> int:
    """Move what is older than ``months`` into the archive; return how many rows went.

    A bounded part at a time, each in its own transaction, whose ``note`` hears of it; to be done again at any time.
    """
    before = months_before(ctx.now().astimezone(ctx.zone), months)
    database, moved, last = shelf.database(ctx.tenant), 0, ""
    while True:
        with database.reading() as session:
            chosen = instances_begun_before(session, before, last, _AT_ONCE)
        if not chosen:
            return moved
        with database.writing() as session:
            moved += archive_events(session, chosen, before)
            note(session, moved)
        last = chosen[-1]
