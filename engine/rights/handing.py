"""Records change hands: one with what belongs to it, or everything of somebody who leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.access.persons import Person
from engine.kernel.context import Context
from engine.kernel.errors import Malformed, Missing
from engine.kernel.names import is_record_id
from engine.records import Change, Listing, RecordService, Unit
from engine.records.reactions import newest
from engine.records.shares import put_shares
from engine.records.transferring import transfer
from engine.rights.areas import may_administer, note, person_of, require_area
from engine.storage.fetching import Want, fetch
from engine.storage.process_lists import held_tasks

CHUNK = 200
_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Handed:
    """What a transfer moved: the record's change, and how many related records of each object."""

    change: Change
    related: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who leaves: what he owns by object, the tasks of processes that he is to do, and whether the caller may
    close his account."""

    person: Person
    belongings: Mapping[str, int]
    tasks: tuple[str, ...]
    closable: bool


class Handing:
    """Transfers records under the action ``transfer``, and hands over what leavers own."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def transfer(
        self, ctx: Context, object: str, id: str, version: int | None, given: Mapping[str, Any], related: Sequence[str]
    ) -> Handed:
        """Give a record another owner or department; ``related`` names what goes with it, as ``object.field``.

        Related records go where they had the same owner and the actor may transfer them.
        """
        if set(given) - {"owner", "department"} or not given:
            raise Malformed("unknown_field", object=object, field=", ".join(sorted(given))[:80], guess="")

        def act(unit: Unit) -> Handed:
            unit.require_object(object)
            if not is_record_id(id):
                raise Missing("not_found")
            change = transfer(unit, object, {id: version}, given)[0]
            owner = (change.before or {}).get("owner")
            moved = {name: self._move_related(unit, object, id, name, owner, given) for name in related}
            unit.settle()
            return Handed(newest(unit, change), moved)

        return self._records.opener.within(ctx, act)

    def belongings(self, ctx: Context, login: str) -> Mapping[str, int]:
        """Return how many records of each object a user owns."""
        with self._records.opener.reading(ctx) as unit:
            person = person_of(unit, login, active=False)
            require_area(unit, "leavers", person)
            free = _free(ctx)
            objects = [object.name for object in unit.model.objects.values() if object.owned]
        counts = {name: self._records.count(free, name, _owned_by(person.id)).value for name in objects}
        return {name: count for name, count in counts.items() if count}

    def leaver(self, ctx: Context, login: str) -> Leaver:
        """Return what somebody who leaves would leave behind."""
        with self._records.opener.reading(ctx) as unit:
            person = person_of(unit, login, active=False)
            require_area(unit, "leavers", person)
            closable = person.account and person.id != unit.user and may_administer(unit, "users", person)
            tasks = tuple(held_tasks(unit.session, person.id, _COUNTED))
            return Leaver(person, self.belongings(ctx, login), tasks, closable)

    def hand_over(self, ctx: Context, login: str, to: str, objects: Iterable[str] | None = None) -> Mapping[str, int]:
        """Give everything that a user owns (of some objects) to another; in pieces, each a transaction of its own.

        Doing it again goes on where it stopped.
        """
        with self._records.opener.reading(ctx) as unit:
            person, heir = person_of(unit, login, active=False), person_of(unit, to)
            require_area(unit, "leavers", person)
            known = [object.name for object in unit.model.objects.values() if object.owned]
            wanted = known if objects is None else [name for name in objects if name in known]
        moved = {name: self._hand(ctx, name, person.id, heir.id) for name in wanted}

        def tell(unit: Unit) -> None:
            note(unit, person.id, "hand_over", {"to": heir.id, **{name: n for name, n in moved.items() if n}})

        self._records.opener.within(ctx, tell)
        return {name: count for name, count in moved.items() if count}

    def _hand(self, ctx: Context, object: str, owner: str, heir: str) -> int:
        free, done = _free(ctx), 0
        while True:
            page = self._records.list(free, Listing(object, _owned_by(owner), fields=("id",), limit=CHUNK))
            ids: dict[str, int | None] = {record.id: record.version for record in page.records}
            if not ids:
                return done

            def act(unit: Unit, ids: Mapping[str, int | None] = ids) -> int:
                handed = len(transfer(unit, object, ids, {"owner": heir}))
                unit.settle()
                return handed

            done += self._records.opener.within(free, act)

    def _move_related(
        self, unit: Unit, object: str, id: str, name: str, owner: str | None, given: Mapping[str, Any]
    ) -> int:
        other, _, by = name.partition(".")
        model = unit.model.objects.get(other)
        pointing = None if model is None else model.fields.get(by)
        if model is None or pointing is None or pointing.targets != (object,) or not model.owned:
            raise Malformed("not_related", related=name[:80], object=object)
        if owner is None or not unit.policy.may(other, "transfer"):
            return 0
        plan = unit.plans.of(other)
        want = plan.want(unit.policy.needs(other))
        trees = fetch(unit.session, unit.catalog, Want(want.object, want.paths, by), [id])
        put_shares(unit, other, trees)
        going = [tree for tree in trees if self._goes(unit, other, tree, owner)]
        for start in range(0, len(going), CHUNK):
            transfer(unit, other, {tree["id"]: tree["version"] for tree in going[start : start + CHUNK]}, given)
        return len(going)

    def _goes(self, unit: Unit, object: str, tree: Mapping[str, Any], owner: str) -> bool:
        held = tree.get("owner")
        if tree.get("deleted_at") is not None or (held["id"] if isinstance(held, Mapping) else held) != owner:
            return False
        facts = {**tree, "actor": unit.policy.facts}
        return all(unit.policy.covers(object, action, facts, unit.run) for action in ("read", "transfer"))


def _owned_by(user: str) -> str:
    return f'owner.id = "{user}"'


def _free(ctx: Context) -> Context:
    """Return the context of the engine acting for somebody, on record as his."""
    return replace(ctx, actor=replace(ctx.actor, system=True))
