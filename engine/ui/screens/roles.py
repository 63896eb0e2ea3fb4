"""Roles as a matrix: what each may do with which rows and fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.metamodel.model import ObjectModel, RoleModel
from engine.metamodel.model.grant import ACTIONS, ObjectGrant
from engine.rights.assigning import Assigned
from engine.ui.desk import Desk
from engine.ui.screens.granting import (
    Reach,
    action_title,
    area_title,
    field_title,
    grouped,
    layer_title,
    object_title,
    privilege_title,
    reach_of,
    role_title,
    scope_title,
)

_ALWAYS = ("read", "create", "update", "delete")


@dataclass(frozen=True, slots=True)
class RoleHead:
    """A role at the head of a column, and how many users hold it (None: not for the reader)."""

    name: str
    title: str
    description: str
    layer: str
    administrator: bool
    users: int | None
    privileges: int


@dataclass(frozen=True, slots=True)
class Overview:
    """An object and how far each role reads it; ``verbs`` are the other actions of each."""

    title: str
    cells: tuple[tuple[Reach | None, str], ...]


@dataclass(frozen=True, slots=True)
class RolesScreen:
    """All roles side by side; rows in groups. ``pending`` changes wait in the draft of who may edit."""

    roles: tuple[RoleHead, ...]
    groups: tuple[tuple[str, tuple[Overview, ...]], ...]
    editable: bool
    pending: int


@dataclass(frozen=True, slots=True)
class FieldLine:
    """What a role says of a field, and the condition that lifts it."""

    title: str
    mode: str
    unless: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What a role may do with one object."""

    name: str
    title: str
    cells: tuple[Reach | None, ...]
    moves: tuple[tuple[str, Reach | None], ...]
    fields: tuple[FieldLine, ...]
    layer: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area of administration: whom it reaches, and the roles that may be given."""

    title: str
    reach: str
    roles: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule that stands beside roles, with the object it is about."""

    title: str
    object: str
    text: str
    layer: str


@dataclass(frozen=True, slots=True)
class RoleScreen:
    """One role."""

    head: RoleHead
    actions: tuple[str, ...]
    groups: tuple[tuple[str, tuple[MatrixRow, ...]], ...]
    privileges: tuple[tuple[str, str], ...]
    areas: tuple[Area, ...]
    dictionaries: tuple[str, ...]
    bounds: tuple[Bound, ...]
    holders: tuple[tuple[str, str], ...]
    editable: bool


def build_roles(desk: Desk, assigned: Sequence[Assigned] | None, pending: int) -> RolesScreen:
    """Return all roles side by side."""
    roles = tuple(desk.model.roles.values())
    granted = {name for role in roles for name in role.grants}
    groups = tuple(
        (group.title, tuple(_overview(desk, roles, found) for found in group.objects))
        for group in grouped(desk, granted)
    )
    heads = tuple(_head(desk, role, assigned) for role in roles)
    return RolesScreen(heads, groups, _editable(desk), pending)


def build_role(desk: Desk, role: RoleModel, assigned: Sequence[Assigned] | None) -> RoleScreen:
    """Return one role; its columns are the actions that it grants anywhere."""
    used = {action for grant in role.grants.values() for action in grant.actions}
    actions = tuple(action for action in ACTIONS if action in used or action in _ALWAYS)
    groups = tuple(
        (group.title, tuple(_row(desk, role, role.grants[found.name], actions) for found in group.objects))
        for group in grouped(desk, role.grants)
    )
    holders = tuple(
        (one.person.login, one.person.name) for one in assigned or () if role.name in one.roles and one.person.account
    )
    titles = {name: found.title for name, found in desk.model.dictionaries.items()}
    return RoleScreen(
        _head(desk, role, assigned),
        tuple(action_title(desk, "", action) for action in actions),
        groups,
        tuple((privilege_title(desk, name), name) for name in sorted(role.privileges)),
        tuple(_areas(desk, role)),
        tuple(desk.title(titles[name]) if name in titles else name for name in sorted(role.dictionaries)),
        tuple(_bounds(desk, role)),
        holders,
        _editable(desk),
    )


def _editable(desk: Desk) -> bool:
    return desk.policy.everything and not desk.viewing


def _head(desk: Desk, role: RoleModel, assigned: Sequence[Assigned] | None) -> RoleHead:
    users = None
    if assigned is not None:
        users = sum(role.name in one.roles for one in assigned if one.person.account)
    return RoleHead(
        role.name,
        desk.title(role.title),
        desk.title(role.description),
        layer_title(desk, role.layer),
        role.administrator,
        users,
        len(role.privileges),
    )


def _overview(desk: Desk, roles: Sequence[RoleModel], found: ObjectModel) -> Overview:
    return Overview(object_title(desk, found.name), tuple(_cell(desk, role, found.name) for role in roles))


def _cell(desk: Desk, role: RoleModel, object: str) -> tuple[Reach | None, str]:
    if role.administrator:
        return Reach(4, scope_title(desk, "all")), desk.say("rights.everything")
    grant = role.grants.get(object)
    if grant is None:
        return None, ""
    verbs = [action_title(desk, object, action) for action in ACTIONS if action in grant.actions and action != "read"]
    read = grant.actions.get("read")
    return (None if read is None else reach_of(desk, "read", read)), desk.say("value.joint").join(verbs)


def _row(desk: Desk, role: RoleModel, grant: ObjectGrant, actions: Sequence[str]) -> MatrixRow:
    cells = tuple(
        reach_of(desk, action, grant.actions[action]) if action in grant.actions else None for action in actions
    )
    return MatrixRow(
        grant.object,
        object_title(desk, grant.object),
        cells,
        tuple(_moves(desk, grant)),
        tuple(_fields(desk, grant)),
        layer_title(desk, role.layer),
    )


def _moves(desk: Desk, grant: ObjectGrant) -> Iterator[tuple[str, Reach | None]]:
    """Yield transitions in the order of the life-cycle; None: where update covers the row."""
    life = desk.model.lifecycle_of(grant.object)
    for name in life.transitions if life is not None else ():
        if name in grant.actions:
            yield action_title(desk, grant.object, name), reach_of(desk, name, grant.actions[name])
        elif name in grant.transitions:
            yield action_title(desk, grant.object, name), None


def _fields(desk: Desk, grant: ObjectGrant) -> Iterator[FieldLine]:
    for name, access in grant.fields.items():
        unless = access.unless.text if access.unless is not None else ""
        yield FieldLine(field_title(desk, grant.object, name), desk.say(f"rights.field_{access.mode}"), unless)


def _areas(desk: Desk, role: RoleModel) -> Iterator[Area]:
    for name, grant in role.areas.items():
        every = "*" in grant.roles
        titles = [desk.say("rights.all_roles")] if every else [role_title(desk, one) for one in sorted(grant.roles)]
        yield Area(area_title(desk, name), scope_title(desk, grant.scope), desk.say("value.joint").join(titles))


def _bounds(desk: Desk, role: RoleModel) -> Iterator[Bound]:
    """Yield the rules that no role widens, for the objects that the role knows."""
    for one in desk.model.restrictions.values():
        if role.administrator or one.object in role.grants:
            title = desk.title(one.title) or one.name
            yield Bound(title, object_title(desk, one.object), one.that.text, layer_title(desk, one.layer))
