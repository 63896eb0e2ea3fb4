"""What the counter knows of an object before any request: readers, formulas in order, and what they look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import regex
from regex import Pattern

from engine.access.clauses import fields_read
from engine.access.scopes import world_of
from engine.metamodel.compiler.scopes import World
from engine.metamodel.model import CheckModel, Default, FieldModel, LifecycleModel, ObjectModel, TenantModel
from engine.metamodel.model.field import RULES, Pick
from engine.metamodel.model.reading import expressions_in
from engine.records.checkable import has_checks
from engine.records.completing import meets_lines
from engine.records.feeds import Feed, feeds_of
from engine.records.results import empty_sum
from engine.records.shapes import Reader, reader_of
from engine.rules import Condition
from engine.storage.fetching import USERS, Want
from engine.storage.table_map import searched_fields

FieldKey = tuple[str, str]
Path = tuple[str, ...]

# the engine writes these itself, in the room named after it
KEPT_BY_ENGINE = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
)
_CONDITIONAL_ROOTS = frozenset({"record", "before"})


class ObjectPlan:
    """One object, ready to be saved. Made once per model and shared; every part is worked out at first use."""

    def __init__(self, plans: Plans, object: ObjectModel) -> None:
        self.plans = plans
        self.object = object
        self.name = object.name
        self.life: LifecycleModel | None = plans.model.lifecycle_of(object.name)
        self._wants: dict[frozenset[Path], Want] = {}
        self._behind: dict[frozenset[Path], frozenset[str]] = {}

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """The reader of each field that may ever be given."""
        return {
            name: reader_of(field)
            for name, field in self.object.fields.items()
            if field.type != "lines" and not field.computed and name not in KEPT_BY_ENGINE
        }

    def reader_of(self, name: str) -> Reader:
        """Return the reader of any field's values, for those that the engine wrote down itself."""
        return self.readers.get(name) or reader_of(self.object.fields[name])

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The fields that are read back: all with a column but secrets."""
        return tuple(name for name, field in self.object.fields.items() if field.stored and field.type != "secret")

    @cached_property
    def searched(self) -> frozenset[str]:
        """The fields that quick search looks into."""
        return frozenset(field.name for field in searched_fields(self.object))

    @cached_property
    def references(self) -> Mapping[str, str]:
        """Fields that hold one id -> the object it belongs to."""
        return {
            name: field.targets[0]
            for name, field in self.object.fields.items()
            if field.type in ("reference", "department") and field.targets
        }

    @cached_property
    def lines(self) -> Mapping[str, FieldModel]:
        """The fields that hold lines."""
        return {name: field for name, field in self.object.fields.items() if field.type == "lines"}

    @cached_property
    def newborn(self) -> Mapping[str, Any]:
        """The values of all stored fields of a record about which nothing is known yet."""
        return {
            name: None if field.rollup is None else empty_sum(field)
            for name, field in self.object.fields.items()
            if field.stored
        }

    @cached_property
    def defaults(self) -> tuple[tuple[str, FieldModel, Default], ...]:
        """The fields that get a default, but for the state."""
        state = self.life.field if self.life else None
        found = ((name, field) for name, field in self.object.fields.items() if name != state)
        return tuple((name, field, field.default) for name, field in found if field.default is not None)

    @cached_property
    def picks(self) -> tuple[tuple[str, FieldModel, Pick], ...]:
        """The fields that take what the first record that fits gives, in their order."""
        return tuple((name, field, field.pick) for name, field in self.object.fields.items() if field.pick is not None)

    @cached_property
    def required(self) -> frozenset[str]:
        """The fields that must be filled when a record is saved."""
        needed = {name for name, field in self.object.fields.items() if field.required and not field.computed}
        return frozenset(needed - self.object.numbering.keys())

    @cached_property
    def checked(self) -> tuple[tuple[str, FieldModel], ...]:
        """The fields whose values have something to be checked, in their written order."""
        return tuple(
            (name, field)
            for name, field in self.object.fields.items()
            if not field.computed and (not field.system or name in ("owner", "department")) and has_checks(field)
        )

    @cached_property
    def guards(self) -> tuple[tuple[CheckModel, frozenset[str]], ...]:
        """The checks that always hold, with the fields of the object that they read."""
        return tuple(
            (check, frozenset(path[0] for path in check.that.reads) & self.object.fields.keys())
            for check in self.object.checks.values()
            if check.on == "always" and not check.warn
        )

    @cached_property
    def patterns(self) -> Mapping[str, Pattern[str]]:
        """The compiled patterns of the fields that have one."""
        fields = self.object.fields.values()
        return {field.name: regex.compile(field.pattern) for field in fields if field.pattern is not None}

    @cached_property
    def several(self) -> tuple[tuple[str, FieldModel], ...]:
        """The fields that hold several ids, or an id of one of several objects."""
        return tuple(
            (name, field)
            for name, field in self.object.fields.items()
            if field.type in ("references", "users", "any_reference")
        )

    def is_any_reference(self, name: str) -> bool:
        """Tell whether a field points to a record of one of several objects."""
        return any(name == known and field.type == "any_reference" for known, field in self.several)

    @cached_property
    def linked(self) -> frozenset[str]:
        """The fields that point to records or users."""
        return frozenset((*self.pointers, *(name for name, _ in self.several)))

    @cached_property
    def files(self) -> frozenset[str]:
        """The fields that hold stored files."""
        kinds = ("file", "files", "image")
        return frozenset(name for name, field in self.object.fields.items() if field.type in kinds)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The fields in which users keep rules."""
        return tuple(name for name, field in self.object.fields.items() if field.type in RULES)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The fields that are written and never read."""
        return frozenset(name for name, field in self.object.fields.items() if field.type == "secret")

    @cached_property
    def told(self) -> frozenset[str]:
        """The fields whose changes are kept in the trail: not those that every change has."""
        return frozenset(self.columns) - (KEPT_BY_ENGINE - {"deleted_at", "deleted_by"})

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The fields that have a column."""
        return tuple(name for name, field in self.object.fields.items() if field.stored)

    @cached_property
    def uniques(self) -> tuple[tuple[str, ...], ...]:
        """The sets of fields of which no two records have the same values."""
        single = [(name,) for name, field in self.object.fields.items() if field.unique and name != "id"]
        return tuple(dict.fromkeys([*single, *self.object.unique]))

    @cached_property
    def calculation(self) -> tuple[FieldKey, ...]:
        """The formulas of the object and of its lines, each behind those that it reads."""
        family = {self.name, *(field.lines_of for field in self.lines.values())}
        objects = self.plans.model.objects
        return tuple(
            (object, name)
            for object, name in self.plans.model.calculation
            if object in family and objects[object].fields[name].formula is not None
        )

    @cached_property
    def numbered(self) -> frozenset[FieldKey]:
        """The formulas that mention a number of their family, directly or through others."""
        found: set[FieldKey] = set()
        for object, name in self.calculation:
            formula = self.plans.model.objects[object].fields[name].formula
            assert formula is not None
            for key in fields_read(self.plans.model, object, formula):
                if key in found or key[1] in self.plans.model.objects[key[0]].numbering:
                    found.add((object, name))
        return frozenset(found)

    @cached_property
    def looks_at(self) -> frozenset[Path]:
        """The paths from a record that expressions look at when it is saved: its own, its lines' and its parent's."""
        paths = set(self.own_looks)
        for field in self.lines.values():
            child = self.plans.of(field.lines_of or "")
            paths |= {path[1:] for path in child.own_looks if path[0] == field.lines_by and len(path) > 1}
        if self.object.parent is not None:
            parent = self.plans.of(self.object.fields[self.object.parent].targets[0])
            for name, field in parent.lines.items():
                if field.lines_of == self.name:
                    paths |= {path[1:] for path in parent.own_looks if path[0] == name and len(path) > 1}
        return frozenset(paths)

    @cached_property
    def own_looks(self) -> frozenset[Path]:
        """The paths that the object's own expressions look at."""
        paths: set[Path] = set()
        for expression in self._expressions():
            for path in expression.reads:
                paths.add(path[1:] if path[0] in _CONDITIONAL_ROOTS and path[0] not in self.object.fields else path)
        # the condition of a reference reads its target by bare names, and this record as a root
        wheres = _present(field.where for field in self.object.fields.values())
        paths |= {path[1:] for where in wheres for path in where.reads if path[0] == "record"}
        adjustment, explosion = self.plans.model.adjustment_of(self.name), self.plans.model.explosion_of(self.name)
        paths |= adjustment[1].looks if adjustment is not None else set()
        paths |= explosion.reads if explosion is not None else set()
        return frozenset(path for path in paths if path and path[0] in self.object.fields)

    @cached_property
    def beside(self) -> frozenset[Path]:
        """The paths that lead to lines behind a reference, as those of a line's parent: its siblings."""
        return frozenset(path for path in self.own_looks if meets_lines(self.plans.model, self.name, path))

    @cached_property
    def needs_lines(self) -> frozenset[str]:
        """The fields of lines that an expression of the object looks into; a rule that users keep may look into any."""
        if any(self._leads_to_rule(path) for path in self.own_looks):
            return frozenset(self.lines)
        return frozenset(path[0] for path in self.own_looks if path[0] in self.lines)

    def _leads_to_rule(self, path: Path) -> bool:
        """Tell whether a path ends in a rule that is over records of this object."""
        at: ObjectModel | None = self.object
        for step in path[:-1]:
            field = at.fields.get(step) if at is not None else None
            at = self.plans.model.objects.get(field.targets[0]) if field is not None and field.targets else None
        last = at.fields.get(path[-1]) if at is not None else None
        return last is not None and last.type in RULES and last.over == self.name

    @cached_property
    def lines_follow(self) -> frozenset[str]:
        """The fields of lines whose records have formulas that read something of this object."""
        found = set()
        for name, field in self.lines.items():
            child = self.plans.of(field.lines_of or "")
            if any(path[0] == field.lines_by and len(path) > 1 for path in child.own_looks):
                found.add(name)
        return frozenset(found)

    def looked_behind(self, needs: frozenset[Path]) -> frozenset[str]:
        """Return the references that expressions or permission look behind."""
        found = self._behind.get(needs)
        if found is None:
            paths = self.looks_at | self.parent_state | needs
            found = self._behind.setdefault(needs, frozenset(path[0] for path in paths if len(path) > 1))
        return found

    def own_values(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record's own values: what stands behind a reference becomes its id again."""
        values = {name: tree.get(name) for name in self.stored}
        for name, value in values.items():
            if type(value) is dict and name in self.pointers:
                values[name] = value["id"]
        return values

    @cached_property
    def pointers(self) -> Mapping[str, str]:
        """The references, and the fields that hold one user."""
        users = {name: USERS for name, field in self.object.fields.items() if field.type == "user"}
        return {**self.references, **users}

    def behind(self, reference: str) -> frozenset[Path]:
        """Return the paths behind a reference that the object's expressions look at."""
        paths = self.looks_at | self.parent_state
        return frozenset(path[1:] for path in paths if path[0] == reference and len(path) > 1)

    @cached_property
    def parent_state(self) -> frozenset[Path]:
        """The path to the state of the parent, where that can lock its lines."""
        if self.object.parent is None:
            return frozenset()
        life = self.plans.model.lifecycle_of(self.object.fields[self.object.parent].targets[0])
        if life is None or all(state.lock is None for state in life.states.values()):
            return frozenset()
        return frozenset({(self.object.parent, life.field)})

    def locking_state(self, facts: Mapping[str, Any]) -> str | None:
        """Return the state in which the parent of a line keeps its lines from changing, or None."""
        for reference, name in self.parent_state:
            parent = facts.get(reference)
            object = self.plans.of(self.object.fields[reference].targets[0])
            state = object.life.states.get(parent.get(name) or "") if object.life and isinstance(parent, dict) else None
            if state is None or state.lock is None:
                return None
            held = {line for line, field in object.lines.items() if field.lines_of == self.name}
            return None if held & state.lock else state.name
        return None

    def chosen_by(self, reference: str) -> frozenset[Path]:
        """Return the paths of the target that the condition of a reference looks at."""
        where = self.object.fields[reference].where
        if where is None:
            return frozenset()
        return frozenset(path for path in where.reads if path[0] not in ("record", "actor"))

    def chosen_from(self, object: str) -> frozenset[Path]:
        """Return the same for the references that hold several ids of an object."""
        found: set[Path] = set()
        for name, field in self.object.fields.items():
            if field.type == "references" and field.targets == (object,):
                found |= self.chosen_by(name)
        return frozenset(found)

    def want(self, needs: frozenset[Path]) -> Want:
        """Return what is read of a record before it is changed; ``needs`` are the paths that permission looks at."""
        found = self._wants.get(needs)
        if found is None:
            paths: set[Path] = {(name,) for name in self.stored}
            paths |= {path for path in self.looks_at | needs if path[0] not in self.lines and len(path) > 1}
            paths |= self.parent_state
            found = self._wants.setdefault(needs, Want(self.name, tuple(sorted(paths))))
        return found

    def _expressions(self) -> Iterator[Condition]:
        for field in self.object.fields.values():
            yield from _present((field.formula, field.range, field.default.expression if field.default else None))
        for check in self.object.checks.values():
            yield from _present((check.that, check.when))
        for rule in self.object.numbering.values():
            model = self.plans.model.numberings[rule]
            yield from _present((model.scope, *(segment.path for segment in model.segments)))
        for transition in () if self.life is None else self.life.transitions.values():
            yield from _present((transition.when, *(given.expression for given in transition.set.values())))
            yield from expressions_in(transition.who)
        for state in () if self.life is None else self.life.states.values():
            yield from expressions_in(state.edit)


class Plans:
    """The plans of one model."""

    def __init__(self, model: TenantModel) -> None:
        self.model = model
        self._plans: dict[str, ObjectPlan] = {}
        self._world: World | None = None
        self._feeds: Mapping[str, tuple[Feed, ...]] | None = None

    def of(self, object: str) -> ObjectPlan:
        """Return the plan of an object; KeyError when there is none."""
        found = self._plans.get(object)
        if found is None:
            found = self._plans.setdefault(object, ObjectPlan(self, self.model.objects[object]))
        return found

    @cached_property
    def rule_sources(self) -> Mapping[str, frozenset[str]]:
        """The fields on which rules of adjustments rest, by object."""
        found: dict[str, frozenset[str]] = {}
        for adjustment in self.model.adjustments.values():
            for object, fields in adjustment.sources.items():
                found[object] = found.get(object, frozenset()) | fields
        return found

    @property
    def world(self) -> World:
        """The types of the model's objects, for rules that users keep in records."""
        if self._world is None:
            self._world = world_of(self.model)
        return self._world

    def feeds(self, object: str) -> tuple[Feed, ...]:
        """Return what a change of an object's records can make wrong elsewhere."""
        if self._feeds is None:
            self._feeds = feeds_of(self.model)
        return self._feeds.get(object, ())


def _present(expressions: Iterable[Condition | None]) -> Iterator[Condition]:
    return (expression for expression in expressions if expression is not None)
