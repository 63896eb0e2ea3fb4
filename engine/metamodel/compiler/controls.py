"""What stands beside roles: restrictive rules, sharing by rule, and what no user may hold at once."""

from __future__ import annotations

from engine.metamodel.compiler.actor_scope import UserOfRule
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import (
    ACTIONS,
    AREAS,
    NeverModel,
    ObjectModel,
    RestrictionModel,
    Right,
    RoleModel,
    SharingModel,
)

_RECEIVERS = {"roles": "role", "positions": "position", "units": "unit", "branches": "branch", "teams": "team"}
LEVELS = {"read": 1, "update": 2}


def compile_controls(bench: Bench, expressions: Expressions) -> None:
    """Build restrictive rules, sharing rules and separation of duties; roles are there already."""
    for merged in bench.documents("restrict"):
        restriction = _restriction(merged, bench, expressions)
        if restriction is not None and _enabled(merged):
            bench.restrictions[restriction.name] = restriction
    for merged in bench.documents("sharing"):
        sharing = _sharing(merged, bench, expressions)
        if sharing is not None and _enabled(merged):
            bench.sharings[sharing.name] = sharing
    for merged in bench.documents("never"):
        bench.nevers[merged.document.id] = _never(merged, bench, expressions)


def _enabled(merged: MergedDocument) -> bool:
    # what is switched off is checked all the same: it may be switched on at any time
    return merged.node.get("enabled").value is not False


def _restriction(merged: MergedDocument, bench: Bench, expressions: Expressions) -> RestrictionModel | None:
    node, name = merged.node, merged.document.id
    object = bench.object(node.get("of"))
    if object is None:
        return None
    known = _actions(object, bench)
    for part in node.get("on").elements():
        if part.value not in known:
            bench.unknown("action", part, str(part.value), known, object=object.name)
    that = expressions.row_condition(node.get("that"), expressions.granted(object.name))
    if that is None:
        return None
    on = frozenset(node.texts("on"))
    return RestrictionModel(name, object.name, that, on, node.label("title"), node.label("description"), merged.layer)


def _sharing(merged: MergedDocument, bench: Bench, expressions: Expressions) -> SharingModel | None:
    node, name = merged.node, merged.document.id
    object = bench.object(node.get("of"))
    if object is None:
        return None
    roles = bench.names("role")
    for part in node.get("to").get("roles").elements():
        if part.value not in roles:
            bench.unknown("role", part, str(part.value), roles)
    receivers = tuple(
        f"{_RECEIVERS[key]}:{code.value}" for key, part in node.get("to").items() for code in part.elements()
    )
    when = expressions.row_condition(node.get("when"), expressions.granted(object.name))
    if when is None:
        return None
    level = LEVELS[node.text("level", "read")]
    titles = (node.label("title"), node.label("description"))
    return SharingModel(name, object.name, when, receivers, level, *titles, merged.layer)


def _actions(object: ObjectModel, bench: Bench) -> tuple[str, ...]:
    life = bench.lifecycles.get(object.lifecycle or "")
    return (*ACTIONS, *(life.transitions if life else ()))


# -- separation of duties ----------------------------------------------------------------------------------------------


def _never(merged: MergedDocument, bench: Bench, expressions: Expressions) -> NeverModel:
    node, name = merged.node, merged.document.id
    said = [key for key in ("roles", "rights", "when", "role") if node.has(key)]
    if len(said) != 1:
        bench.complain("never_says_one", merged.document.span)
    counted = node.has("at_least") or node.has("at_most")
    if counted != node.has("role"):
        bench.complain("never_counts", merged.document.span)
    known = bench.names("role")
    for part in (*node.get("roles").elements(), *node.get("role").elements()):
        if part.value not in known:
            bench.unknown("role", part, str(part.value), known)
    rights = tuple(right for part in node.get("rights").elements() if (right := _right(part, bench)))
    never = NeverModel(
        name=name,
        title=node.label("title"),
        description=node.label("description"),
        roles=frozenset(node.texts("roles")),
        rights=rights,
        when=expressions.condition(node.get("when"), UserOfRule(expressions.world)),
        role=node.maybe("role"),
        at_least=node.number("at_least", 0) if node.has("at_least") else None,
        at_most=node.number("at_most", 0) if node.has("at_most") else None,
        layer=merged.layer,
        span=merged.document.span,
    )
    if rights and len(rights) == sum(1 for _ in node.get("rights").elements()):
        for role in bench.roles.values():
            if all(holds_right(role, right) for right in rights):
                bench.complain("role_breaks_never", merged.document.span, role=role.name, rule=name)
    return never


def holds_right(role: RoleModel, right: Right) -> bool:
    """Tell whether a role by itself holds a right, on some rows at least; administrators are not asked."""
    if right.kind == "privilege":
        return right.name in role.privileges
    if right.kind == "area":
        return right.name in role.areas
    grant = role.grants.get(right.object)
    return grant is not None and (right.name in grant.actions or right.name in grant.transitions)


def _right(node: Node, bench: Bench) -> Right | None:
    text = str(node.value)
    kind, colon, name = text.partition(":")
    if colon:
        known = tuple(bench.privileges) if kind == "privilege" else AREAS
        if name not in known:
            bench.unknown(kind, node, name, known)
            return None
        return Right(kind, name)
    object_name, _, action = text.partition(".")
    object = bench.objects.get(object_name)
    if object is None:
        bench.unknown("object", node, object_name, bench.objects)
        return None
    if action not in _actions(object, bench):
        bench.unknown("action", node, action, _actions(object, bench), object=object_name)
        return None
    return Right("action", action, object_name)
