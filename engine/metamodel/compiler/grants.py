"""Roles: what each may do, with links and conditions checked."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import FieldAccess, ObjectGrant, ObjectModel, RoleModel, RowGrant

_ACTIONS = ("read", "create", "update", "delete", "restore", "import", "export")


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
    return RoleModel(
        name=merged.document.id,
        title=node.label("title"),
        description=node.label("description"),
        grants=grants,
        privileges=frozenset(node.texts("privileges")),
        dictionaries=frozenset(node.texts("dictionaries")),
        administrator=node.flag("administrator"),
        layer=merged.layer,
    )


class _Grant:
    """The rights of a role on one object."""

    def __init__(self, object: ObjectModel, node: Node, bench: Bench, expressions: Expressions) -> None:
        self.object, self.node = object, node
        self.bench, self.expressions = bench, expressions
        self.scope = expressions.granted(object.name)

    def built(self) -> ObjectGrant:
        actions = {}
        for key, part in self.node.items():
            if key in _ACTIONS and part.value is not False:
                actions[key] = self._row(part)
        if "restore" in actions and not self.object.recycles:
            self.bench.complain("no_recycle", self.node.get("restore").key_span, object=self.object.name)
        if actions.keys() - {"read"} and "read" not in actions:
            self.bench.findings.warn("nothing_readable", self.node.key_span, object=self.object.name)
        fields = {name: access for name, part in self.node.get("fields").items() if (access := self._field(name, part))}
        return ObjectGrant(self.object.name, actions, self._transitions(), fields)

    def _row(self, node: Node) -> RowGrant:
        when = self.expressions.row_condition(node.get("when"), self.scope)
        scope = node.maybe("scope") or ("rule" if node.has("when") else "all")
        if scope in ("own", "department", "department_and_below") and not self._has_owner():
            self.bench.complain("not_owned", node.get("scope"), object=self.object.name)
        return RowGrant(scope, when)  # type: ignore[arg-type] # the shape has been checked

    def _has_owner(self) -> bool:
        return self.object.owned

    def _transitions(self) -> frozenset[str]:
        lifecycle = self.bench.lifecycles.get(self.object.lifecycle or "")
        known = list(lifecycle.transitions) if lifecycle else []
        found: set[str] = set()
        for node in self.node.get("actions").elements():
            if node.value == "*":
                found.update(known)
            elif node.value in known:
                found.add(node.value)
            else:
                self.bench.unknown("transition", node, str(node.value), known, object=self.object.name)
        return frozenset(found)

    def _field(self, name: str, node: Node) -> FieldAccess | None:
        field = self.bench.field(self.object, Node(name, node.place._replace(raw=None), node.path))
        if field is None:
            return None
        if isinstance(node.value, str):
            return FieldAccess(node.value)  # type: ignore[arg-type] # the shape has been checked
        mode = {"masked": "masked", "hidden": "hidden", "only": "read"}[node.text("read")]
        return FieldAccess(mode, self.expressions.condition(node.get("unless"), self.scope))  # type: ignore[arg-type]
