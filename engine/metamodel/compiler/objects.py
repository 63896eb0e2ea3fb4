"""Objects: their fields in written order, and every name in them followed to what it means."""

from __future__ import annotations

from dataclasses import replace

from engine.kernel.text import LocalText
from engine.metamodel import limits
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.fields import build_field
from engine.metamodel.compiler.options import OWNED_NAMES, RESERVED_OBJECTS, RESERVED_PREFIXES
from engine.metamodel.compiler.organisation import check_organisation, organisation_of
from engine.metamodel.compiler.system_fields import system_fields
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import FieldModel, ObjectModel


def outline_objects(bench: Bench) -> None:
    """Build every object with its fields, as yet without expressions and unlinked."""
    counts: dict[str, tuple[int, int]] = {}
    for merged in bench.documents("object"):
        bench.objects[merged.document.id] = _outline(merged, bench)
        objects, fields = counts.get(merged.layer, (0, 0))
        counts[merged.layer] = (objects + 1, fields + len(bench.objects[merged.document.id].fields))
        if objects == limits.OBJECTS:
            _too_many("objects", objects + 1, limits.OBJECTS, merged, bench)
        if fields <= limits.FIELDS_PER_PACK < counts[merged.layer][1]:
            _too_many("fields of a pack", counts[merged.layer][1], limits.FIELDS_PER_PACK, merged, bench)


def add_system_fields(bench: Bench) -> None:
    """Put the engine's own fields behind those of each object; lines lie in the bin where their parent does."""
    for name in [name for name in bench.objects if _parent_recycles(bench, name)]:
        object = bench.objects[name]
        bench.objects[name] = replace(object, traits=object.traits | {"recycle"})
    for name, object in bench.objects.items():
        own = {field.name: field for field in system_fields(object, bench.unit)}
        bench.objects[name] = replace(object, fields={**object.fields, **own})


def _parent_recycles(bench: Bench, name: str) -> bool:
    seen: set[str] = set()
    while name in bench.objects and name not in seen:
        seen.add(name)
        object = bench.objects[name]
        if object.recycles:
            return True
        link = object.fields.get(object.parent or "")
        name = link.targets[0] if link is not None and link.targets else ""
    return False


def link_objects(bench: Bench) -> None:
    """Follow every name in every object; departments point to the object of units."""
    for merged in bench.documents("object"):
        object = bench.objects[merged.document.id]
        linked = {
            name: _linked(object, object.fields[name], node, bench) for name, node in merged.node.get("fields").items()
        }
        bench.objects[object.name] = replace(object, fields={**object.fields, **linked})
    for merged in bench.documents("object"):
        _Links(merged, bench.objects[merged.document.id], bench).check()


def _too_many(limit: str, value: int, maximum: int, merged: MergedDocument, bench: Bench) -> None:
    bench.complain("limit_exceeded", merged.document.span, limit=limit, value=value, max=maximum)


def _outline(merged: MergedDocument, bench: Bench) -> ObjectModel:
    node, name = merged.node, merged.document.id
    if name in RESERVED_OBJECTS or name.startswith(RESERVED_PREFIXES):
        bench.complain("reserved_name", merged.document.place.span, name=name)
    traits = frozenset(node.texts("traits"))
    fields: dict[str, FieldModel] = {}
    written = node.get("fields")
    for field_name, part in written.items():
        fields[field_name] = build_field(field_name, part, name, merged.layer_of(part.path), bench)
        if "owned" in traits and field_name in OWNED_NAMES:
            bench.findings.add("reserved_name", part.key_span, name=field_name)
    if len(fields) > limits.FIELDS_PER_OBJECT:
        bench.complain(
            "limit_exceeded", written.key_span, limit="fields", value=len(fields), max=limits.FIELDS_PER_OBJECT
        )
    return ObjectModel(
        name=name,
        title=node.label("title"),
        fields=fields,
        display=node.maybe("display") or _display(fields),
        plural=node.label("plural") or node.label("title"),
        icon=node.text("icon", "table"),
        help=node.label("help"),
        traits=traits,
        numbering={part.text("field"): part.text("rule") for part in node.get("numbering").elements()},
        parent=node.maybe("parent"),
        organisation=organisation_of(node.get("organisation")),
        currency=node.maybe("currency"),
        names={language: str(part.value) for language, part in node.get("names").items()},
        unique=_sets(node.get("unique")),
        indexes=_sets(node.get("indexes")),
        acyclic=_sets(node.get("acyclic")),
        layer=merged.layer,
        span=merged.document.span,
    )


def _display(fields: dict[str, FieldModel]) -> str:
    for name in ("name", "title", "number", "subject"):
        if name in fields:
            return name
    texts = (field.name for field in fields.values() if field.type in ("text", "code"))
    return next(texts, "id")


def _title_of(name: str) -> LocalText:
    return LocalText({"en": name.replace("_", " ").capitalize()})


def _sets(node: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(field.value) for field in names.elements()) for names in node.elements())


def _linked(object: ObjectModel, field: FieldModel, node: Node, bench: Bench) -> FieldModel:
    for target in node.get("to").elements():
        bench.object(target)
    if not field.title:
        named = bench.objects.get(field.name)
        field = replace(field, title=named.title if named else _title_of(field.name))
    if field.name == object.parent and not node.has("on_delete"):
        # lines go with their parent
        field = replace(field, on_delete="cascade")
    if field.type == "department":
        if bench.unit is None:
            bench.complain("no_units", node.key_span, field=field.name)
            return field
        field = replace(field, targets=(bench.unit,))
    if field.dictionary and field.dictionary not in bench.dictionaries:
        bench.unknown("dictionary", node.get("of"), field.dictionary, bench.dictionaries)
    if field.depends_on:
        _check_dependence(object, field, node.get("depends_on"), bench)
    if field.over:
        bench.object(node.get("over"))
    if field.lines_of:
        return _lines(object, field, node.get("of"), bench)
    return field


def _check_dependence(object: ObjectModel, field: FieldModel, node: Node, bench: Bench) -> None:
    upper = bench.field(object, node)
    if upper is None or field.dictionary is None:
        return
    dictionary = bench.dictionaries.get(field.dictionary)
    if upper.type != "choice" or upper.dictionary is None:
        bench.complain("wrong_field_type", node, field=upper.name, type=upper.type, wanted="choice")
    elif dictionary and (dictionary.depends_on or dictionary.name) != upper.dictionary:
        bench.complain("no_dependence", node, dictionary=dictionary.name, upper=upper.dictionary)


def _lines(object: ObjectModel, field: FieldModel, node: Node, bench: Bench) -> FieldModel:
    child = bench.object(node)
    if child is None:
        return field
    back = child.fields.get(child.parent or "")
    if back is None or back.targets != (object.name,):
        bench.complain("lines_without_parent", node, child=child.name, object=object.name)
        return field
    return replace(field, lines_by=back.name)


class _Links:
    """The names in one object outside its fields."""

    def __init__(self, merged: MergedDocument, object: ObjectModel, bench: Bench) -> None:
        self.node = merged.node
        self.object = object
        self.bench = bench

    def check(self) -> None:
        for part in dict(self.node.get("names").items()).values():
            named = self.bench.field(self.object, part)
            if named is not None and named.type != "text":
                self.bench.complain("wrong_field_type", part, field=named.name, type=named.type, wanted="text")
        if self.node.has("display"):
            self._field("display", ("text", "code", "phone", "email", "url", "integer", "date", "choice", "reference"))
        if self.node.has("parent"):
            self._check_parent()
        self._check_currency(self.node.get("currency"))
        for name in self.object.fields:
            self._check_currency(self.node.get("fields").get(name).get("currency"))
        self._check_sets()
        self._check_edges()
        check_organisation(self.object, self.node.get("organisation"), self.bench)

    def _field(self, key: str, types: tuple[str, ...]) -> FieldModel | None:
        return self._typed(self.node.get(key), types)

    def _typed(self, node: Node, types: tuple[str, ...]) -> FieldModel | None:
        field = self.bench.field(self.object, node)
        if field is not None and types and field.type not in types:
            wanted = ", ".join(types)
            self.bench.complain("wrong_field_type", node, field=field.name, type=field.type, wanted=wanted)
            return None
        return field

    def _check_parent(self) -> None:
        field = self._field("parent", ("reference",))
        if field and not field.required:
            self.bench.complain("parent_not_required", self.node.get("parent"), field=field.name)

    def _check_currency(self, node: Node) -> None:
        if isinstance(node.value, str) and node.value.islower():
            self._typed(node, ("choice", "text"))

    def _check_edges(self) -> None:
        for names in self.node.get("acyclic").elements():
            fields = [self._typed(name, ("reference", "department")) for name in names.elements()]
            found = [field for field in fields if field is not None]
            nodes = {field.targets for field in found} if len(fields) == 2 else {(self.object.name,)}
            for field in found:
                if {field.targets} != nodes:
                    self.bench.complain("bad_edge", names, field=field.name, object=self.object.name)
                    break

    def _check_sets(self) -> None:
        indexes = sum(field.indexed for field in self.object.fields.values())
        for key in ("unique", "indexes"):
            for names in self.node.get(key).elements():
                indexes += 1
                for name in names.elements():
                    field = self.bench.field(self.object, name)
                    if field and not field.stored:
                        self.bench.complain(
                            "wrong_field_type", name, field=field.name, type=field.type, wanted="a stored field"
                        )
        if indexes > limits.INDEXES_PER_OBJECT:
            self.bench.complain(
                "limit_exceeded", self.node.key_span, limit="indexes", value=indexes, max=limits.INDEXES_PER_OBJECT
            )
        for key in self.node.get("duplicates").value or ():
            for name in self.node.get("duplicates").get(key).get("fields").elements():
                self.bench.field(self.object, name)
