"""The second world: the first one with nothing changed but what a user may not see."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from engine.kernel.errors import TesseraError
from tests.oracle.people import User
from tests.oracle.perm import MASK, World
from tests.security.beside import Beside
from tests.security.world import House, client_values, deal_values, plain_values

LINES = {"text": ["x", "y", "z"], "quantity": [1, 2, 3, 4], "discount": [0, 5, 10]}
# a change of these would be seen elsewhere by intention: sums over records, values of the engine's own
NEVER = {"client", "status", "deal", "code", "number"}
MASKS = {"phone": ["13845675678", "13899995678", "13811115678"]}


@dataclass
class Change:
    """One record changed (``values``), made (no ``id``) or deleted (no ``values``)."""

    object: str
    id: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def view(world: World, user: User) -> dict[str, Any]:
    """Return all that a user may see."""
    found: dict[str, Any] = {}
    for object, rows in world.rows.items():
        thing = world.pack.objects[object]
        for id, row in rows.items():
            if not world.visible(user, object, row):
                continue
            told: dict[str, Any] = {}
            for name, sight in world.fields_of(user, object, row).items():
                value = _seen(world, user, thing.targets.get(name), row.get(name))
                told[name] = value if sight != MASK else masked(value)
            allowed = [
                a
                for a in ("update", "delete", "export", "restore", "start", "finish")
                if world.covers(user, object, row, a)
            ]
            found[object, id] = (told, allowed)
    return found


def masked(value: Any) -> Any:
    """Return how a masked value reads, by the manual."""
    if value is None or not isinstance(value, str) or len(value) < 7:
        return None if value is None else "****"
    return value[0] + "****" + value[-1] if len(value) < 11 else value[:3] + "****" + value[-4:]


def _seen(world: World, user: User, target: str | None, value: Any) -> Any:
    """Return a reference as it is seen: nothing where its target is not visible."""
    if target is None or value is None:
        return value
    rows = world.rows[target]
    several = value if isinstance(value, list) else [value]
    kept = [one for one in several if one in rows and world.visible(user, target, rows[one])]
    return kept if isinstance(value, list) else next(iter(kept), None)


def plan(world: World, user: User, chance: random.Random, most: int) -> list[Change]:
    """Return changes of what a user may not see; the oracle agrees that he sees the same after each."""
    candidates = list(_candidates(world, user, chance))
    chance.shuffle(candidates)
    return _unseen(world, user, view(world, user), candidates[:most])[0]


def _unseen(world: World, user: User, seen: object, changes: list[Change]) -> tuple[list[Change], World]:
    """Return those of some changes that together leave what is seen as it is, and the world after them."""
    then = world
    for one in changes:
        if not one.id or one.id in then.rows[one.object]:
            then = _after(then, one)
    if not changes or view(then, user) == seen:
        return changes, then
    if len(changes) == 1:
        return [], world
    middle = len(changes) // 2
    first, after = _unseen(world, user, seen, changes[:middle])
    second, last = _unseen(after, user, seen, changes[middle:])
    return [*first, *second], last


def carry_out(house: House, beside: Beside, world: World, user: User, changes: list[Change]) -> int:
    """Make the changes so that no version, no time and no trail tells of them; return how many were made."""
    mark = beside.mark(house.pack.objects)
    records, system, made = house.engine.records, house.system, 0
    for one in changes:
        with suppress(TesseraError):
            if not one.id:
                records.create(system, one.object, one.values)
            elif one.values:
                records.update(system, one.object, one.id, records.get(system, one.object, one.id).version, one.values)
                beside.rewrite_trail(one.object, one.id, {name: str(value) for name, value in one.values.items()})
            else:
                records.delete(system, one.object, one.id, records.get(system, one.object, one.id).version)
            made += 1
    beside.forget_since(mark)
    return made


# -- what may be changed -----------------------------------------------------------------------------------------------


def _candidates(world: World, user: User, chance: random.Random) -> Iterator[Change]:
    for object, rows in world.rows.items():
        for id, row in rows.items():
            if row.get("deleted_at") is not None:
                continue
            values = fresh(object, chance, world)
            if not world.visible(user, object, row):
                title = {world.pack.objects[object].display} & values.keys()
                names = {*title, *chance.sample(sorted(values), min(len(values), 2))}
                yield Change(object, id, {name: values[name] for name in names})
                rare = chance.random() < 0.2
                if (rare and object in ("client", "plain")) or (
                    rare and object == "deal" and row.get("client") is None
                ):
                    yield Change(object, id)
                continue
            sights = world.fields_of(user, object, row)
            for name, value in values.items():
                if name not in sights:
                    yield Change(object, id, {name: value})
                elif sights[name] == MASK and row.get(name) is not None:
                    other = chance.choice(MASKS[name]) if name in MASKS and str(row[name])[-4:] == "5678" else value
                    yield Change(object, id, {name: other})
    for object in ("client", "plain"):
        values = fresh(object, chance, world) | (
            {"code": f"N{chance.getrandbits(40):010x}"} if object == "client" else {}
        )
        yield Change(object, "", values)


def fresh(object: str, chance: random.Random, world: World) -> dict[str, Any]:
    """Return new values for the fields of a record, without those that others are made of."""
    clients, units = list(world.rows["client"]), list(world.rows["unit"])
    people = [one.id for one in world.users.values()]
    if object == "client":
        given = client_values(chance, clients, people, units)
    elif object == "plain":
        given = plain_values(chance, [])
    elif object == "deal":
        given = {name: value for name, value in deal_values(chance, [], people, units).items() if name != "lines"}
    elif object == "deal_line":
        given = {name: chance.choice(values) for name, values in LINES.items()}
    else:
        given = {"name": f"Other {chance.getrandbits(24):06x}"}
    return {name: value for name, value in given.items() if name not in NEVER}


def _after(world: World, change: Change) -> World:
    """Return the world as it would be."""
    rows = dict(world.rows)
    table = rows[change.object] = dict(rows[change.object])
    if not change.id:
        table["new" + str(len(table))] = {"id": "new", "created_by": "system", **typed(change.values)}
    elif change.values:
        table[change.id] = {**table[change.id], **typed(change.values)}
    elif world.pack.objects[change.object].recycles:
        table[change.id] = {**table[change.id], "deleted_at": "now"}
    else:
        del table[change.id]
    return World(world.pack, rows, world.users, world.today, world.delegations, world.shares)


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as conditions see them."""
    numbers = ("budget", "cost", "amount", "score", "quantity", "discount")
    found = copy.copy(dict(values))
    for name, value in found.items():
        if name in numbers and value is not None:
            found[name] = Decimal(value)
        elif name == "since" and value is not None:
            found[name] = date.fromisoformat(value)
    return found
