"""What an actor may see and do: compiled once per set of roles, bound to the actor's own facts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeVar

import engine.access.codes  # noqa: F401 - declares the codes used here
from engine.access.clauses import EVERYTHING
from engine.access.facts import facts_of_actor
from engine.access.fields import Cover, Sight
from engine.access.role_rules import RoleRules, holding_of
from engine.access.scopes import UsableScope, stead_name
from engine.kernel.context import Actor
from engine.kernel.errors import Missing, Refused
from engine.metamodel.model import ACTIONS, TenantModel
from engine.rules import Expression, Run
from engine.storage import Bound, Catalog

_KEPT = 256
T = TypeVar("T")


class Policy:
    """What one actor may see and do in one state of the tenant."""

    __slots__ = ("_granted", "_scopes", "actor", "bound", "facts", "model", "rules")

    def __init__(self, rules: RoleRules, actor: Actor) -> None:
        self.rules = rules
        self.model = rules.model
        self.actor = actor
        self.facts: Mapping[str, Any] = facts_of_actor(actor, rules.privileges)
        # what conditions know before any row is read
        self.bound = Bound({"actor": self.facts})
        self._scopes: dict[str, UsableScope] = {}
        self._granted: dict[tuple[str, str], bool] = {}

    @property
    def everything(self) -> bool:
        """Tell whether the actor holds every grant; restrictive rules may bind him nevertheless."""
        return self.rules.everything

    def bounded(self, object: str) -> bool:
        """Tell whether restrictive rules are about an object."""
        return any(self.rules.bounds(object, action) is not None for action in ("read", "create", "update", "transfer"))

    # -- actions ---------------------------------------------------------------------------------------------------

    def may(self, object: str, action: str) -> bool:
        """Tell whether an action is granted on some rows of an object."""
        key = (object, action)
        granted = self._granted.get(key)
        if granted is None:
            if object not in self.model.objects:
                return False
            granted = self._granted[key] = self.everything or bool(self.rules.clauses(object, action))
        return granted

    def require(self, object: str, action: str) -> None:
        """Return when the action is granted; raises Missing for an object that may not be known, else Refused."""
        if self.may(object, action):
            return
        if not self.may(object, "read"):
            raise Missing("no_such_object", object=object)
        raise Refused("not_allowed", object=object, action=action)

    def actions(self, object: str) -> frozenset[str]:
        """Return every action and transition that is granted on some rows of an object."""
        life = self.model.lifecycle_of(object)
        transitions = () if life is None else tuple(life.transitions)
        return frozenset(name for name in (*ACTIONS, *transitions) if self.may(object, name))

    def holds(self, privilege: str) -> bool:
        """Tell whether the actor has a named privilege: explicitly, by a role of his or by a delegation."""
        return self.actor.system or privilege in self.facts["privileges"]

    def may_edit_dictionary(self, name: str) -> bool:
        """Tell whether the actor may change the items of an open dictionary."""
        return self.everything or bool(self.rules.dictionaries & {name, EVERYTHING})

    def administers(self, area: str) -> bool:
        """Tell whether the actor administers an area of the tenant, for some users at least."""
        return self.everything or area in self.rules.areas

    # -- rows ------------------------------------------------------------------------------------------------------

    def rows(self, object: str, action: str = "read") -> Expression | None:
        """Return the rule of the rows that an action covers, over bare fields and ``actor``; None stands for all."""
        return self.rules.rows(object, action)

    def nothing(self, object: str) -> Expression:
        """Return a rule that covers no row of an object."""
        return self.rules.nothing(object)

    def covers(self, object: str, action: str, facts: Mapping[str, Any], run: Run) -> bool:
        """Tell whether an action covers a record; the same rule as ``rows``. ``facts`` also hold ``actor``."""
        return _holds(self.rules.rows(object, action), facts, run)

    def within_bounds(self, object: str, action: str, facts: Mapping[str, Any], run: Run) -> bool:
        """Tell whether the restrictive rules for an action are true of a record."""
        return _holds(self.rules.bounds(object, action), facts, run)

    def needs(self, object: str) -> frozenset[tuple[str, ...]]:
        """Return the paths that must stand in ``facts`` for ``covers``, ``sights`` and ``writes``."""
        return self.rules.needs(object)

    # -- fields ----------------------------------------------------------------------------------------------------

    def readable(self, object: str) -> frozenset[str]:
        """Return the fields that are seen on some row, in clear or masked."""
        return self.rules.reading(object).readable

    def usable(self, object: str) -> frozenset[str]:
        """Return the fields that may be filtered, sorted and searched by: in clear on every row that is seen."""
        return self.rules.reading(object).usable

    def masked(self, object: str) -> frozenset[str]:
        """Return the fields that are masked on some row."""
        return self.rules.reading(object).masked

    def writable(self, object: str, action: str = "update") -> frozenset[str]:
        """Return the fields that may be written on some row."""
        return self.rules.writing(object, action).writable

    def follows(self, object: str) -> bool:
        """Tell whether a child object's records may be saved with their parent because the parent may be saved."""
        return self.rules.follows(object)

    def line_fields(self, object: str) -> frozenset[str]:
        """Return the fields of a child object that may be written on some row when its parent is saved."""
        return self.rules.line_fields(object)

    def sights(self, object: str, facts: Mapping[str, Any], run: Run) -> Mapping[str, Sight]:
        """Return the fields that are not in clear on a record, and how they are seen."""
        rules = self.rules.reading(object)
        if not rules.by_row:
            return rules.always
        found = dict(rules.always)
        covering = [cover for cover in rules.covers if _holds(cover.rows, facts, run)]
        for name in rules.by_row:
            sight = _best(name, covering, facts, run)
            if sight != "clear":
                found[name] = sight
        return found

    def conditional_writes(self, object: str, action: str) -> frozenset[str]:
        """Return the fields of which it depends on the record whether they may be written."""
        return self.rules.writing(object, action).by_row

    def writes(self, object: str, action: str, field: str, facts: Mapping[str, Any], run: Run) -> bool:
        """Tell whether a field of a record may be written."""
        rules = self.rules.writing(object, action)
        if field not in rules.writable:
            return False
        if field not in rules.by_row:
            return True
        for cover in rules.covers:
            access = cover.fields.get(field)
            free = access is None or (access.mode != "read" and _holds_unless(access.unless, cover.stead, facts, run))
            if free and _holds(cover.rows, facts, run):
                return True
        return False

    def titled(self, object: str) -> bool:
        """Tell whether the actor may see the titles of an object's records."""
        found = self.model.objects[object]
        return self.usable(object).issuperset((found.display, *found.names.values()))

    def scope(self, object: str) -> UsableScope:
        """Return what the actor may name in a condition over an object."""
        if object not in self._scopes:
            self._scopes[object] = UsableScope(self.rules.world, object, self.usable)
        return self._scopes[object]


class Policies:
    """Policies by the state of the tenant, the roles and the actor's facts; bounded and safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: OrderedDict[tuple[Any, ...], RoleRules] = OrderedDict()
        self._policies: OrderedDict[tuple[Any, ...], Policy] = OrderedDict()

    def policy_for(self, catalog: Catalog, actor: Actor) -> Policy:
        """Return the actor's policy in the state that ``catalog`` stands for."""
        key = (id(catalog.model), actor)
        with self._lock:
            found = self._policies.get(key)
            if found is not None and found.model is catalog.model:
                self._policies.move_to_end(key)
                return found
        made = Policy(self._rules_for(catalog.model, actor), actor)
        with self._lock:
            self._policies.pop(key, None)
            return _kept(self._policies, key, made)

    def _rules_for(self, model: TenantModel, actor: Actor) -> RoleRules:
        holding = holding_of(actor)
        key = (id(model), holding)
        with self._lock:
            found = self._rules.get(key)
            if found is not None and found.model is model:
                return found
        made = RoleRules(model, holding)
        with self._lock:
            self._rules.pop(key, None)
            return _kept(self._rules, key, made)


_shared = Policies()


def policy_for(catalog: Catalog, actor: Actor) -> Policy:
    """Return what an actor may see and do in the state that ``catalog`` stands for; compiled at most once."""
    return _shared.policy_for(catalog, actor)


def _kept(cache: OrderedDict[tuple[Any, ...], T], key: tuple[Any, ...], made: T) -> T:
    kept = cache.setdefault(key, made)
    while len(cache) > _KEPT:
        cache.popitem(last=False)
    return kept


def _holds(rule: Expression | None, facts: Mapping[str, Any], run: Run) -> bool:
    if rule is None:
        return True
    run.restart()
    return rule.value(facts, run) is True


def _holds_unless(condition: Expression | None, stead: int, facts: Mapping[str, Any], run: Run) -> bool:
    if condition is None:
        return False
    run.restart()
    actor = facts.get("actor")
    if stead and isinstance(actor, Mapping):
        actor = actor.get(stead_name(stead).partition(".")[2])
    return condition.value({"record": facts, "before": facts, "actor": actor}, run) is True


def _best(name: str, covering: list[Cover], facts: Mapping[str, Any], run: Run) -> Sight:
    sight: Sight = "hidden"
    for cover in covering:
        access = cover.fields.get(name)
        if access is None or access.mode == "read" or _holds_unless(access.unless, cover.stead, facts, run):
            return "clear"
        if access.mode == "masked":
            sight = "masked"
    return sight
