"""What an actor may see and do: compiled once per set of roles, bound to the actor's own facts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeVar

import engine.access.codes  # noqa: F401 - declares the codes used here
from engine.access.clauses import EVERYTHING, Clause, clauses_of
from engine.access.fields import Cover, FieldRules, Sight, WriteRules, reading_rules, writing_rules
from engine.access.rows import row_rule, rule_of
from engine.access.scopes import UsableScope, world_of
from engine.kernel.context import Actor
from engine.kernel.errors import Missing, Refused
from engine.metamodel.model import TenantModel
from engine.rules import Expression, Run
from engine.storage import Catalog
from engine.storage.bounded import Bounded

_KEPT = 256
_DERIVED_KEPT = 1_000
NOTHING: frozenset[str] = frozenset()
T = TypeVar("T")


class RoleRules:
    """The rules of one set of roles on one model, each worked out when it is first asked for."""

    def __init__(self, model: TenantModel, roles: frozenset[str], *, everything: bool, in_unit: bool) -> None:
        known = [model.roles[name] for name in sorted(roles) if name in model.roles]
        self.model = model
        self.everything = everything or any(role.administrator for role in known)
        self.in_unit = in_unit
        self.privileges = frozenset(name for role in known for name in role.privileges)
        self.dictionaries = frozenset(name for role in known for name in role.dictionaries)
        self.world = world_of(model)
        self._clauses = () if self.everything else tuple(clauses_of(model, role) for role in known)
        self._rows: dict[tuple[str, str], Expression | None] = {}
        self._covers: dict[tuple[str, str], tuple[Cover, ...]] = {}
        self._reading: dict[str, FieldRules] = {}
        self._writing: dict[tuple[str, str], WriteRules] = {}
        self._needs: dict[str, frozenset[tuple[str, ...]]] = {}
        self._none: dict[str, Expression] = {}
        self._lines: dict[str, frozenset[str]] = {}
        # what upper floors work out from these rules, kept as long as they are
        self.derived = Bounded(_DERIVED_KEPT)

    def clauses(self, object: str, action: str) -> list[Clause]:
        """Return the clauses that grant an action on an object."""
        found = (clauses.get(object) for clauses in self._clauses)
        return [clause for clause in found if clause is not None and clause.row_grant(action) is not None]

    def rows(self, object: str, action: str) -> Expression | None:
        """Return the rule of the rows that an action covers; None stands for all rows."""
        key = (object, action)
        if key not in self._rows:
            if self.everything:
                self._rows[key] = None
            else:
                clauses = self.clauses(object, action)
                self._rows[key] = row_rule(self.world, object, clauses, action, in_unit=self.in_unit)
        return self._rows[key]

    def covers(self, object: str, action: str) -> tuple[Cover, ...]:
        """Return what each clause covers, rows and fields together."""
        key = (object, action)
        if key not in self._covers:
            if self.everything:
                self._covers[key] = (Cover(None, {}),)
            else:
                self._covers[key] = tuple(
                    Cover(row_rule(self.world, object, (clause,), action, in_unit=self.in_unit), clause.fields)
                    for clause in self.clauses(object, action)
                )
        return self._covers[key]

    def reading(self, object: str) -> FieldRules:
        """Return the rules of the fields that are read."""
        if object not in self._reading:
            covers = self.covers(object, "read")
            rules = reading_rules(self.model.objects[object], covers)
            if not covers:
                rules = FieldRules(NOTHING, NOTHING, NOTHING, NOTHING)
            self._reading[object] = rules
        return self._reading[object]

    def writing(self, object: str, action: str) -> WriteRules:
        """Return the rules of the fields that are written."""
        key = (object, action)
        if key not in self._writing:
            life = self.model.lifecycle_of(object)
            readable = self.reading(object).readable | {
                name for name, field in self.model.objects[object].fields.items() if field.type == "secret"
            }
            rules = writing_rules(self.model.objects[object], self.covers(object, action), life.field if life else None)
            self._writing[key] = WriteRules(rules.writable & readable, rules.by_row, rules.covers)
        return self._writing[key]

    def follows(self, object: str) -> bool:
        """Tell whether some role gives a child object the rights of its parent."""
        if self.everything:
            return True
        found = (clauses.get(object) for clauses in self._clauses)
        return any(clause is not None and clause.via for clause in found)

    def line_fields(self, object: str) -> frozenset[str]:
        """Return the fields of a child object that some role may write, by its own grant or by its parent's."""
        if object not in self._lines:
            covers = (*self.covers(object, "create"), *self.covers(object, "update"))
            if self.follows(object):
                covers = (*covers, Cover(None, {}))
            life = self.model.lifecycle_of(object)
            rules = writing_rules(self.model.objects[object], covers, life.field if life else None)
            self._lines[object] = rules.writable
        return self._lines[object]

    def needs(self, object: str) -> frozenset[tuple[str, ...]]:
        """Return the paths that the row and field rules of an object look at when a record is saved or shown."""
        if object not in self._needs:
            paths: set[tuple[str, ...]] = set()
            actions = {name for clauses in self._clauses if object in clauses for name in clauses[object].actions}
            for action in actions:
                for cover in self.covers(object, action):
                    for expression in (cover.rows, *(access.unless for access in cover.fields.values())):
                        if expression is not None:
                            paths.update(_bare(path) for path in expression.reads)
            self._needs[object] = frozenset(path for path in paths if path and path[0] != "actor")
        return self._needs[object]

    def nothing(self, object: str) -> Expression:
        """Return a rule that covers no row."""
        if object not in self._none:
            self._none[object] = rule_of(self.world, object, "false")
        return self._none[object]


class Policy:
    """What one actor may see and do in one state of the tenant."""

    __slots__ = ("_scopes", "actor", "facts", "model", "rules")

    def __init__(self, rules: RoleRules, actor: Actor) -> None:
        self.rules = rules
        self.model = rules.model
        self.actor = actor
        self.facts: Mapping[str, Any] = {
            "id": actor.user,
            "login": actor.login,
            "name": actor.name,
            "roles": sorted(actor.roles),
            "department": actor.unit,
            "units_below": sorted(actor.units_below),
        }
        self._scopes: dict[str, UsableScope] = {}

    @property
    def everything(self) -> bool:
        """Tell whether the actor holds every grant."""
        return self.rules.everything

    # -- actions ---------------------------------------------------------------------------------------------------

    def may(self, object: str, action: str) -> bool:
        """Tell whether an action is granted on some rows of an object."""
        if object not in self.model.objects:
            return False
        return self.everything or bool(self.rules.clauses(object, action))

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
        plain = ("read", "create", "update", "delete", "restore", "import", "export")
        return frozenset(name for name in (*plain, *transitions) if self.may(object, name))

    def holds(self, privilege: str) -> bool:
        """Tell whether the actor has a named privilege."""
        return self.everything or privilege in self.rules.privileges

    def may_edit_dictionary(self, name: str) -> bool:
        """Tell whether the actor may change the items of an open dictionary."""
        return self.everything or bool(self.rules.dictionaries & {name, EVERYTHING})

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
            free = access is None or (access.mode != "read" and _holds_unless(access.unless, facts, run))
            if free and _holds(cover.rows, facts, run):
                return True
        return False

    def titled(self, object: str) -> bool:
        """Tell whether the actor may see the titles of an object's records."""
        return self.model.objects[object].display in self.usable(object)

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
        key = (catalog.model.fingerprint, id(catalog.model), actor)
        with self._lock:
            found = self._policies.get(key)
            if found is not None:
                self._policies.move_to_end(key)
                return found
        made = Policy(self._rules_for(catalog.model, actor), actor)
        with self._lock:
            return _kept(self._policies, key, made)

    def _rules_for(self, model: TenantModel, actor: Actor) -> RoleRules:
        everything = actor.administrator or actor.system
        roles = NOTHING if everything else actor.roles
        key = (id(model), roles, everything, actor.unit is not None)
        with self._lock:
            found = self._rules.get(key)
            if found is not None and found.model is model:
                return found
        made = RoleRules(model, roles, everything=everything, in_unit=actor.unit is not None)
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


def _bare(path: tuple[str, ...]) -> tuple[str, ...]:
    return path[1:] if path[0] in ("record", "before") else path


def _holds(rule: Expression | None, facts: Mapping[str, Any], run: Run) -> bool:
    if rule is None:
        return True
    run.restart()
    return rule.value(facts, run) is True


def _holds_unless(condition: Expression | None, facts: Mapping[str, Any], run: Run) -> bool:
    if condition is None:
        return False
    run.restart()
    return condition.value({"record": facts, "before": facts, "actor": facts.get("actor")}, run) is True


def _best(name: str, covering: list[Cover], facts: Mapping[str, Any], run: Run) -> Sight:
    sight: Sight = "hidden"
    for cover in covering:
        access = cover.fields.get(name)
        if access is None or access.mode == "read" or _holds_unless(access.unless, facts, run):
            return "clear"
        if access.mode == "masked":
            sight = "masked"
    return sight
