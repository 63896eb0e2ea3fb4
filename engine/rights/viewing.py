"""Seeing with another user's eyes: read-only, and on record."""

from __future__ import annotations

from dataclasses import replace

from engine.access.holding import actor_of
from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.records import RecordService, Unit
from engine.rights.areas import note, person_of, require_area


class Viewing:
    """Gives the context of another user to who may view as him."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def view_as(self, ctx: Context, login: str) -> Context:
        """Return a context that reads as another user would and writes nothing; the viewing is put on record."""

        def act(unit: Unit) -> Context:
            seen = _eyes(unit, login)
            note(unit, seen.actor.user, "view_as", {"by": unit.user})
            return seen

        return self._records.opener.within(ctx, act)

    def eyes_of(self, ctx: Context, login: str) -> Context:
        """Return the same context where the viewing is on record already."""
        with self._records.opener.reading(ctx) as unit:
            return _eyes(unit, login)


def _eyes(unit: Unit, login: str) -> Context:
    person = person_of(unit, login)
    require_area(unit, "view_as", person)
    actor = actor_of(unit.session, unit.directory, person.id, unit.now)
    if actor is None:
        raise Missing("no_such_person", login=login[:80])
    return replace(unit.ctx, actor=actor, read_only=True)
