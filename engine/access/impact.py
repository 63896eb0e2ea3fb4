"""What a change of roles and rules does: who gains or loses sight of how many rows, which actions, which fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.access.directory import Directory
from engine.access.duties import Breach, breaches
from engine.access.holding import actor_of, all_held
from engine.access.policy import Policies, Policy
from engine.access.rows import rule_of
from engine.kernel.context import Actor
from engine.kernel.errors import BadDefinition
from engine.metamodel.model import TenantModel
from engine.rules import Expression, Run
from engine.storage import Catalog, Query, Session, count_rows, every_row

COUNTED = 10_000
MOST_USERS = 500


@dataclass(frozen=True, slots=True)
class RowChange:
    """Rows of an object that a user would gain and lose for an action; None: known only once it is applied."""

    login: str
    object: str
    action: str
    gained: int | None
    lost: int | None


@dataclass(frozen=True, slots=True)
class RightChange:
    """Actions and fields of an object that holders of a set of roles would gain or lose. Fields: before, after."""

    roles: tuple[str, ...]
    object: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """All of it; ``left_off`` users were not looked at."""

    rows: tuple[RowChange, ...] = ()
    rights: tuple[RightChange, ...] = ()
    left_off: int = 0

    @property
    def nothing(self) -> bool:
        """Tell whether nobody would notice."""
        return not self.rows and not self.rights


@dataclass(frozen=True, slots=True)
class Moment:
    """When the impact is worked out."""

    now: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        """The tenant's calendar date."""
        return self.now.astimezone(self.zone).date()


def touches_rights(old: TenantModel, new: TenantModel) -> bool:
    """Tell whether two models may give different rights at all."""
    return any(
        _words(getattr(old, kind)) != _words(getattr(new, kind))
        for kind in ("roles", "restrictions", "sharings", "nevers", "privileges")
    )


def impact_of(session: Session, catalog: Catalog, new: TenantModel, moment: Moment) -> Impact:
    """Return what another model would change for the tenant's users, on the rows that are there."""
    directory = Directory(session, catalog, moment.day)
    people = [person for person in directory.all() if person.account]
    old_policies, new_policies = Policies(), Policies()
    changed = Catalog(new, catalog.tables, catalog.stamp)
    rows: list[RowChange] = []
    rights: dict[tuple[tuple[str, ...], bool, str], RightChange] = {}
    run = Run(moment.now, moment.zone)
    for person in people[:MOST_USERS]:
        actor = actor_of(session, directory, person.id, moment.now)
        if actor is None:
            continue
        before = old_policies.policy_for(catalog, actor)
        after = new_policies.policy_for(changed, _kept(actor, new))
        for object in new.objects:
            rows += _rows(session, catalog, (before, after), object, run)
            key = (tuple(sorted(actor.roles)), actor.administrator, object)
            known = rights.get(key)
            found = known or _rights(before, after, object, key[0])
            if found is not None:
                users = (*(known.users if known else ()), person.login)
                rights[key] = RightChange(found.roles, object, found.gained, found.lost, found.fields, users)
    return Impact(tuple(rows), tuple(rights.values()), max(0, len(people) - MOST_USERS))


def breaches_foreseen(session: Session, catalog: Catalog, new: TenantModel, moment: Moment) -> list[Breach]:
    """Return what users would hold under another model that separation of duties forbids there."""
    directory = Directory(session, catalog, moment.day)
    return breaches(new, all_held(session, directory, moment.now))


# ---------------------------------------------------------------------------------------------------------------------


def _kept(actor: Actor, model: TenantModel) -> Actor:
    roles = frozenset(name for name in actor.roles if name in model.roles)
    return replace(actor, roles=roles, administrator=actor.administrator)


def _rows(
    session: Session, catalog: Catalog, policies: tuple[Policy, Policy], object: str, run: Run
) -> Iterator[RowChange]:
    before, after = policies
    for action in ("read", "update", "delete", "transfer"):
        old = _rule(before, object, action)
        new = _rule(after, object, action)
        if _same(old, new):
            continue
        if object not in catalog.model.objects:
            continue
        gained = _count(session, catalog, after, object, _but(after, object, new, old), run)
        lost = _count(session, catalog, after, object, _but(after, object, old, new), run)
        if gained or lost or gained is None or lost is None:
            yield RowChange(after.actor.login, object, action, gained, lost)


def _rule(policy: Policy, object: str, action: str) -> Expression | None:
    if object not in policy.model.objects or not policy.may(object, action):
        return policy.nothing(object) if object in policy.model.objects else None
    return policy.rows(object, action)


def _same(old: Expression | None, new: Expression | None) -> bool:
    return (None if old is None else old.text) == (None if new is None else new.text)


def _but(policy: Policy, object: str, one: Expression | None, other: Expression | None) -> Expression | None:
    """Return the rows of one rule that are not those of another; None when it cannot be said."""
    first = "true" if one is None else f"({one.text}\n)"
    second = "true" if other is None else f"({other.text}\n)"
    try:
        return rule_of(policy.rules.world, object, f"{first} and (if {second} then false else true)")
    except BadDefinition:
        return None


def _count(
    session: Session, catalog: Catalog, policy: Policy, object: str, rule: Expression | None, run: Run
) -> int | None:
    if rule is None:
        return None
    query = Query(object, (), (rule,), limit=COUNTED)
    try:
        found = count_rows(session, catalog, query, every_row, {"actor": policy.facts}, run)
    except (BadDefinition, KeyError):
        # it speaks of what the tables do not have yet
        return None
    return min(found, COUNTED)


def _rights(before: Policy, after: Policy, object: str, roles: tuple[str, ...]) -> RightChange | None:
    old = before.actions(object) if object in before.model.objects else frozenset()
    new = after.actions(object)
    fields = {}
    if object in before.model.objects and "read" in old & new:
        names = before.model.objects[object].fields.keys() & after.model.objects[object].fields.keys()
        for name in sorted(names):
            pair = (_sight(before, object, name), _sight(after, object, name))
            if pair[0] != pair[1]:
                fields[name] = pair
    if old == new and not fields:
        return None
    return RightChange(roles, object, tuple(sorted(new - old)), tuple(sorted(old - new)), fields)


def _sight(policy: Policy, object: str, name: str) -> str:
    if name not in policy.readable(object):
        return "hidden"
    if name in policy.usable(object):
        return "writable" if name in policy.writable(object) else "clear"
    return "masked" if name in policy.masked(object) else "some rows"


def _words(models: Mapping[str, object]) -> Sequence[object]:
    return [(name, _plain(model)) for name, model in sorted(models.items())]


def _plain(value: object) -> object:
    """Return a model as values that compare by what was written, expressions by their text."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Mapping):
        return sorted((str(key), repr(_plain(part))) for key, part in value.items())
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    slots = getattr(type(value), "__dataclass_fields__", None)
    if slots is None:
        return value
    return [(name, repr(_plain(getattr(value, name)))) for name in slots if name not in ("span", "layer", "scope")]
