"""Separation of duties: what no user may hold at once, and who does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.metamodel.compiler.controls import holds_right
from engine.metamodel.model import NeverModel, Right, TenantModel
from engine.rules import Run


@dataclass(frozen=True, slots=True)
class Held:
    """What an active user holds: his own roles, and roles and privileges that are lent to him."""

    user: str
    login: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    administrator: bool = False
    lent: frozenset[str] = frozenset()
    privileges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken: by which user (empty when it is about a number), and by what."""

    rule: str
    login: str = ""
    what: tuple[str, ...] = ()
    count: int = 0
    most: bool = False


def breaches(model: TenantModel, holders: Iterable[Held], *, counted: bool = True) -> list[Breach]:
    """Return everything that separation of duties forbids among active users; ``counted``: numbers of holders too."""
    holders = list(holders)
    found = [breach for never in model.nevers.values() for held in holders for breach in _of_one(model, never, held)]
    if counted:
        found += [breach for never in model.nevers.values() for breach in _of_all(never, holders)]
    return found


def _of_one(model: TenantModel, never: NeverModel, held: Held) -> Iterator[Breach]:
    roles = held.roles | held.lent
    if never.roles:
        both = sorted(never.roles & roles)
        if len(both) > 1:
            yield Breach(never.name, held.login, tuple(both))
    elif never.rights:
        if all(_holds(model, held, roles, right) for right in never.rights):
            yield Breach(never.name, held.login, tuple(str(right) for right in never.rights))
    elif never.when is not None:
        run = Run(datetime(2000, 1, 1, tzinfo=UTC))
        if never.when.value({"user": _facts(model, held, roles)}, run) is True:
            yield Breach(never.name, held.login, (never.when.text,))


def _of_all(never: NeverModel, holders: Iterable[Held]) -> Iterator[Breach]:
    if never.role is None:
        return
    count = sum(1 for held in holders if never.role in held.roles)
    if never.at_least is not None and count < never.at_least:
        yield Breach(never.name, what=(f"{never.role} < {never.at_least}",), count=count)
    if never.at_most is not None and count > never.at_most:
        yield Breach(never.name, what=(f"{never.role} > {never.at_most}",), count=count, most=True)


def _holds(model: TenantModel, held: Held, roles: frozenset[str], right: Right) -> bool:
    if right.kind == "privilege":
        return right.name in held.privileges or any(
            right.name in model.roles[name].privileges for name in held.roles if name in model.roles
        )
    # who holds everything by office is known to; he is excepted
    if held.administrator:
        return False
    return any(holds_right(model.roles[name], right) for name in roles if name in model.roles)


def _facts(model: TenantModel, held: Held, roles: frozenset[str]) -> Mapping[str, object]:
    own = {name for role in held.roles if role in model.roles for name in model.roles[role].privileges}
    return {
        "id": held.user,
        "login": held.login,
        "name": held.name,
        "roles": sorted(roles),
        "privileges": sorted(own | held.privileges),
        "administrator": held.administrator,
    }
