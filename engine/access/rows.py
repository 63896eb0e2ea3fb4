"""Row rules: the rows that an action covers, as one FEEL tree for lists and as a closure for saves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields as parts_of

from engine.access.clauses import Clause
from engine.access.scopes import RowScope
from engine.metamodel.compiler.scopes import World
from engine.metamodel.model import ObjectModel
from engine.rules import BOOLEAN, Expression, compile_expression
from engine.rules.nodes import Name, Node, Path

_OWN = "{at}owner = actor"
_MADE = "{at}created_by = actor"
_UNIT = "{at}department = actor.department"
_BELOW = "{at}department in actor.units_below"


def row_rule(world: World, object: str, clauses: Iterable[Clause], action: str, *, in_unit: bool) -> Expression | None:
    """Return the rows covered by any clause; None stands for all of them. ``in_unit``: the actor has a department."""
    texts: list[str] = []
    for clause in clauses:
        text = _text(world, object, clause, action, in_unit=in_unit)
        if text == "true":
            return None
        if text not in ("false", *texts):
            texts.append(text)
    return rule_of(world, object, " or ".join(f"({text})" for text in texts) or "false")


def rule_of(world: World, object: str, text: str) -> Expression:
    """Compile a rule over the bare fields of an object and the actor."""
    return compile_expression(text, RowScope(world, object), expect=BOOLEAN)


def _text(world: World, object: str, clause: Clause, action: str, *, in_unit: bool) -> str:
    grant = clause.row_grant(action)
    if grant is None:
        return "false"
    at = "".join(f"{step}." for step in clause.via)
    owned = _at_end(world, object, clause.via).owned
    needed: list[str] = []
    if grant.scope == "own":
        needed.append((_OWN if owned else _MADE).format(at=at))
    elif grant.scope in ("department", "department_and_below"):
        if not in_unit or not owned:
            # null = null is true: whoever belongs nowhere must not see what belongs nowhere
            return "false"
        needed.append((_UNIT if grant.scope == "department" else _BELOW).format(at=at))
    if grant.when is not None:
        needed.append(bare_text(grant.when, at))
    # the line break ends a comment that the condition may end with
    return " and ".join(f"({text}\n)" if "//" in text else f"({text})" for text in needed) or "true"


def _at_end(world: World, object: str, via: Iterable[str]) -> ObjectModel:
    for step in via:
        object = world.objects[object].fields[step].targets[0]
    return world.objects[object]


def bare_text(condition: Expression, at: str = "") -> str:
    """Return a condition that speaks of ``record.field`` as one that names the field itself, reached through ``at``."""
    text = condition.text
    nodes = list(_walk(condition.tree))
    cuts = [
        (node.source.start, node.name_start, at)
        for node in nodes
        if isinstance(node, Path) and isinstance(node.source, Name) and node.source.name == "record"
    ]
    taken = {start for start, _, _ in cuts}
    cuts += [
        (node.start, node.end, at.rstrip(".") or "id")
        for node in nodes
        if isinstance(node, Name) and node.name == "record" and node.start not in taken
    ]
    for start, end, words in sorted(cuts, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _walk(node: Node) -> Iterable[Node]:
    yield node
    for part in parts_of(node):
        inner = getattr(node, part.name)
        if isinstance(inner, Node):
            yield from _walk(inner)
        elif isinstance(inner, tuple):
            for entry in inner:
                if isinstance(entry, Node):
                    yield from _walk(entry)
