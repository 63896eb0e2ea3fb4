"""People of rules in the workflow: whom a list means, and the candidates of an assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.metamodel.model.people import People
from engine.records import Unit
from engine.records.entitled import finder_of


class FoundStaff:
    """Finds people in the organisation, in the order of the rules, each once."""

    def find(self, unit: Unit, people: People, names: Mapping[str, Any]) -> list[tuple[str, float]]:
        """Return active users in a stable order, each once, with the weight of the rules that named him."""
        return [(one.user, float(one.weight)) for one in finder_of(unit, names).find(people).people]

    def candidates(self, unit: Unit, users: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return what expressions see of active users; those that are gone are left out."""
        active = [person for person in unit.directory.users(users) if person.active]
        facts = unit.people
        facts.prepare(active)
        return {person.id: facts.of(person) for person in active}
