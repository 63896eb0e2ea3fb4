"""The four lists of the work centre: to do, done, mine, copied; and the badge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Malformed
from engine.records import Unit
from engine.storage import process_lists as lists
from engine.storage.fetching import find_users
from engine.storage.process_holds import read_copy
from engine.workflow.approvals.commands.case import directory_of
from engine.workflow.approvals.commands.kernel import Kernel

LISTS = ("todo", "done", "mine", "copied")
MOST = 200


class Inbox:
    """What concerns one user."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def page(
        self, ctx: Context, name: str, flow: str = "", after: str = "", limit: int = 20, text: str = ""
    ) -> Mapping[str, Any]:
        """Return a page of a list and the key of the next one."""
        if name not in LISTS or not 1 <= limit <= MOST:
            raise Malformed("bad_parameter", name="list", value=name[:40], allowed=", ".join(LISTS))
        wanted = lists.Wanted(ctx.actor.user, flow, _key(after), limit + 1, text)
        with self._kernel.records.opener.reading(ctx) as unit:
            rows = _READERS[name](unit.session, wanted)
            more = len(rows) > limit
            rows = rows[:limit]
            drawn = _with_names(unit, rows)
        return {"items": drawn, "next": _key_of(name, rows[-1]) if more else None}

    def count(self, ctx: Context) -> Mapping[str, Any]:
        """Return how many tasks wait, exactly up to 99."""
        with self._kernel.records.opener.reading(ctx) as unit:
            found = lists.count_todo(unit.session, ctx.actor.user)
        return {"todo": min(found, lists.COUNTED - 1), "more": found >= lists.COUNTED}

    def people(self, ctx: Context, text: str, limit: int = 10) -> Sequence[tuple[str, str, str]]:
        """Return id, name and login of active users whose name or login holds a text; to hand work over to."""
        with self._kernel.records.opener.reading(ctx) as unit:
            return find_users(unit.session, text, limit)

    def read_copy(self, ctx: Context, id: str) -> None:
        """Note that a copy was read."""

        def act(unit: Unit) -> None:
            read_copy(unit.session, id, unit.user, unit.now)

        self._kernel.command(ctx, act)


_READERS = {"todo": lists.todo, "done": lists.done, "mine": lists.submitted, "copied": lists.copied}
_KEYS = {"todo": "opened_at", "done": "closed_at", "mine": "started_at", "copied": "at"}


def _key(after: str) -> tuple[datetime, str] | None:
    if not after:
        return None
    at, _, id = after.partition("|")
    try:
        return datetime.fromisoformat(at.replace("Z", "+00:00")), id
    except ValueError:
        raise Malformed("bad_parameter", name="after", value=after[:60], allowed="next") from None


def _key_of(name: str, row: Mapping[str, Any]) -> str:
    return f"{row[_KEYS[name]].isoformat()}|{row['id']}"


def _with_names(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the names of the people in them and the titles of flow and step."""
    people = directory_of(unit)
    ids = {row.get(name) for row in rows for name in ("submitter", "assignee", "principal", "decided_by", "behalf")}
    known = {person.id: person.name for person in people.users(sorted(id for id in ids if id))}
    drawn = []
    for row in rows:
        made = dict(row)
        for name in ("submitter", "assignee", "principal", "decided_by", "behalf"):
            if made.get(name):
                made[name] = {"id": made[name], "name": known.get(made[name], made[name])}
        flow = unit.model.approvals.get(str(row["flow"]))
        made["flow_title"] = flow.title if flow is not None else None
        drawn.append(made)
    return drawn
