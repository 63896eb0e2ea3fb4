"""What somebody who leaves hands over: his records by object, and his account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.rights.handing import Leaver
from engine.ui.desk import Desk
from engine.ui.screens.granting import object_title
from engine.ui.screens.handing import person_picker
from engine.ui.widgets.base import Input, Option


@dataclass(frozen=True, slots=True)
class LeaveScreen:
    """The page: objects with counts to tick, the heir, and whether the account can be closed."""

    login: str
    name: str
    objects: tuple[Option, ...]
    user: Input
    tasks: int
    account: bool
    closable: bool
    errors: tuple[str, ...]


def build_leave(
    desk: Desk, leaver: Leaver, heir: tuple[str, str], chosen: Sequence[str], errors: Sequence[str]
) -> LeaveScreen:
    """Return the page of a leaver."""
    objects = (
        Option(name, object_title(desk, name), name in chosen, note=f"{count:,}")
        for name, count in leaver.belongings.items()
    )
    return LeaveScreen(
        leaver.person.login,
        leaver.person.name,
        tuple(objects),
        person_picker("user", heir, required=True),
        len(leaver.tasks),
        leaver.person.account,
        leaver.closable,
        tuple(errors),
    )
