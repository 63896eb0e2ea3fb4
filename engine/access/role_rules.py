"""The rules of one set of roles on one model: rows and fields together, each worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.access.clauses import Clause, clauses_of, lent
from engine.access.fields import Cover, FieldRules, WriteRules, reading_rules, writing_rules
from engine.access.rows import RowWriter, rule_of
from engine.access.scopes import world_of
from engine.kernel.context import Actor
from engine.metamodel.model import AreaGrant, RoleModel, TenantModel
from engine.rules import Expression
from engine.storage.bounded import Bounded
from engine.storage.share_scope import SHARES

_DERIVED_KEPT = 1_000
NOTHING: frozenset[str] = frozenset()
Names = frozenset[str] | None
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lent:
    """What one delegation lends: roles, and of which objects and actions (None: all)."""

    roles: frozenset[str]
    objects: Names = None
    actions: Names = None


@dataclass(frozen=True, slots=True)
class Holding:
    """All that rules are made of: equal holdings share their rules. ``free``: not even restrictive rules bind."""

    roles: frozenset[str] = NOTHING
    everything: bool = False
    free: bool = False
    lent: tuple[Lent, ...] = ()


def holding_of(actor: Actor) -> Holding:
    """Return what an actor holds."""
    if actor.system:
        return Holding(everything=True, free=True)
    steads = tuple(Lent(stead.roles, stead.objects, stead.actions) for stead in actor.steads)
    return Holding(actor.roles, actor.administrator, lent=steads)


class RoleRules:
    """The rules of one holding on one model, each worked out when it is first asked for."""

    def __init__(self, model: TenantModel, holding: Holding) -> None:
        known = [model.roles[name] for name in sorted(holding.roles) if name in model.roles]
        self.model = model
        self.everything = holding.everything or any(role.administrator for role in known)
        self.free = holding.free
        self.privileges = frozenset(name for role in known for name in role.privileges)
        self.dictionaries = frozenset(name for role in known for name in role.dictionaries)
        self.areas = _areas(known)
        self.world = world_of(model)
        self.writer = RowWriter(model, self.world)
        self._clauses = _all_clauses(model, known, holding, everything=self.everything)
        self._rows: dict[tuple[str, str], Expression | None] = {}
        self._covers: dict[tuple[str, str], tuple[Cover, ...]] = {}
        self._reading: dict[str, FieldRules] = {}
        self._writing: dict[tuple[str, str], WriteRules] = {}
        self._needs: dict[str, frozenset[Path]] = {}
        self._none: dict[str, Expression] = {}
        self._lines: dict[str, frozenset[str]] = {}
        self._bounds: dict[tuple[str, str], Expression | None] = {}
        # what upper floors work out from these rules, kept as long as they are
        self.derived = Bounded(_DERIVED_KEPT)

    def clauses(self, object: str, action: str) -> list[Clause]:
        """Return the clauses that grant an action on an object."""
        found = (clauses.get(object) for clauses in self._clauses)
        return [clause for clause in found if clause is not None and clause.row_grant(action) is not None]

    def rows(self, object: str, action: str) -> Expression | None:
        """Return the rule of the rows that an action covers, within the restrictive rules; None stands for all rows."""
        key = (object, action)
        if key not in self._rows:
            granted = None if self.everything else self.writer.rule(object, self.clauses(object, action), action)
            self._rows[key] = granted if self.free else self.writer.bounded(object, granted, action)
        return self._rows[key]

    def bounds(self, object: str, action: str) -> Expression | None:
        """Return what the restrictive rules alone demand for an action; None when there are none."""
        key = (object, action)
        if key not in self._bounds:
            self._bounds[key] = None if self.free else self.writer.bounded(object, None, action)
        return self._bounds[key]

    def covers(self, object: str, action: str) -> tuple[Cover, ...]:
        """Return what each clause covers, rows and fields together."""
        key = (object, action)
        if key not in self._covers:
            if self.everything:
                self._covers[key] = (Cover(None, {}),)
            else:
                self._covers[key] = tuple(
                    Cover(self.writer.rule(object, (clause,), action), clause.fields, clause.stead)
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

    def needs(self, object: str) -> frozenset[Path]:
        """Return the paths that the row and field rules of an object look at when a record is saved or shown."""
        if object not in self._needs:
            reads = [*self._reads(object)]
            paths = {_bare(path) for path in reads}
            paths |= {(*path[:-1], "id") for path in paths if path[-1:] == (SHARES,)}
            self._needs[object] = frozenset(
                path for path in paths if path and path[0] != "actor" and SHARES not in path
            )
        return self._needs[object]

    def shares_needed(self, object: str) -> frozenset[Path]:
        """Return the ways to the records whose shares the rules of an object look at; ``()`` is the record itself."""
        key = ("shares", object)
        found: frozenset[Path] = self.derived.get(key, lambda: self._shares_needed(object))
        return found

    def nothing(self, object: str) -> Expression:
        """Return a rule that covers no row."""
        if object not in self._none:
            self._none[object] = rule_of(self.world, object, "false")
        return self._none[object]

    # --------------------------------------------------------------------------------------------------------------

    def _shares_needed(self, object: str) -> frozenset[Path]:
        return frozenset(path[: path.index(SHARES)] for path in map(_bare, self._reads(object)) if SHARES in path)

    def _reads(self, object: str) -> Iterable[Path]:
        actions = {name for clauses in self._clauses if object in clauses for name in clauses[object].actions}
        for action in actions:
            for cover in self.covers(object, action):
                for expression in (cover.rows, *(access.unless for access in cover.fields.values())):
                    if expression is not None:
                        yield from expression.reads
        life = self.model.lifecycle_of(object)
        for action in (*actions, *_ALWAYS_BOUND, *(life.transitions if life else ())):
            bound = self.bounds(object, action)
            if bound is not None:
                yield from bound.reads


# restrictive rules bind administrators too, who have no clauses
_ALWAYS_BOUND = ("read", "create", "update", "delete", "restore", "export", "transfer", "share", "print", "merge")


def _all_clauses(
    model: TenantModel, roles: Iterable[RoleModel], holding: Holding, *, everything: bool
) -> tuple[Mapping[str, Clause], ...]:
    if everything:
        return ()
    own: list[Mapping[str, Clause]] = [clauses_of(model, role) for role in roles]
    for number, one in enumerate(holding.lent, start=1):
        only = (one.objects, one.actions)
        names = sorted(one.roles & model.roles.keys())
        own += [lent(model, clauses_of(model, model.roles[name]), number, only) for name in names]
    return tuple(own)


def _areas(roles: Iterable[RoleModel]) -> Mapping[str, tuple[AreaGrant, ...]]:
    found: dict[str, tuple[AreaGrant, ...]] = {}
    for role in roles:
        for name, grant in role.areas.items():
            found[name] = (*found.get(name, ()), grant)
    return found


def _bare(path: Path) -> Path:
    return path[1:] if path[0] in ("record", "before") else path
