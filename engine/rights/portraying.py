"""Everything that bears on one user's rights, on one page: roles, posts, privileges, areas, shares, delegations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.access.holding import actor_of
from engine.access.persons import Person
from engine.access.tables.delegations import Delegation, delegations_of
from engine.access.tables.organisation import roles_of
from engine.access.tables.shares import Share, shares_to
from engine.kernel.context import Actor, Context
from engine.kernel.errors import Missing
from engine.records import Choice, RecordService, Unit
from engine.records.limits import QUICK
from engine.records.seen import seen_titles
from engine.rights.areas import may_administer, person_of, require_area
from engine.storage.fetching import USERS, find_users

MOST_SHARES = 100


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """A share that reaches a user, and the title of its record (empty where the asker does not see the record)."""

    share: Share
    title: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """A user as permission sees him. ``places`` are (kind, title) of posts, company, teams and trees; ``names`` are
    the names of users by id. ``givable``, ``viewable``, ``leaving``: the asker may give him roles, view as him, hand
    over what he has."""

    person: Person
    roles: tuple[str, ...]
    administrator: bool
    places: tuple[tuple[str, str], ...]
    privileges: tuple[str, ...]
    areas: tuple[str, ...]
    dictionaries: tuple[str, ...]
    shares: tuple[SharedRecord, ...]
    delegations: tuple[Delegation, ...]
    names: Mapping[str, str]
    givable: bool
    viewable: bool = False
    leaving: bool = False


class Portraying:
    """Describes users; others than oneself need the area ``explain``."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def of(self, ctx: Context, login: str = "") -> Portrait:
        """Return a user with everything that bears on his rights."""
        with self._records.opener.reading(ctx) as unit:
            person = person_of(unit, login or ctx.actor.login, active=False)
            if person.id != unit.user:
                require_area(unit, "explain", person)
            actor = actor_of(unit.session, unit.directory, person.id, unit.now)
            if actor is None:
                raise Missing("no_such_person", login=login[:80])
            with self._records.opener.reading(replace(ctx, actor=actor)) as other:
                rules, privileges = other.policy.rules, other.policy.facts["privileges"]
                everything = other.policy.everything
            lent = delegations_of(unit.session, person.id, unit.now)
            return Portrait(
                person,
                tuple(roles_of(unit.session, [person.id]).get(person.id, ())),
                everything,
                tuple(_places(unit, person, actor)),
                tuple(sorted(privileges)),
                tuple(rules.areas),
                tuple(sorted(rules.dictionaries)),
                _shared(unit, actor),
                tuple(lent),
                names_of(unit, (user for one in lent for user in (one.principal, one.delegate))),
                may_administer(unit, "assignments", person),
                person.active and person.id != unit.user and may_administer(unit, "view_as", person),
                person.id != unit.user and may_administer(unit, "leavers", person),
            )

    def names(self, ctx: Context) -> Sequence[tuple[str, str]]:
        """Return the logins and names of the active users, as pickers of users show them."""
        with self._records.opener.reading(ctx) as unit:
            return [(person.login, person.name) for person in unit.directory.all() if person.active]

    def found(self, ctx: Context, text: str, limit: int) -> Sequence[Choice]:
        """Return the active users whose names or log-ins hold a text, called by their log-ins."""
        with self._records.opener.reading(ctx) as unit:
            return [Choice(login, name, login) for _, name, login in find_users(unit.session, text[:QUICK], limit)]

    def person(self, ctx: Context, text: str) -> tuple[str, str]:
        """Return log-in and name of the active user who is meant by a log-in or a full name; empty where nobody is."""
        with self._records.opener.reading(ctx) as unit:
            asked = text.strip().lower()
            met = [one for one in unit.directory.all() if one.active and asked in (one.login.lower(), one.name.lower())]
            exact = [one for one in met if one.login.lower() == asked] or met
            return (exact[0].login, exact[0].name) if len(exact) == 1 else ("", "")

    def receivers(self, ctx: Context, receivers: Iterable[str]) -> Mapping[str, str]:
        """Return the names of those with whom something is shared, as far as the caller sees them."""
        with self._records.opener.reading(ctx) as unit:
            structure = unit.directory.structure
            objects = {
                "user": USERS,
                "unit": structure.unit,
                "branch": structure.unit,
                "position": structure.position,
                "team": structure.team,
            }
            keys: dict[str, tuple[str, str]] = {}
            for receiver in receivers:
                kind, _, id = receiver.partition(":")
                object = objects.get(kind)
                if object is not None:
                    keys[receiver] = (object, id)
            titles = seen_titles(unit, keys.values())
            return {receiver: titles.get(key) or "" for receiver, key in keys.items()}


def names_of(unit: Unit, users: Iterable[str]) -> Mapping[str, str]:
    """Return the names of users by their ids."""
    return {id: title or "" for (_, id), title in seen_titles(unit, {(USERS, user) for user in users}).items()}


def _places(unit: Unit, person: Person, actor: Actor) -> Iterator[tuple[str, str]]:
    """Yield where a user stands, by the object that holds the place; what the asker does not see is left out."""
    structure, standing = unit.directory.structure, actor.standing
    wanted = [
        *((structure.unit, id) for id in sorted(person.units)),
        *((structure.position, id) for id in sorted(person.positions)),
        *((structure.company, id) for id in (person.company,) if id is not None),
        *((structure.team, id) for id in sorted(standing.teams)),
        *((tree, id) for tree, nodes in standing.nodes for id in sorted(nodes)),
    ]
    keys = [(object, id) for object, id in wanted if object is not None]
    titles = seen_titles(unit, keys)
    for key in keys:
        if titles.get(key):
            yield key[0], titles[key] or ""
    if person.superior is not None:
        yield USERS, names_of(unit, [person.superior]).get(person.superior, "")


def _shared(unit: Unit, actor: Actor) -> tuple[SharedRecord, ...]:
    found = shares_to(unit.session, actor.standing.receivers, unit.now, MOST_SHARES)
    titles = seen_titles(unit, {(one.object, one.record) for one in found if one.object in unit.model.objects})
    return tuple(SharedRecord(one, titles.get((one.object, one.record)) or "") for one in found)
