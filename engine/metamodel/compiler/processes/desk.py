"""Desk: what the compilation of one process works with: its object, its roots, and the bench behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.source import Span
from engine.kernel.text import LocalText
from engine.metamodel.compiler.actor_scope import USER
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.literals import BadLiteralError, literal_of
from engine.metamodel.compiler.processes.durations import parse_duration
from engine.metamodel.compiler.processes.phrases import compile_phrase
from engine.metamodel.compiler.processes.roots import Roots, event_type, functions, params_type, person
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.model import Default, Duration, FieldModel, ObjectModel, Phrase
from engine.rules import ANY, BOOLEAN, Expression, FeelType, ListType, Names, NameScope, RecordType

_FORMULA = "="


@dataclass(frozen=True, slots=True)
class Desk:
    """Compiles the parts of a process on records of ``object``. ``roots`` are the names that expressions may use."""

    bench: Bench
    expressions: Expressions
    object: ObjectModel
    roots: Roots
    steps: frozenset[str] = frozenset()
    task: bool = False  # an assignee is that of the task
    may_refuse: bool = False  # the rule runs inside the save
    waits: bool = False  # a call may be waited for

    @classmethod
    def of(cls, bench: Bench, expressions: Expressions, object: ObjectModel, **roots: FeelType) -> Desk:
        """Return a desk with the roots that stand everywhere, and those given."""
        world = expressions.world
        record = world.record(object.name)
        everywhere = {
            "record": record,
            "params": params_type(bench.params),
            "actor": person(world, bench.structure.person),
            **functions(world),
        }
        return cls(bench, expressions, object, {**everywhere, **roots})

    @property
    def person(self) -> RecordType:
        """Return the type of a person."""
        return person(self.expressions.world, self.bench.structure.person)

    @property
    def event(self) -> FeelType:
        """Return the type of an event of which nothing is known beforehand."""
        return event_type()

    @property
    def scope(self) -> NameScope:
        """Return the names as the language asks for them."""
        return Names(self.roots)

    def knowing(self, **roots: FeelType) -> Desk:
        """Return a desk that also knows these names."""
        return replace(self, roots={**self.roots, **roots})

    def with_steps(self, ids: frozenset[str]) -> Desk:
        """Return the desk of a flow with these steps."""
        return replace(self, steps=ids)

    def complain(self, code: str, where: Node | Span, /, **params: Any) -> None:
        """Add an error."""
        self.bench.complain(code, where, **params)

    def warn(self, code: str, where: Node, /, **params: Any) -> None:
        """Add a warning."""
        self.bench.findings.warn(code, where.key_span, **params)

    # -- expressions -----------------------------------------------------------------------------------------------

    def condition(self, node: Node) -> Expression | None:
        """Compile a condition; None when there is none or it is wrong."""
        return self.formula(node, BOOLEAN)

    def formula(self, node: Node, expect: FeelType | None = None) -> Expression | None:
        """Compile bare FEEL."""
        return self.expressions.formula(node, self.scope, expect)

    def given_formula(self, node: Node, expect: FeelType | None = None) -> Expression | None:
        """Compile a formula in a value position: it begins with '='."""
        if node.value is None:
            return None
        if not is_formula(node.value):
            self.complain("formula_wanted", node, value=str(node.value)[:60])
            return None
        return self.formula(node.behind_equals(), expect)

    def phrase(self, node: Node) -> Phrase:
        """Compile a text with places."""
        return compile_phrase(node, self.scope, self.bench.findings)

    def duration(self, node: Node) -> Duration | None:
        """Read a length of time."""
        return parse_duration(str(node.value)) if node.value is not None else None

    def length(self, node: Node) -> Duration | Expression | None:
        """Read a length of time, or a formula that yields one."""
        if is_formula(node.value):
            return self.given_formula(node, None)
        found = self.duration(node)
        if found is None and node.value is not None:
            self.complain("bad_literal", node, value=str(node.value)[:60], type="duration")
        return found

    # -- links -----------------------------------------------------------------------------------------------------

    def field(self, node: Node, name: str | None = None) -> FieldModel | None:
        """Return the field of the subject that a node names."""
        return self.bench.field(self.object, node, name)

    def fields(self, node: Node) -> frozenset[str]:
        """Return the fields of the subject that a list names."""
        return frozenset(field.name for part in node.elements() if (field := self.field(part)))

    def values(self, node: Node, object: ObjectModel | None = None) -> Mapping[str, Default]:
        """Compile the values that the fields of an object (the subject) get."""
        object = object or self.object
        found = {name: self._value(object, name, part) for name, part in node.items()}
        return {name: value for name, value in found.items() if value is not None}

    def free_values(self, node: Node) -> Mapping[str, Default]:
        """Compile values under names that no object knows."""
        found: dict[str, Default] = {}
        for name, part in node.items():
            if is_formula(part.value):
                expression = self.given_formula(part)
                if expression is not None:
                    found[name] = Default(expression=expression)
            else:
                found[name] = Default(part.value)
        return found

    def _value(self, object: ObjectModel, name: str, node: Node) -> Default | None:
        field = self.bench.field(object, node, name)
        if field is None:
            return None
        state = self.bench.lifecycles.get(object.lifecycle or "")
        kept = field.computed or (field.system and name not in ("owner", "department"))
        holds_state = state is not None and state.field == name
        if state is not None and holds_state and object != self.object and node.value == state.initial:
            return None  # where a new record begins anyway
        if kept or holds_state:
            self.complain("cannot_be_given", node.key_span, field=name)
            return None
        if node.value is None:
            return Default(None)
        if is_formula(node.value):
            expression = self._fitting(field, node)
            return Default(expression=expression) if expression else None
        try:
            return Default(literal_of(field, node.value, self.bench.dictionaries.get(field.dictionary or "")))
        except BadLiteralError:
            self.complain("bad_literal", node, value=str(node.value)[:60], type=field.type)
            return None

    def _fitting(self, field: FieldModel, node: Node) -> Expression | None:
        wanted = self.expressions.world.type_of_field(field)
        # lines of one kind may become lines of another: they are copied field by field
        expression = self.given_formula(node, None if field.type == "lines" else wanted)
        if expression is not None and field.type == "lines" and not _are_rows(expression.type):
            self.complain("wrong_result", node, type="lines", wanted="list<record>")
        return expression

    def title(self, node: Node, id: str) -> LocalText:
        """Return a label, made of the id where none is written."""
        return node.label("title") or title_of(id)


def is_formula(value: Any) -> bool:
    """Tell whether a value is a formula."""
    return isinstance(value, str) and value.startswith(_FORMULA)


def object_of(type: FeelType) -> str | None:
    """Return the object whose records an expression yields; None when that is not known."""
    if isinstance(type, ListType):
        return object_of(type.element)
    return type.name if isinstance(type, RecordType) and type.name != USER else None


def _are_rows(type: FeelType) -> bool:
    if type is ANY:
        return True
    return isinstance(type, ListType) and (type.element is ANY or bool(type.element.field_names()))
