"""A role being edited: its grant on one object as a matrix of actions by scopes, and what it holds besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import ObjectModel
from engine.metamodel.model.grant import ACTIONS, AREAS
from engine.ui.desk import Desk
from engine.ui.screens.granting import (
    action_title,
    area_title,
    field_title,
    grouped,
    object_title,
    privilege_title,
    role_title,
    scope_title,
)
from engine.ui.widgets.base import Option

PLACES = ("department", "department_and_below", "company", "company_and_below", "group")
GIVING, EVERY = "assignments", "*"
MODES = ("", "read", "masked", "hidden")
_ROWLESS = frozenset({"create", "import"})
_UNSEEN = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
)
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """An action or transition: which scopes are ticked, its condition, and whose the record is where that is said."""

    name: str
    title: str
    ticks: tuple[Option, ...]
    when: str
    by: str


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field and how it may be seen; ``said`` is a condition that only YAML can change."""

    name: str
    title: str
    modes: tuple[Option, ...]
    said: str


@dataclass(frozen=True, slots=True)
class GrantScreen:
    """The grant of a role on an object. ``moves`` follow update; ``lines`` of moves have rows of their own."""

    role: str
    role_title: str
    object: str
    object_title: str
    action: str
    scopes: tuple[tuple[str, str], ...]
    lines: tuple[GrantLine, ...]
    own_moves: tuple[GrantLine, ...]
    moves: tuple[Option, ...]
    fields: tuple[FieldChoice, ...]
    pending: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditedObject:
    """An object in the list of grants."""

    name: str
    title: str
    granted: bool
    href: str


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """An area of administration and how far it reaches, not held among the choices; ``gives``: the roles to be given
    in it, where it is about that."""

    name: str
    title: str
    reach: tuple[Option, ...]
    gives: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class RoleEditScreen:
    """What a role holds besides grants, and the way to its grants."""

    role: str
    title: str
    zh: str
    en: str
    action: str
    groups: tuple[tuple[str, tuple[EditedObject, ...]], ...]
    privileges: tuple[Option, ...]
    areas: tuple[AreaChoice, ...]
    dictionaries: tuple[Option, ...]
    roles: tuple[Option, ...]
    is_new: bool
    pending: int
    errors: tuple[str, ...]


def build_grant(
    desk: Desk, role: str, found: ObjectModel, body: Body, pending: int, errors: Sequence[str] = ()
) -> GrantScreen:
    """Return the grant of a role on an object, as its definition says it."""
    scopes = tuple(_scopes(desk, found, body))
    own = body.get("actions")
    life = desk.model.lifecycle_of(found.name)
    known = tuple(life.transitions) if life is not None else ()
    listed = own if isinstance(own, list) else []
    return GrantScreen(
        role,
        role_title(desk, role),
        found.name,
        object_title(desk, found.name),
        f"/roles/{role}/grants/{found.name}",
        tuple((scope, scope_title(desk, scope)) for scope in scopes),
        tuple(_line(desk, found, name, body, scopes) for name in _actions(found)),
        tuple(_line(desk, found, name, own, scopes) for name in known) if isinstance(own, dict) else (),
        tuple(Option(name, action_title(desk, found.name, name), name in listed or "*" in listed) for name in known)
        if not isinstance(own, dict)
        else (),
        tuple(_fields(desk, found, body.get("fields") or {})),
        pending,
        tuple(errors),
    )


def build_role_edit(
    desk: Desk, role: str, body: Body, pending: int, errors: Sequence[str] = (), *, is_new: bool = False
) -> RoleEditScreen:
    """Return what a role holds besides grants, and its objects."""
    title = body.get("title") or {}
    zh, en = (title, title) if isinstance(title, str) else (title.get("zh", ""), title.get("en", ""))
    grants, areas = body.get("grants") or {}, body.get("administration") or {}
    held, books = body.get("privileges") or (), body.get("dictionaries") or ()
    alone = [name for name, found in desk.model.objects.items() if not found.parent or name in grants]
    return RoleEditScreen(
        role,
        (zh if desk.words.language == "zh" else en) or role,
        zh,
        en,
        f"/roles/{role}/edit" if not is_new else "/roles/+new",
        tuple(
            (group.title, tuple(_object(desk, role, one.name, grants) for one in group.objects))
            for group in grouped(desk, alone)
        ),
        tuple(Option(name, privilege_title(desk, name), name in held) for name in desk.model.privileges),
        tuple(_area(desk, name, areas.get(name, False)) for name in AREAS),
        tuple(
            Option(name, desk.title(found.title), name in books or "*" in books)
            for name, found in desk.model.dictionaries.items()
            if found.open
        ),
        tuple(Option(name, role_title(desk, name)) for name, one in desk.model.roles.items() if not one.administrator),
        is_new,
        pending,
        tuple(errors),
    )


def area_parts(said: Any) -> tuple[str, tuple[str, ...]]:
    """Return how far an area reaches as it is written (empty: not held), and which roles it gives."""
    if said is None or said is False:
        return "", ()
    told = said if isinstance(said, Mapping) else {}
    return str(told.get("scope", "all")), tuple(told.get("roles", ()))


def _area(desk: Desk, name: str, said: Any) -> AreaChoice:
    scope, given = area_parts(said)
    structure = desk.model.structure
    scopes = ["all", *(PLACES[:2] if structure.unit else ()), *(PLACES[2:] if structure.company else ())]
    reach = [Option("", desk.say("roles.area_none"), not scope)]
    reach += [
        Option(one, desk.say("roles.area_all") if one == "all" else scope_title(desk, one), one == scope)
        for one in dict.fromkeys([*scopes, *([scope] if scope else [])])
    ]
    gives: list[Option] = []
    if name == GIVING:
        gives = [Option(EVERY, desk.say("rights.all_roles"), EVERY in given)]
        gives += [
            Option(one.name, role_title(desk, one.name), one.name in given)
            for one in desk.model.roles.values()
            if not one.administrator
        ]
    return AreaChoice(name, area_title(desk, name), tuple(reach), tuple(gives))


def _actions(found: ObjectModel) -> tuple[str, ...]:
    left_out = {*(() if found.recycles else ("restore",)), *(() if found.owned else ("transfer",))}
    return tuple(name for name in ACTIONS if name not in left_out)


def _scopes(desk: Desk, found: ObjectModel, body: Body) -> Iterator[str]:
    """Yield the scopes that an object knows, and those that the grant names anyway."""
    structure = desk.model.structure
    usual = ["own"] if found.owned else []
    usual += ["team"] if found.owned and structure.team else []
    usual += PLACES[:2] if found.owned and structure.unit else ()
    usual += PLACES[2:] if found.owned and structure.company else ()
    pointing = [field.targets[0] for field in found.fields.values() if field.type == "reference" and field.targets]
    usual += [tree for tree in structure.trees if pointing.count(tree) == 1]
    own = body.get("actions")
    parts = [*body.values(), *(own.values() if isinstance(own, dict) else ())]
    named = [scope for part in parts if isinstance(part, Mapping) for scope in scopes_of(part)]
    yield from dict.fromkeys([*usual, *(one for one in named if one not in ("shared", "all")), "shared", "all"])


def scopes_of(part: Any) -> tuple[str, ...]:
    """Return the scopes that a grant is written with."""
    if part is False:
        return ()
    said = part.get("scope", "all") if isinstance(part, Mapping) else "all"
    return tuple(said) if isinstance(said, list) else (str(said),)


def _line(desk: Desk, found: ObjectModel, name: str, body: Body, scopes: Sequence[str]) -> GrantLine:
    part = body.get(name, False)
    ticked = scopes_of(part)
    shown = ("all",) if name in _ROWLESS and ticked in ((), ("all",)) else scopes
    options = (Option(one, scope_title(desk, one), one in ticked, disabled=one not in shown) for one in scopes)
    more = part if isinstance(part, Mapping) else {}
    return GrantLine(
        name, action_title(desk, found.name, name), tuple(options), str(more.get("when", "")), str(more.get("by", ""))
    )


def _fields(desk: Desk, found: ObjectModel, said: Body) -> Iterator[FieldChoice]:
    for name, field in found.fields.items():
        if name in _UNSEEN or field.type == "lines":
            continue
        mode = said.get(name, "")
        kept = isinstance(mode, Mapping)
        modes = [
            Option(one, desk.say(f"rights.field_{one}" if one else "roles.field_free"), not kept and one == mode)
            for one in MODES
        ]
        told = ""
        if kept:
            read = {"only": "read"}.get(mode["read"], mode["read"])
            told = str(mode.get("unless", ""))
            modes.append(Option("=", desk.say("roles.field_unless", mode=desk.say(f"rights.field_{read}")), True))
        yield FieldChoice(name, field_title(desk, found.name, name), tuple(modes), told)


def _object(desk: Desk, role: str, name: str, grants: Body) -> EditedObject:
    return EditedObject(name, object_title(desk, name), name in grants, f"/roles/{role}/grants/{name}")
