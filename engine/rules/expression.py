"""Compiled expressions: the interface that the rest of the engine uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.builtins import BUILTINS
from engine.rules.checking.checker import Checked, check
from engine.rules.checking.complaints import Complaints, diagnostic
from engine.rules.checking.properties import MULTI_WORD
from engine.rules.closures.build import Builder
from engine.rules.closures.guard import guarded, needs_nothing
from engine.rules.closures.site import Closure
from engine.rules.crossing import MAX_PARTS, to_python
from engine.rules.evaluation import Run
from engine.rules.feel_names import Trie, trie_of
from engine.rules.feel_types import BOOLEAN, ContextType, FeelType, ListType
from engine.rules.limits import DEFAULT, Limits
from engine.rules.nodes import Node
from engine.rules.parser import SyntaxFault, parse
from engine.rules.scanner import Vocabulary
from engine.rules.scope import NameScope
from engine.rules.source import Source, source_of

if TYPE_CHECKING:
    from engine.rules.sql import SqlScope, SqlValue


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked and compiled expression. Evaluating it never raises for bad data: the result is null, with a reason."""

    text: str
    type: FeelType
    reads: frozenset[tuple[str, ...]]
    deterministic: bool
    warnings: tuple[Diagnostic, ...]
    source: Source
    checked: Checked
    scope: NameScope
    _closure: Closure

    @property
    def tree(self) -> Node:
        """The syntax tree."""
        return self.checked.tree

    def evaluate(self, names: Mapping[str, Any], run: Run) -> Any:
        """Return the value in Python's own types where they fit."""
        try:
            return to_python(self._closure(names, run))
        except OverflowError:
            return run.warn("FEEL243", self.source.span_at(0), max=MAX_PARTS)

    def value(self, names: Mapping[str, Any], run: Run) -> Any:
        """Return the value as the language holds it."""
        return self._closure(names, run)

    def python(self) -> Callable[[Mapping[str, Any], Run], Any]:
        """Return the bare closure, for hot paths."""
        return self._closure

    def unguarded(self) -> Closure:
        """Return the closure without what stands around it, to measure what the guards cost; bad data may raise."""
        return Builder(self.checked, self.source, self.scope).build(self.tree)

    def part(self, node: Node) -> Closure:
        """Return the closure of a part of the tree that uses no variable from outside of it."""
        builder = Builder(self.checked, self.source, self.scope)
        return guarded(builder.build(node), self.checked.slot_count, self.source)

    def sql(self, scope: SqlScope, run: Run | None = None) -> SqlValue:
        """Return the same expression for a database. Raises BadDefinition when it cannot be said in SQL."""
        from engine.rules.sql import to_value

        return to_value(self, scope, run or Run(datetime.now(UTC)))

    @property
    def sql_refusal(self) -> Diagnostic | None:
        """Why the expression cannot be said in SQL, or None when nothing is known against it."""
        from engine.rules.sql import refusal

        return refusal(self)


def compile_expression(
    source: str | Source,
    scope: NameScope,
    *,
    expect: FeelType | None = None,
    lenient: bool = False,
    limits: Limits = DEFAULT,
) -> Expression:
    """Return the compiled expression. Raises BadDefinition with everything that is wrong with it."""
    return _compile(source_of(source), scope, expect, lenient, limits, cell=False)


def compile_tests(
    source: str | Source, subject: FeelType, scope: NameScope, *, lenient: bool = False, limits: Limits = DEFAULT
) -> Expression:
    """Return compiled unary tests of a value that is bound to the name ``?`` when they are evaluated."""
    return _compile(source_of(source), _WithSubject(scope, subject), BOOLEAN, lenient, limits, cell=True)


@dataclass(frozen=True, slots=True)
class _WithSubject:
    """A scope in which ``?`` stands for what a cell tests."""

    outer: NameScope
    subject: FeelType

    def type_of(self, name: str) -> FeelType | None:
        return self.subject if name == "?" else self.outer.type_of(name)

    def names(self) -> list[str]:
        return ["?", *self.outer.names()]

    def named_types(self) -> Mapping[str, FeelType]:
        return _named_types(self.outer) or {}


def _compile(
    source: Source, scope: NameScope, expect: FeelType | None, lenient: bool, limits: Limits, *, cell: bool
) -> Expression:
    try:
        tree = parse(source.text, vocabulary_of(scope), limits, cell=cell)
    except SyntaxFault as fault:
        raise BadDefinition([diagnostic(fault.code, source, fault.start, fault.end, **fault.params)]) from None
    checked = check(tree, scope, Complaints(source, lenient), expect)
    errors = [found for found in checked.diagnostics if found.severity == "error"]
    if errors:
        raise BadDefinition(errors)
    built = Builder(checked, source, scope).build(tree)
    closure = guarded(built, checked.slot_count, source, light=needs_nothing(tree))
    return Expression(
        source.text,
        checked.type,
        checked.reads,
        checked.deterministic,
        checked.diagnostics,
        source,
        checked,
        scope,
        closure,
    )


_FUNCTION_NAMES = frozenset(name for name in BUILTINS if " " in name)


def vocabulary_of(scope: NameScope) -> Vocabulary:
    """Return the names with more than one word that are in scope, with those of fields and types."""
    spaced = _spaced(tuple(scope.names()))
    properties: set[str] = set()
    named = _named_types(scope)
    for name in spaced if named is None else scope.names():
        _collect(scope.type_of(name), properties, 0)
    named = named or {}
    for type_ in named.values():
        _collect(type_, properties, 0)
    types = _spaced(tuple(named))
    return Vocabulary(trie_of(_FUNCTION_NAMES | spaced), trie_of(frozenset((*MULTI_WORD, *properties))), _types(types))


@lru_cache(maxsize=2_048)
def _spaced(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in names if not name.isidentifier())


def _named_types(scope: NameScope) -> Mapping[str, FeelType] | None:
    # asked for every expression of a model; isinstance with a protocol is forty times slower
    if isinstance(scope, _WithSubject):
        return _named_types(scope.outer)
    find: Callable[[], Mapping[str, FeelType]] | None = getattr(scope, "named_types", None)
    return find() if find else None


def _types(names: frozenset[str]) -> Trie:
    return trie_of(names)


def _collect(type_: FeelType | None, into: set[str], depth: int) -> None:
    while isinstance(type_, ListType):
        type_ = type_.element
    if isinstance(type_, ContextType) and depth < 12:
        for name, field in type_.fields.items():
            if not name.isidentifier():
                into.add(name)
            _collect(field, into, depth + 1)
