"""Who has which roles, and which of them the reader may give or take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.rights.assigning import Assigned
from engine.ui.desk import Desk
from engine.ui.screens.granting import role_title
from engine.ui.widgets.base import Option
from engine.ui.widgets.references import initial_of, tone_of


@dataclass(frozen=True, slots=True)
class AssignedRow:
    """A user whose roles the reader administers."""

    login: str
    name: str
    initial: str
    tone: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignmentsScreen:
    """All of them."""

    users: tuple[AssignedRow, ...]


@dataclass(frozen=True, slots=True)
class AssignmentScreen:
    """The roles of one user as boxes; those that are not the reader's to give are switched off."""

    login: str
    name: str
    roles: tuple[Option, ...]
    errors: tuple[str, ...]


def build_assignments(desk: Desk, assigned: Sequence[Assigned]) -> AssignmentsScreen:
    """Return the list of users with their roles."""
    return AssignmentsScreen(
        tuple(
            AssignedRow(
                one.person.login,
                one.person.name,
                initial_of(one.person.name),
                tone_of(one.person.id),
                tuple(role_title(desk, role) for role in one.roles),
            )
            for one in assigned
        )
    )


def build_assignment(desk: Desk, one: Assigned, chosen: Sequence[str], errors: Sequence[str] = ()) -> AssignmentScreen:
    """Return the roles of a user to be given and taken."""
    names = [*desk.model.roles, *(role for role in one.roles if role not in desk.model.roles)]
    options = (Option(name, role_title(desk, name), name in chosen, disabled=name not in one.givable) for name in names)
    return AssignmentScreen(one.person.login, one.person.name, tuple(options), tuple(errors))
