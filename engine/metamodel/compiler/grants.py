"""Roles: what each may do, with links and conditions checked."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.grant_scopes import scope_tests
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import (
    ACTIONS,
    AreaGrant,
    FieldAccess,
    ObjectGrant,
    ObjectModel,
    PrivilegeModel,
    RoleModel,
    RowGrant,
)


def compile_privileges(bench: Bench) -> None:
    """Build every privilege, before anything asks for one."""
    for merged in bench.documents("privilege"):
        node, name = merged.node, merged.document.id
        bench.privileges[name] = PrivilegeModel(name, node.label("title"), node.label("description"), merged.layer)


def compile_roles(bench: Bench, expressions: Expressions) -> None:
    """Build every role."""
    for merged in bench.documents("role"):
        bench.roles[merged.document.id] = _role(merged, bench, expressions)


def _role(merged: MergedDocument, bench: Bench, expressions: Expressions) -> RoleModel:
    node = merged.node
    grants = {}
    for name, part in node.get("grants").items():
        object = bench.objects.get(name)
        if object is None:
            bench.unknown("object", part.key_span, name, bench.objects)
        else:
            grants[name] = _Grant(object, part, bench, expressions).built()
    for part in node.get("dictionaries").elements():
        known = bench.dictionaries.get(str(part.value))
        if part.value != "*" and known is None:
            bench.unknown("dictionary", part, str(part.value), bench.dictionaries)
        elif known is not None and not known.open:
            bench.complain("dictionary_not_open", part, dictionary=part.value)
    for part in node.get("privileges").elements():
        if part.value not in bench.privileges:
            bench.unknown("privilege", part, str(part.value), bench.privileges)
    return RoleModel(
        name=merged.document.id,
        title=node.label("title"),
        description=node.label("description"),
        grants=grants,
        privileges=frozenset(node.texts("privileges")),
        dictionaries=frozenset(node.texts("dictionaries")),
        areas={
            area: _area(area, part, bench)
            for area, part in node.get("administration").items()
            if part.value is not False and part.value is not None
        },
        administrator=node.flag("administrator"),
        layer=merged.layer,
    )


def _area(area: str, node: Node, bench: Bench) -> AreaGrant:
    roles = bench.names("role")
    for part in node.get("roles").elements():
        if area != "assignments":
            bench.complain("no_roles_here", part, area=area)
        elif part.value != "*" and part.value not in roles:
            bench.unknown("role", part, str(part.value), roles)
    scope = node.text("scope", "all")
    if scope != "all" and bench.unit is None:
        bench.complain("scope_needs_organisation", node.get("scope"), scope=scope, kind="unit")
    return AreaGrant(scope, frozenset(node.texts("roles")))


class _Grant:
    """The rights of a role on one object."""

    def __init__(self, object: ObjectModel, node: Node, bench: Bench, expressions: Expressions) -> None:
        self.object, self.node = object, node
        self.bench, self.expressions = bench, expressions
        self.scope = expressions.granted(object.name)

    def built(self) -> ObjectGrant:
        actions: dict[str, RowGrant] = {}
        for key, part in self.node.items():
            if key in ACTIONS and part.value is not False:
                actions[key] = self._row(part)
        if "restore" in actions and not self.object.recycles:
            self.bench.complain("no_recycle", self.node.get("restore").key_span, object=self.object.name)
        if "transfer" in actions and not self.object.owned:
            self.bench.complain("not_owned", self.node.get("transfer").key_span, object=self.object.name)
        if actions.keys() - {"read"} and "read" not in actions:
            self.bench.findings.warn("nothing_readable", self.node.key_span, object=self.object.name)
        fields = {name: access for name, part in self.node.get("fields").items() if (access := self._field(name, part))}
        transitions, granted = self._transitions()
        return ObjectGrant(self.object.name, {**actions, **granted}, transitions, fields)

    def _row(self, node: Node) -> RowGrant:
        when = self.expressions.row_condition(node.get("when"), self.scope)
        return RowGrant(scope_tests(self.object, node, self.bench), when)

    def _transitions(self) -> tuple[frozenset[str], dict[str, RowGrant]]:
        lifecycle = self.bench.lifecycles.get(self.object.lifecycle or "")
        known = list(lifecycle.transitions) if lifecycle else []
        node = self.node.get("actions")
        if isinstance(node.value, dict):
            granted = {}
            for name, part in node.items():
                if name not in known:
                    self.bench.unknown("transition", part.key_span, name, known, object=self.object.name)
                elif part.value is not False:
                    granted[name] = self._row(part)
            return frozenset(), granted
        found: set[str] = set()
        for part in node.elements():
            if part.value == "*":
                found.update(known)
            elif part.value in known:
                found.add(part.value)
            else:
                self.bench.unknown("transition", part, str(part.value), known, object=self.object.name)
        return frozenset(found), {}

    def _field(self, name: str, node: Node) -> FieldAccess | None:
        field = self.bench.field(self.object, Node(name, node.place._replace(raw=None), node.path))
        if field is None:
            return None
        if isinstance(node.value, str):
            return FieldAccess(node.value)  # type: ignore[arg-type] # the shape has been checked
        mode = {"masked": "masked", "hidden": "hidden", "only": "read"}[node.text("read")]
        return FieldAccess(mode, self.expressions.condition(node.get("unless"), self.scope))  # type: ignore[arg-type]
