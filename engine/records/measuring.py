"""Figures by group over what an actor may see: any path that he may use, spans of days, trees; permission stands
inside the one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.kernel.errors import LimitExceeded
from engine.records.conditions import Conditions, usable_path
from engine.records.limits import MEASURED, MEASURED_GROUPS
from engine.records.query import Listing
from engine.records.reading import bound_of, query_of, seen_by
from engine.records.unit import Unit
from engine.rules import Expression
from engine.storage.measures import Figure, Function, Grouped, Key, Measures
from engine.storage.reading import measure_rows


@dataclass(frozen=True, slots=True)
class KeyAsked:
    """What records are grouped by: a path; days by ``unit``; with ``places``, by the node that a value counts to."""

    path: tuple[str, ...]
    unit: Grouped | None = None
    places: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FigureAsked:
    """What is calculated of each group; ``where`` is FEEL over the usable fields, or compiled by the caller."""

    function: Function
    path: tuple[str, ...] = ()
    where: str | Expression | None = None


@dataclass(frozen=True, slots=True)
class First:
    """Only the groups with the largest values of a figure (the smallest, if not ``falling``), ``count`` of them."""

    figure: int
    falling: bool
    count: int


@dataclass(frozen=True, slots=True)
class Question:
    """Figures of the records of a listing, of all groups or of the first ones."""

    listing: Listing
    keys: tuple[KeyAsked, ...] = ()
    figures: tuple[FigureAsked, ...] = field(default=())
    first: First | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The values that a group stands for, and its figures; None where there was nothing to calculate."""

    keys: tuple[Any, ...]
    figures: tuple[Any, ...]


def measure(unit: Unit, question: Question, conditions: Conditions) -> tuple[Group, ...]:
    """Return the groups of a question, without an order.

    Every field must be usable: in clear on every row that the actor sees. Raises Malformed for others, LimitExceeded
    for too many groups.
    """
    listing = question.listing
    unit.policy.require(listing.object, "read")
    if len(question.keys) > MEASURED or len(question.figures) > MEASURED * 10:
        raise LimitExceeded("group_keys", max(len(question.keys), len(question.figures)), MEASURED, 400)
    for path in (*(key.path for key in question.keys), *(figure.path for figure in question.figures if figure.path)):
        usable_path(unit.policy, unit.model, listing.object, ".".join(path))
    measures = Measures(
        tuple(Key(key.path, key.unit, key.places is not None) for key in question.keys),
        tuple(_figure(unit, listing.object, figure, conditions) for figure in question.figures),
        None if question.first is None else (question.first.figure, question.first.falling),
    )
    maps = {place: key.places for place, key in enumerate(question.keys) if key.places is not None}
    most = MEASURED_GROUPS + 1 if question.first is None else min(question.first.count, MEASURED_GROUPS)
    query = replace(query_of(unit, listing, conditions), sort=(), limit=most)
    asked = (query, measures, maps)
    found = measure_rows(unit.session, unit.catalog, asked, seen_by(unit), bound_of(unit), unit.run)
    if len(found) > MEASURED_GROUPS:
        raise LimitExceeded("groups", len(found), MEASURED_GROUPS, 400)
    width = len(question.keys)
    return tuple(Group(row[:width], row[width:]) for row in found)


def _figure(unit: Unit, object: str, asked: FigureAsked, conditions: Conditions) -> Figure:
    where = None if asked.where is None else conditions.compiled(unit.policy, object, asked.where)
    return Figure(asked.function, asked.path, where)
