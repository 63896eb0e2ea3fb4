"""Giving a record to others: sharing it, handing it over; and lending one's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.access.tables.shares import Share
from engine.rights.receiving import Place
from engine.ui.desk import Desk
from engine.ui.screens.effective import DelegationLine
from engine.ui.screens.granting import object_title, role_title
from engine.ui.widgets.base import Input, Option, Spot


@dataclass(frozen=True, slots=True)
class SharedWith:
    """A share of a record."""

    id: str
    receiver: str
    level: str
    until: str
    note: str


_PLACES = (
    ("positions", "position", "position"),
    ("units", "unit", "unit"),
    ("branches", "unit", "branch"),
    ("teams", "team", "team"),
)


@dataclass(frozen=True, slots=True)
class SharingScreen:
    """The shares of a record, and what is entered for a new one."""

    title: str
    back: str
    action: str
    shares: tuple[SharedWith, ...]
    user: Input
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    level: str
    until: str
    note: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferScreen:
    """To whom a record goes, and what goes with it."""

    title: str
    back: str
    action: str
    version: int
    user: Input
    related: tuple[Option, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DelegationsScreen:
    """What the reader lends and is lent, and what is entered for a new delegation."""

    delegations: tuple[DelegationLine, ...]
    user: Input
    roles: tuple[Option, ...]
    objects: tuple[Option, ...]
    begins: str
    until: str
    note: str
    errors: tuple[str, ...]


def person_picker(name: str, chosen: tuple[str, str], *, required: bool = False) -> Input:
    """Return what picks a user while one types; its value is the log-in. ``chosen`` are log-in and name."""
    spot = Spot(name, f"p-{name}", required=required, lookup="/pick/+people")
    return Input("picker", spot, value=chosen[0], text=chosen[1], mode="user")


def receiver_groups(
    desk: Desk, places: Mapping[str, Sequence[Place]], chosen: str
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Return those who may receive a share besides single users, by kind: holders of a role, places."""
    roles = tuple(Option(f"role:{name}", role_title(desk, name)) for name in desk.model.roles)
    groups = [("roles", roles)]
    for key, kind, word in _PLACES:
        found = tuple(Option(f"{word}:{place.code}", place.title) for place in places.get(kind, ()))
        groups.append((key, found))
    return tuple(
        (desk.say(f"beside.to_{key}"), tuple(replace(one, chosen=one.value == chosen) for one in options))
        for key, options in groups
        if options
    )


def shared_with(desk: Desk, shares: Sequence[Share], names: Mapping[str, str]) -> tuple[SharedWith, ...]:
    """Return the shares of a record in words; ``names`` by receiver."""
    return tuple(
        SharedWith(
            one.id,
            names.get(one.receiver) or _receiver(desk, one.receiver),
            desk.say("rights.level_update" if one.level > 1 else "rights.level_read"),
            desk.dates.instant(one.until) if one.until is not None else desk.say("rights.no_end"),
            one.note.removeprefix("-"),
        )
        for one in shares
    )


def related_options(desk: Desk, object: str, chosen: Sequence[str]) -> tuple[Option, ...]:
    """Return the owned objects whose records point to a record, as what may go with it."""
    return tuple(
        Option(f"{found.name}.{field.name}", f"{object_title(desk, found.name)} ({desk.title(field.title)})",
               f"{found.name}.{field.name}" in chosen)
        for found in desk.model.objects.values()
        if found.owned and not found.parent and desk.may(found.name, "transfer")
        for field in found.fields.values()
        if field.type == "reference" and field.targets == (object,) and field.stored
    )  # fmt: skip


def _receiver(desk: Desk, receiver: str) -> str:
    kind, _, name = receiver.partition(":")
    return role_title(desk, name) if kind == "role" else receiver
