"""The oracle of permission: one row at a time, in plain Python, from the manual; nothing of the engine is behind it.

``World`` holds a pack and a dump of its data (references are ids, lists of references lists of ids). The answers:
which rows, which fields of a row and how, which fields may be filtered by, and whether a change may be made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any, Literal

from tests.oracle.feel import Ask, parse
from tests.oracle.grants import Access, Grant, Grants, barred
from tests.oracle.organisation import Facts, Organisation
from tests.oracle.pack import Pack
from tests.oracle.people import Delegation, Share, User
from tests.oracle.scopes import KINDS, Tree, in_scope, is_receiver

Row = Mapping[str, Any]
Verdict = Literal["yes", "no", "field", "missing", "no_object"]
CLEAR, MASK = "clear", "mask"
HELD = ("owner", "department")


@dataclass
class World:
    """A pack with data on a day. ``rows``: object, id, field, value."""

    pack: Pack
    rows: dict[str, dict[str, dict[str, Any]]]
    users: dict[str, User] = field(default_factory=dict)
    today: date = date.max
    delegations: tuple[Delegation, ...] = ()
    shares: tuple[Share, ...] = ()
    _facts: dict[str, Facts] = field(default_factory=dict)
    _actors: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def organisation(self) -> Organisation:
        """Return the organisation of the day."""
        return Organisation(self.pack, self.rows, self.today)

    @cached_property
    def grants(self) -> Grants:
        """Return what the roles grant."""
        return Grants(self.pack)

    @cached_property
    def unit_object(self) -> str:
        """Return the object that holds the units."""
        return next((object for object, _ in self.organisation.marked.get("unit", [])), "")

    # -- what is asked of the oracle ---------------------------------------------------------------------------------

    def rows_of(self, user: User, object: str, action: str = "read") -> set[str]:
        """Return the ids of the rows that are visible and that an action covers."""
        rows = self.rows.get(object, {})
        return {
            id for id, row in rows.items() if self.visible(user, object, row) and self.covers(user, object, row, action)
        }

    def visible(self, user: User, object: str, row: Row) -> bool:
        """Tell whether a row is visible to a user."""
        return self.covers(user, object, row, "read")

    def covers(self, user: User, object: str, row: Row, action: str) -> bool:
        """Tell whether some grant covers a row and no restriction forbids it."""
        if not self.unrestricted(user, object, row, action):
            return False
        return self.everything(user) or any(True for _ in self._covering(user, object, row, action))

    def fields_of(self, user: User, object: str, row: Row) -> dict[str, str]:
        """Return the fields of a visible row that the user reads, each clear or masked."""
        covering = list(self._covering(user, object, row, "read"))
        found = {name: self._sight(user, object, row, name, covering) for name in self.pack.objects[object].fields}
        return {name: sight for name, sight in found.items() if sight}

    def readable(self, user: User, object: str) -> set[str]:
        """Return the fields that are read on some row that may be visible."""
        names = {name for name, model in self.pack.objects[object].fields.items() if model["type"] != "secret"}
        if self.everything(user):
            return names
        accesses = {name: [self._access(g, name) for g in self._given(user, object, "read")] for name in names}
        return {name for name in names if any(a is None or a[0] != "hidden" or a[1] for a in accesses[name])}

    def usable(self, user: User, object: str) -> set[str]:
        """Return the fields to filter, sort and search by: those that no grant for read hides or masks."""
        names = {name for name, model in self.pack.objects[object].fields.items() if model["type"] != "secret"}
        if self.everything(user):
            return names
        given = self._given(user, object, "read")
        return {n for n in names if given and not any(barred(self._access(grant, n)) for grant in given)}

    def may(
        self, user: User, object: str, action: str, before: Row | None, after: Row | None, sent: set[str]
    ) -> Verdict:
        """Return whether a change may be made; ``sent`` are the fields that the request names."""
        if not self.granted(user, object, "read") and not self.granted(user, object, "create"):
            return "no_object"
        if not self.granted(user, object, action):
            # of no row whatever: that tells of none
            return "no"
        if before is not None and not self.visible(user, object, before):
            return "missing"
        if before is not None and not self.covers(user, object, before, action):
            return "no"
        if any(not self.writes(user, object, action, name, before or after or {}) for name in sent):
            return "field"
        if after is None or self._may_become(user, object, action, before, after):
            return "yes"
        return "no"

    def _may_become(self, user: User, object: str, action: str, before: Row | None, after: Row) -> bool:
        bounds = {action, "read"} | ({"update"} if action == "transfer" else set())
        if not all(self.unrestricted(user, object, after, one) for one in bounds):
            return False
        if action not in ("create", "update"):
            return True
        if action == "update" and before is not None and any(before.get(name) != after.get(name) for name in HELD):
            return self.covers(user, object, before, "transfer")
        return self.covers(user, object, after, action)

    def writes(self, user: User, object: str, action: str, name: str, row: Row) -> bool:
        """Tell whether a field of a row may be written: a grant that covers the row leaves it free."""
        thing = self.pack.objects[object]
        model = thing.fields.get(name)
        if model is None or model.get("readonly") or "as" in model or "rollup" in model or name == thing.state:
            return False
        if self.everything(user):
            return True
        if name not in self.readable(user, object) and model["type"] != "secret":
            return False
        for grant in self._covering(user, object, row, action):
            access = self._access(grant, name)
            if access is None or (access[0] != "read" and self._lifted(user, object, row, access, grant)):
                return True
        return False

    # -- whose grants ------------------------------------------------------------------------------------------------

    def everything(self, user: User) -> bool:
        """Tell whether a user holds every grant on every object."""
        return user.administrator or any(self.grants.administrates(role) for role in user.roles)

    def granted(self, user: User, object: str, action: str) -> bool:
        """Tell whether an action is granted on some rows of an object."""
        return self.everything(user) or bool(self._given(user, object, action))

    def _given(self, user: User, object: str, action: str) -> list[_Held]:
        found = [_Held(grant, user) for role in sorted(user.roles) for grant in self.grants.of(role, object, action)]
        for one in self.delegations:
            principal = self.users.get(one.principal)
            if one.delegate != user.login or principal is None or not principal.active:
                continue
            roles = {role for role in principal.roles if not self.grants.administrates(role)}
            for role in sorted(roles & one.roles if one.roles else roles):
                found += [
                    _Held(grant, principal, lent=True)
                    for grant in self.grants.of(role, object, action)
                    # lines follow the record that they belong to
                    if (not one.objects or grant.holder in one.objects)
                    and (not one.actions or grant.action in one.actions)
                ]
        return found

    def _covering(self, user: User, object: str, row: Row, action: str) -> Iterator[_Held]:
        for held in self._given(user, object, action):
            at, ground = self._followed(object, row, held.grant.via)
            if at and self._covers(held, at, ground):
                yield held

    def _covers(self, held: _Held, object: str, row: Row) -> bool:
        grant, holder = held.grant, held.holder
        names = self.names(holder, object, row, lent=held.lent)
        if grant.when and _asked(grant.when)(names) is not True:
            return False
        return any(
            self._shared(holder, object, row, grant.action)
            if scope == "shared"
            else in_scope(self, scope, grant, object, names)
            for scope in grant.scopes
        )

    def _shared(self, user: User, object: str, row: Row, action: str) -> bool:
        if action in ("create", "import"):
            return False
        levels = ("read", "update") if action == "read" else ("update",)
        mine = [one for one in self.shares if (one.object, one.id) == (object, row.get("id"))]
        receivers = [one.receiver for one in mine if one.level in levels]
        for rule in self.pack.documents:
            meant = "sharing" in rule and rule["of"] == object and rule.get("level", "read") in levels
            if meant and ("when" not in rule or _asked(str(rule["when"]))(self.names(user, object, row)) is True):
                receivers += [f"{KINDS[kind]}:{one}" for kind, some in rule["to"].items() for one in some]
        return any(is_receiver(self, user, one) for one in receivers)

    # -- restrictions ------------------------------------------------------------------------------------------------

    def unrestricted(self, user: User, object: str, row: Row, action: str) -> bool:
        """Tell whether every restrictive rule of an object, and of its parents, is true on a row."""
        at: str = object
        ground: Row | None = row
        while ground is not None:
            for rule in self.pack.documents:
                bound = "restrict" in rule and rule["of"] == at and action in rule.get("on", (action,))
                if bound and _asked(str(rule["that"]))(self.names(user, at, ground)) is not True:
                    return False
            parent = self.pack.objects[at].parent
            if not parent:
                return True
            at, ground = self.pack.objects[at].targets[parent], self._parent(at, ground)
        return False

    def _parent(self, object: str, row: Row) -> Row | None:
        thing = self.pack.objects[object]
        return self.rows.get(thing.targets[thing.parent], {}).get(row.get(thing.parent) or "")

    def _followed(self, object: str, row: Row, via: tuple[str, ...]) -> tuple[str, Row]:
        for _ in via:
            parent = self._parent(object, row)
            if parent is None:
                return "", {}
            object, row = self.pack.objects[object].targets[self.pack.objects[object].parent], parent
        return object, row

    # -- fields ------------------------------------------------------------------------------------------------------

    def _sight(self, user: User, object: str, row: Row, name: str, covering: list[_Held]) -> str:
        if self.pack.objects[object].fields[name]["type"] == "secret":
            return ""
        if self.everything(user):
            return CLEAR
        best = ""
        for grant in covering:
            access = self._access(grant, name)
            if access is None or not barred(access) or self._lifted(user, object, row, access, grant):
                return CLEAR
            best = MASK if access[0] == "masked" else best
        return best

    def _access(self, held: _Held, name: str) -> Access | None:
        return self.grants.access(held.grant.role, held.grant.object, name)

    def _lifted(self, user: User, object: str, row: Row, access: Access, held: _Held) -> bool:
        return bool(access[1]) and _asked(access[1])(self.names(held.holder, object, row, lent=held.lent)) is True

    # -- names of conditions -----------------------------------------------------------------------------------------

    def facts(self, user: User) -> Facts:
        """Return the facts of a user as an actor."""
        if user.id not in self._facts:
            self._facts[user.id] = self.organisation.facts(user.id)
        return self._facts[user.id]

    def names(self, user: User, object: str, row: Row, *, lent: bool = False) -> dict[str, Any]:
        """Return what a condition of a role may name; a delegation lends no privilege."""
        if user.id not in self._actors:
            actor = {name: _record(value) for name, value in self.facts(user).items()}
            actor |= {"id": user.id, "login": user.login, "roles": sorted(user.roles)}
            actor["privileges"] = sorted(set().union(*(self.grants.privileges(role) for role in user.roles)))
            self._actors[user.id] = actor
        actor = self._actors[user.id]
        return {
            "record": Tree(self, object, row.get("id", ""), row),
            "actor": {**actor, "privileges": []} if lent else actor,
        }


@dataclass(frozen=True)
class _Held:
    """A grant with whose facts it is asked: the user's own, or those of whom he stands in for."""

    grant: Grant
    holder: User
    lent: bool = False


def _record(value: Any) -> Any:
    if isinstance(value, list):
        return [{"id": one} for one in value]
    return None if value is None else {"id": value}


@cache
def _asked(text: str) -> Ask:
    return parse(text)
