"""Counting and summing what an actor may see, as a whole or by group; permission stands inside the statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.kernel.errors import LimitExceeded, Malformed
from engine.metamodel.model import FieldModel
from engine.records.conditions import Conditions, usable_path
from engine.records.limits import GROUPS, TALLIED
from engine.records.query import Listing
from engine.records.reading import bound_of, query_of, seen_by
from engine.records.unit import Unit
from engine.storage import Tally, Totals
from engine.storage.reading import tally_rows

SUMMABLE = frozenset({"money", "decimal", "integer", "percent", "duration"})
GROUPABLE = frozenset(
    {"choice", "reference", "department", "user", "boolean", "date", "text", "integer", "rating", "any_reference"}
)


def tally(
    unit: Unit, listing: Listing, by: Sequence[str], sums: Sequence[str], conditions: Conditions
) -> tuple[Tally, ...]:
    """Return how many records a listing holds, with the sums of some of its fields, for each group of equal ``by``.

    Every field must be usable: in clear on every row that the actor sees. Raises Malformed for others and for fields
    that cannot be summed or grouped, LimitExceeded for too many groups.
    """
    unit.policy.require(listing.object, "read")
    if len(by) > TALLIED or len(sums) > TALLIED:
        raise LimitExceeded("group_keys", max(len(by), len(sums)), TALLIED, 400)
    for name in by:
        _require(unit, listing.object, name, GROUPABLE)
    for name in sums:
        _require(unit, listing.object, name, SUMMABLE)
    asked = query_of(unit, listing, conditions)
    query = replace(asked, sort=(), limit=GROUPS + 1, totals=Totals(tuple(by), tuple(sums)))
    found = tally_rows(unit.session, unit.catalog, query, seen_by(unit), bound_of(unit), unit.run)
    if len(found) > GROUPS:
        raise LimitExceeded("groups", len(found), GROUPS, 400)
    return found


def _require(unit: Unit, object: str, name: str, types: frozenset[str]) -> FieldModel:
    path = usable_path(unit.policy, unit.model, object, name)
    field = unit.model.objects[object].fields[path[0]]
    if len(path) > 1 or not field.stored or field.type not in types:
        raise Malformed("field_not_available", field=name)
    return field
