"""The rules of one set of roles on one model: rows and fields together, each worked out when it is first asked for."""

from __future__ import annotations

from engine.access.clauses import Clause, clauses_of
from engine.access.fields import Cover, FieldRules, WriteRules, reading_rules, writing_rules
from engine.access.rows import row_rule, rule_of
from engine.access.scopes import world_of
from engine.metamodel.model import TenantModel
from engine.rules import Expression
from engine.storage.bounded import Bounded

_DERIVED_KEPT = 1_000
NOTHING: frozenset[str] = frozenset()


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


def _bare(path: tuple[str, ...]) -> tuple[str, ...]:
    return path[1:] if path[0] in ("record", "before") else path
