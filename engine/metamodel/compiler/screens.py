"""Lists and forms as written, checked; objects without one get the default."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.default_screens import DETAILS, default_form, default_list
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.stepping import compile_steps
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import (
    ColumnModel,
    FieldModel,
    FilterModel,
    FormField,
    FormModel,
    FormSection,
    FormTab,
    ListModel,
    ObjectModel,
    SortKey,
    ViewModel,
)
from engine.metamodel.model.field import RULES
from engine.rules import NameScope

_NO_COLUMN = frozenset({"lines", "secret"})
_NO_FILTER = frozenset({"lines", "secret", "json", "file", "files", "image", "richtext", "multiline"}) | RULES
_NO_SORT = _NO_FILTER | {"choices", "references", "users", "address", "any_reference"}


def compile_lists(bench: Bench, expressions: Expressions) -> None:
    """Build every list; each object has one of its own name."""
    for merged in bench.documents("list"):
        object = object_of(merged, bench)
        if object:
            bench.lists[merged.document.id] = _List(merged, object, bench, expressions).built()
    for object in bench.objects.values():
        if object.name not in bench.lists:
            bench.lists[object.name] = default_list(object)


def compile_forms(bench: Bench, expressions: Expressions) -> None:
    """Build every form; each object has one of its own name."""
    inbound = bench.inbound = inbound_references(bench)
    for merged in bench.documents("form"):
        object = object_of(merged, bench)
        if object:
            bench.forms[merged.document.id] = _Form(merged, object, bench, expressions).built()
    for object in bench.objects.values():
        if object.name not in bench.forms:
            bench.forms[object.name] = default_form(object, inbound.get(object.name, ()), bench.objects)


def inbound_references(bench: Bench) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, per object, the references that point to it as (object, field)."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in bench.objects}
    for object in bench.objects.values():
        for field in object.fields.values():
            for target in field.targets:
                if target in found:
                    found[target].append((object.name, field.name))
    return {name: tuple(pairs) for name, pairs in found.items()}


def object_of(merged: MergedDocument, bench: Bench) -> ObjectModel | None:
    """Return the object that a screen shows; one that has an object's name is that object's main one."""
    id = merged.document.id
    if merged.node.has("of"):
        of = merged.node.get("of")
        if id in bench.objects and of.value != id:
            bench.complain("main_screen_of_another", of, kind=merged.document.kind, id=id, object=of.value)
        return bench.object(of)
    return bench.object(Node(id, merged.document.place))


def sort_keys(node: Node, object: ObjectModel, bench: Bench) -> tuple[SortKey, ...]:
    """Return the keys of an order as far as they can be sorted by."""
    keys = []
    for part in node.elements():
        text = str(part.value)
        path = bench.field_path(object, Node(text.removeprefix("-"), part.place, part.path))
        if path and _allowed(path, object, part, _NO_SORT, bench):
            keys.append(SortKey(path, text.startswith("-")))
    return tuple(keys)


def allowed_column(path: tuple[str, ...], object: ObjectModel, node: Node, bench: Bench) -> bool:
    """Tell whether what a path leads to can stand in a column; complain when it cannot."""
    return _allowed(path, object, node, _NO_COLUMN, bench)


def _allowed(path: tuple[str, ...], object: ObjectModel, node: Node, barred: frozenset[str], bench: Bench) -> bool:
    field = field_at(path, object, bench)
    if field.type in barred:
        bench.complain("not_shown_here", node, field=".".join(path), type=field.type)
        return False
    return True


def field_at(path: tuple[str, ...], object: ObjectModel, bench: Bench) -> FieldModel:
    """Return the field at the end of a path that was checked."""
    for name in path[:-1]:
        object = bench.objects[object.fields[name].targets[0]]
    return object.fields[path[-1]]


class _List:
    """One list."""

    def __init__(self, merged: MergedDocument, object: ObjectModel, bench: Bench, expressions: Expressions) -> None:
        self.merged, self.node, self.object = merged, merged.node, object
        self.bench, self.expressions = bench, expressions
        self.scope: NameScope = expressions.inside(object.name)

    def built(self) -> ListModel:
        node, default = self.node, default_list(self.object)
        columns = tuple(filter(None, (self._column(part) for part in node.get("columns").elements())))
        return ListModel(
            name=self.merged.document.id,
            object=self.object.name,
            title=node.label("title") or self.object.plural,
            columns=columns or default.columns,
            filters=self._filters() if node.has("filters") else default.filters,
            views=tuple(self._view(name, part) for name, part in node.get("views").items()),
            sort=sort_keys(node.get("sort"), self.object, self.bench) or default.sort,
            where=self.expressions.row_condition(node.get("where"), self.scope),
            layer=self.merged.layer,
        )

    def _column(self, node: Node) -> ColumnModel | None:
        part = node.get("field") if isinstance(node.value, dict) else node
        path = self.bench.field_path(self.object, part)
        if not path or not allowed_column(path, self.object, part, self.bench):
            return None
        width = node.get("width").value if isinstance(node.value, dict) else None
        return ColumnModel(path, node.label("title"), width)

    def _filters(self) -> tuple[FilterModel, ...]:
        found = []
        for part in self.node.get("filters").elements():
            path = self.bench.field_path(self.object, part)
            if path and _allowed(path, self.object, part, _NO_FILTER, self.bench):
                found.append(FilterModel(path))
        return tuple(found)

    def _view(self, name: str, node: Node) -> ViewModel:
        where = self.expressions.row_condition(node.get("where"), self.scope)
        return ViewModel(name, node.label("title"), where, sort_keys(node.get("sort"), self.object, self.bench))


class _Form:
    """One form."""

    def __init__(self, merged: MergedDocument, object: ObjectModel, bench: Bench, expressions: Expressions) -> None:
        self.merged, self.node, self.object = merged, merged.node, object
        self.bench, self.expressions = bench, expressions
        self.scope: NameScope = expressions.inside(object.name)
        self.shown: dict[str, Node] = {}

    def built(self) -> FormModel:
        node = self.node
        inbound = self.bench.inbound.get(self.object.name, ())
        default = default_form(self.object, inbound, self.bench.objects)
        first = (FormTab("main", DETAILS, self._sections(node)),) if node.has("sections") else ()
        tabs = (*first, *(self._tab(name, part) for name, part in node.get("tabs").items()))
        for part in node.get("figures").elements():
            self.bench.field(self.object, part)
        return FormModel(
            name=self.merged.document.id,
            object=self.object.name,
            title=node.label("title") or self.object.title,
            tabs=tabs or default.tabs,
            figures=node.texts("figures") if node.has("figures") else default.figures,
            related=self._related(node) if self._says_related() else default.related,
            keep=node.label("keep"),
            steps=compile_steps(node.get("steps"), self.object, self.bench),
            layer=self.merged.layer,
        )

    def _says_related(self) -> bool:
        return self.node.has("related") or any(tab.has("related") for _, tab in self.node.get("tabs").items())

    def _tab(self, name: str, node: Node) -> FormTab:
        visible = self.expressions.condition(node.get("when"), self.scope)
        return FormTab(name, node.label("title"), self._sections(node), visible, self._related(node))

    def _sections(self, node: Node) -> tuple[FormSection, ...]:
        return tuple(self._section(name, part) for name, part in node.get("sections").items())

    def _section(self, name: str, node: Node) -> FormSection:
        fields = tuple(filter(None, (self._field(part) for part in node.get("fields").elements())))
        visible = self.expressions.condition(node.get("when"), self.scope)
        return FormSection(name, node.label("title"), fields, visible)

    def _field(self, node: Node) -> FormField | None:
        part = node.get("field") if isinstance(node.value, dict) else node
        field = self.bench.field(self.object, part)
        if field is None:
            return None
        if field.name in self.shown:
            first = self.shown[field.name].span
            self.bench.complain("shown_twice", part, field=field.name, first=first)
            return None
        self.shown[field.name] = part
        return FormField(
            name=field.name,
            width=node.get("width").value if isinstance(node.value, dict) else None,
            visible=self.expressions.condition(node.get("visible"), self.scope),
            required=self.expressions.condition(node.get("required"), self.scope),
            readonly=self.expressions.condition(node.get("readonly"), self.scope),
            columns=self._columns(field, node.get("columns")),
        )

    def _columns(self, field: FieldModel, node: Node) -> tuple[str, ...]:
        if node.value is None:
            return ()
        child = self.bench.objects.get(field.lines_of or "")
        if child is None:
            self.bench.complain("option_not_for_type", node.key_span, option="columns", type=field.type, guess="")
            return ()
        return tuple(str(part.value) for part in node.elements() if self.bench.field(child, part))

    def _related(self, node: Node) -> tuple[tuple[str, str], ...]:
        found = []
        for part in node.get("related").elements():
            name, _, reference = str(part.value).partition(".")
            other = self.bench.object(Node(name, part.place, part.path))
            field = self.bench.field(other, part, reference) if other else None
            if other and field and self.object.related_by(field) is None:
                self.bench.complain("wrong_target", part, field=part.value, object=self.object.name)
            elif other and field:
                found.append((other.name, field.name))
        return tuple(found)
