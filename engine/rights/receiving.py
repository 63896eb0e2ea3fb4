"""Whom records can be shared with by rule: the positions, units and teams of the organisation, by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.kernel.context import Context
from engine.records import RecordService, Unit
from engine.records.seen import seen_titles
from engine.storage.fetching import USERS

MOST = 300


@dataclass(frozen=True, slots=True)
class Place:
    """A position, unit or team: ``code`` names it in definitions (its id where it has no code)."""

    code: str
    title: str


class Receiving:
    """Lists places, and the titles of records that rules name by their ids."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def places(self, ctx: Context) -> Mapping[str, tuple[Place, ...]]:
        """Return the first 300 places in effect of each kind (``position``, ``unit``, ``team``) that the caller sees,
        by title; a kind that the tenant's packs do not know is left out."""
        with self._records.opener.reading(ctx) as unit:
            chart, structure = unit.directory.chart, unit.directory.structure
            day = ctx.now().astimezone(ctx.zone).date()
            found = {}
            for kind, object, tree in (
                ("position", structure.position, chart.positions),
                ("unit", structure.unit, chart.units),
                ("team", structure.team, chart.teams),
            ):
                if object is not None:
                    codes = {id: node.code or id for id, node in tree.nodes.items() if node.holds_on(day)}
                    found[kind] = _titled(unit, object, codes)
            return found

    def titles(self, ctx: Context, wanted: Iterable[tuple[str, str]]) -> Mapping[str, str]:
        """Return the titles of records (object, id), of users (``user``) too, that the caller sees, by id."""
        pairs = [(USERS if object == "user" else object, id) for object, id in wanted]
        with self._records.opener.reading(ctx) as unit:
            return {id: title for (_, id), title in seen_titles(unit, pairs).items() if title}


def _titled(unit: Unit, object: str, codes: Mapping[str, str]) -> tuple[Place, ...]:
    ids = list(codes)[:MOST]
    titles = seen_titles(unit, [(object, id) for id in ids])
    found = [Place(codes[id], titles[object, id] or codes[id]) for id in ids if (object, id) in titles]
    return tuple(sorted(found, key=lambda place: place.title))
