"""What processes may ask about people: ``has_role``, ``head_of``, ``manager_of``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.access.people.facts import Facts
from engine.access.people.naming import user_id
from engine.access.persons import Person
from engine.rules import ANY, BOOLEAN, Run, UserFunction


def people_functions(facts: Callable[[], Facts]) -> Mapping[str, UserFunction]:
    """Return the functions by name; ``facts`` gives what reads about people when one is called."""

    def has_role(_: Run, given: list[Any]) -> bool:
        person, role = given
        held = person.get("roles") if isinstance(person, Mapping) else None
        if held is None:
            found = _person(facts(), person)
            held = [] if found is None else facts().directory.roles(found.id)
        return role in held

    def head_of(_: Run, given: list[Any]) -> Any:
        unit = user_id(given[0])
        head = None if unit is None else facts().directory.unit_head(unit)
        return None if head is None else facts().of(head)

    def manager_of(_: Run, given: list[Any]) -> Any:
        found = _person(facts(), given[0])
        return None if found is None else facts().of_user(found.superior)

    return {
        "has_role": UserFunction("has_role", ("person", "role"), (ANY, ANY), has_role, BOOLEAN),
        "head_of": UserFunction("head_of", ("unit",), (ANY,), head_of),
        "manager_of": UserFunction("manager_of", ("person",), (ANY,), manager_of),
    }


def _person(facts: Facts, value: Any) -> Person | None:
    id = user_id(value)
    return None if id is None else facts.directory.someone(id)
