"""A condition of a record in Python's syntax, brought from another system: its names checked, FEEL offered for it.

Beside the fields themselves, ``doc``, ``self`` and ``record`` mean the record, as the systems write it from which
such conditions come. A condition that fails, or whose names are empty where it counts, is not met: it fails closed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.kernel.diagnostics import Diagnostic, nearest
from engine.kernel.errors import BadDefinition
from engine.rules.checking.complaints import diagnostic
from engine.rules.evaluation import Run
from engine.rules.expression import compile_expression
from engine.rules.feel_types import ANY, BOOLEAN, NameScope
from engine.rules.quick import QuickExpression, compile_quick, in_feel
from engine.rules.source import Source, source_of

RECORD_NAMES = ("doc", "self", "record")


@dataclass(frozen=True, eq=False)
class BroughtCondition:
    """A condition that never says null: it is met or it is not."""

    quick: QuickExpression

    @property
    def text(self) -> str:
        """Return what was written."""
        return self.quick.text

    @cached_property
    def reads(self) -> frozenset[tuple[str, ...]]:
        """Return the paths of the fields that it looks at."""
        return frozenset(_path(node) for node in _named(self.quick.tree))

    def evaluate(self, names: Mapping[str, Any], run: Run) -> bool:
        """Tell whether it is met, by Python's idea of truth; what cannot be worked out is not."""
        roots = self.quick.roots
        fields = {name: names.get(name) for name in roots if name not in RECORD_NAMES}
        whole = {path[0]: names.get(path[0]) for path in self.reads}
        return bool(self.quick.evaluate({**fields, **{name: whole for name in RECORD_NAMES if name in roots}}, run))


def compile_brought(source: str | Source, scope: NameScope) -> tuple[BroughtCondition, tuple[Diagnostic, ...]]:
    """Return the condition and what is to be said of it. Raises BadDefinition with all that is wrong with it."""
    source = source_of(source)
    quick = compile_quick(source)
    wrong = [complaint for node in _named(quick.tree) if (complaint := _unknown(node, source, scope)) is not None]
    if wrong:
        raise BadDefinition(wrong)
    equal = _equal(quick, scope)
    offered = () if equal is None else (diagnostic("FEEL063", source, 0, 0, "warning", feel=equal),)
    return BroughtCondition(quick), offered


def _named(tree: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Yield each name with what is asked of it; the names of functions are none."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            inner.add(id(node.func))
        elif isinstance(node, ast.Attribute):
            inner.add(id(node.value))
            yield node
        elif isinstance(node, ast.Name) and id(node) not in inner:
            yield node


def _path(node: ast.Name | ast.Attribute) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return () if node.id in RECORD_NAMES else (node.id,)
    root = _path(node.value)  # type: ignore[arg-type] # an attribute of anything but a name was refused
    return (*root, node.attr)


def _unknown(node: ast.Name | ast.Attribute, source: Source, scope: NameScope) -> Diagnostic | None:
    path = _path(node)
    if not path:
        return diagnostic("FEEL062", source, node.col_offset, 0, what=source.text.strip())
    type_, known = scope.type_of(path[0]), list(scope.names())
    if type_ is None:
        return diagnostic("FEEL101", source, node.col_offset, 0, name=path[0], nearest=nearest(path[0], known))
    if len(path) == 1 or type_ is ANY or type_.field(path[1]) is not None:
        return None
    return diagnostic(
        "FEEL101", source, node.col_offset, 0, name=path[1], nearest=nearest(path[1], list(type_.field_names()))
    )


def _equal(quick: QuickExpression, scope: NameScope) -> str | None:
    """Return the same in FEEL where the types of both agree, so that nothing else is meant."""
    said = in_feel(QuickExpression(quick.text, quick.source, _Bare().visit(ast.parse(quick.text.strip(), mode="eval"))))
    if said is None:
        return None
    try:
        return said if not compile_expression(said, scope, expect=BOOLEAN).warnings else None
    except BadDefinition:
        return None


class _Bare(ast.NodeTransformer):
    """Leaves the record's own name out, which FEEL does not need."""

    def visit_Expression(self, node: ast.Expression) -> ast.AST:
        return self.visit(node.body)  # type: ignore[no-any-return]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in RECORD_NAMES:
            return ast.Name(node.attr, ast.Load())
        return node
