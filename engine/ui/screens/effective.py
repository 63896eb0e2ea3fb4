"""What one user may do, on one page: everything that his roles, posts, shares and delegations give together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.access.tables.delegations import Delegation
from engine.metamodel.model.grant import ACTIONS
from engine.rights.explaining import Effective
from engine.rights.portraying import Portrait, SharedRecord
from engine.ui.desk import Desk
from engine.ui.screens.granting import (
    Reach,
    action_title,
    area_title,
    grouped,
    object_title,
    privilege_title,
    reach_in_words,
    role_title,
    sights_in_words,
)


@dataclass(frozen=True, slots=True)
class Granted:
    """How far an action reaches, and which role gives it."""

    role: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Deed:
    """An action with all grants of it."""

    title: str
    grants: tuple[Granted, ...]


@dataclass(frozen=True, slots=True)
class EffectiveRow:
    """What a user may do with one object; fields by what he sees of them, as titles."""

    name: str
    title: str
    deeds: tuple[Deed, ...]
    hidden: str
    masked: str
    partly: str
    readonly: int


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A record that is shared with the user."""

    title: str
    href: str
    object: str
    level: str
    until: str


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """A delegation; ``outward``: the user's own rights, lent to ``who``."""

    id: str
    who: str
    outward: bool
    begins: str
    until: str
    bounds: str
    note: str


@dataclass(frozen=True, slots=True)
class EffectiveScreen:
    """One user and his rights."""

    login: str
    name: str
    active: bool
    administrator: bool
    roles: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    privileges: tuple[str, ...]
    areas: tuple[str, ...]
    groups: tuple[tuple[str, tuple[EffectiveRow, ...]], ...]
    shares: tuple[ShareLine, ...]
    delegations: tuple[DelegationLine, ...]
    assign: bool
    own: bool
    view_as: bool
    leave: bool


def build_effective(desk: Desk, portrait: Portrait, found: Sequence[Effective]) -> EffectiveScreen:
    """Return the page of a user's rights."""
    by_object = {one.object: one for one in found}
    person = portrait.person
    return EffectiveScreen(
        person.login,
        person.name,
        person.active,
        portrait.administrator,
        tuple((role, role_title(desk, role)) for role in portrait.roles),
        tuple(_places(desk, portrait)),
        tuple(privilege_title(desk, name) for name in portrait.privileges),
        tuple(area_title(desk, name) for name in portrait.areas),
        tuple(
            (group.title, tuple(_row(desk, by_object[found.name]) for found in group.objects))
            for group in grouped(desk, by_object)
        ),
        tuple(_share(desk, one) for one in portrait.shares),
        delegation_lines(desk, portrait.delegations, person.id, portrait.names),
        portrait.givable,
        person.id == desk.context.actor.user,
        portrait.viewable and not desk.viewing,
        portrait.leaving,
    )


def delegation_lines(
    desk: Desk, delegations: Sequence[Delegation], user: str, names: Mapping[str, str]
) -> tuple[DelegationLine, ...]:
    """Return delegations as a user reads them: what is lent by him, and to him."""
    return tuple(
        DelegationLine(
            one.id,
            names.get(one.delegate if one.principal == user else one.principal, ""),
            one.principal == user,
            desk.dates.instant(one.begins),
            desk.dates.instant(one.until),
            _bounds(desk, one),
            one.note,
        )
        for one in delegations
    )


def _bounds(desk: Desk, one: Delegation) -> str:
    parts = []
    if one.roles is not None:
        parts.append([role_title(desk, name) for name in sorted(one.roles)])
    if one.objects is not None:
        parts.append([object_title(desk, name) for name in sorted(one.objects)])
    if one.actions is not None:
        parts.append([action_title(desk, "", name) for name in sorted(one.actions)])
    if one.privileges:
        parts.append([privilege_title(desk, name) for name in sorted(one.privileges)])
    return "; ".join(desk.say("value.joint").join(part) for part in parts) or desk.say("rights.all_rights")


def _places(desk: Desk, portrait: Portrait) -> Iterator[tuple[str, str]]:
    """Yield where a user stands: each kind of place once, with all its titles."""
    kinds: dict[str, list[str]] = {}
    for kind, title in portrait.places:
        kinds.setdefault(kind, []).append(title)
    for kind, titles in kinds.items():
        found = desk.model.objects.get(kind)
        name = desk.title(found.title) if found is not None else desk.say("rights.superior")
        yield name, desk.say("value.joint").join(titles)


def _row(desk: Desk, one: Effective) -> EffectiveRow:
    deeds = tuple(
        Deed(action_title(desk, one.object, action), tuple(_granted(desk, action, *grant) for grant in grants))
        for action, grants in _in_order(desk, one)
    )
    readonly = sum("writable" not in said and not said.startswith("hidden") for said in one.fields.values())
    return EffectiveRow(
        one.object,
        object_title(desk, one.object),
        deeds,
        sights_in_words(desk, one.object, one.fields, "hidden"),
        sights_in_words(desk, one.object, one.fields, "masked"),
        sights_in_words(desk, one.object, one.fields, "some rows"),
        readonly,
    )


def _in_order(desk: Desk, one: Effective) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    from_model = desk.model.lifecycle_of(one.object)
    transitions = tuple(from_model.transitions) if from_model is not None else ()
    order = {name: place for place, name in enumerate((*ACTIONS, *transitions))}
    for action in sorted(one.actions, key=lambda name: order.get(name, len(order))):
        yield action, one.actions[action]


def _granted(desk: Desk, action: str, role: str, said: str) -> Granted:
    scopes, _, condition = said.partition(" when ")
    return Granted(role_title(desk, role), reach_in_words(desk, action, scopes.split(", "), condition))


def _share(desk: Desk, one: SharedRecord) -> ShareLine:
    share = one.share
    seen = bool(one.title)
    return ShareLine(
        one.title or desk.say("value.unseen"),
        f"/o/{share.object}/{share.record}" if seen else "",
        object_title(desk, share.object),
        desk.say("rights.level_update" if share.level > 1 else "rights.level_read"),
        desk.dates.instant(share.until) if share.until is not None else desk.say("rights.no_end"),
    )
