"""Conversions, linked and typed: what is made of a record, and what of it stays open."""

from __future__ import annotations

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.definitions import Node
from engine.metamodel.model import ConversionModel, FieldModel, ObjectModel
from engine.metamodel.model.conversion import ConversionLines, ConversionTarget
from engine.metamodel.model.field import NUMBERS
from engine.rules import NUMBER


def compile_conversions(bench: Bench, expressions: Expressions) -> None:
    """Compile every conversion."""
    for merged in bench.documents("conversion"):
        object = bench.objects.get(merged.node.text("object"))
        if object is not None:
            desk = Desk.of(bench, expressions, object)
            bench.conversions[merged.document.id] = _conversion(merged.document.id, merged.node, merged.layer, desk)


def _conversion(name: str, node: Node, layer: str, desk: Desk) -> ConversionModel:
    makes: dict[str, ConversionTarget] = {}
    inner = desk
    for key, part in node.get("makes").items():
        if key in inner.roots:
            desk.complain("name_taken", part.key_span, name=key)
        target = _target(key, part, inner)
        if target is not None:
            makes[key] = target
            inner = inner.knowing(**{key: desk.expressions.world.record(target.object)})
    repeat = node.text("repeat", "once")
    partial = any(lines.quantity for target in makes.values() for lines in target.lines.values())
    if repeat == "while_open" and not partial:
        desk.complain("nothing_stays_open", node.get("repeat"))
    return ConversionModel(
        name=name,
        object=desk.object.name,
        title=desk.title(node, name),
        makes=makes,
        when=desk.condition(node.get("when")),
        repeat=repeat != "once",
        set=inner.values(node.get("set")),
        transition=_transition(node.get("transition"), desk),
        confirm=node.label("confirm"),
        layer=layer,
    )


def _transition(node: Node, desk: Desk) -> str | None:
    lifecycle = desk.bench.lifecycles.get(desk.object.lifecycle or "")
    known = lifecycle.transitions if lifecycle else {}
    if node.value is not None and node.value not in known:
        desk.bench.unknown("transition", node, str(node.value), known, object=desk.object.name)
        return None
    return None if node.value is None else str(node.value)


def _target(name: str, node: Node, desk: Desk) -> ConversionTarget | None:
    object = desk.bench.object(node.get("object"))
    if object is None:
        return None
    use = desk.given_formula(node.get("use"), desk.expressions.world.record(object.name))
    link = _reference(node.get("link"), object, desk.object.name, desk)
    back = _reference(node.get("back"), desk.object, object.name, desk)
    values = desk.values(node.get("set"), object)
    ask = tuple(field.name for part in node.get("ask").elements() if (field := desk.bench.field(object, part)))
    lines = {
        key: found for key, part in node.get("lines").items() if (found := _lines(key, part, object, desk)) is not None
    }
    given = {*values, *ask, *lines, *object.numbering, *([link.name] if link else ())}
    for field in object.fields.values():
        if field.required and field.name not in given and field.default is None and not _kept(field):
            desk.complain("not_given", node.get("object"), field=field.name, object=object.name)
    return ConversionTarget(
        name=name,
        object=object.name,
        set=values,
        when=desk.condition(node.get("when")),
        use=use,
        link=link.name if link else None,
        back=back.name if back else None,
        ask=ask,
        lines=lines,
    )


def _kept(field: FieldModel) -> bool:
    return field.system or field.computed


def _reference(node: Node, object: ObjectModel, to: str, desk: Desk) -> FieldModel | None:
    if node.value is None:
        return None
    field = desk.bench.field(object, node)
    if field is not None and to not in field.targets:
        desk.complain("wrong_target", node, field=field.name, object=to)
        return None
    return field


def _lines(name: str, node: Node, target: ObjectModel, desk: Desk) -> ConversionLines | None:
    field, source = desk.bench.field(target, node, name), desk.field(node.get("of"))
    for found, place in ((field, node.key_span), (source, node.get("of").span)):
        if found is not None and found.type != "lines":
            desk.complain("wrong_field_type", place, field=found.name, type=found.type, wanted="lines")
            return None
    if field is None or source is None:
        return None
    new, old = desk.bench.objects[field.lines_of or ""], desk.bench.objects[source.lines_of or ""]
    inner = desk.knowing(item=desk.expressions.world.record(old.name), open=NUMBER)
    link = _reference(node.get("link"), new, old.name, desk)
    quantity = _figure(node.get("quantity"), new, desk)
    whole = _figure(node.get("whole") if node.has("whole") else node.get("quantity"), old, desk)
    if quantity is not None and link is None and not node.has("link"):
        desk.complain("missing_key", node.get("quantity").key_span, key="link", where=name)
    values = dict(inner.values(node.get("set"), new))
    given = {*values, *([link.name] if link else ()), *([quantity] if quantity else ()), new.parent}
    for one in new.fields.values():
        if one.required and one.name not in given and one.default is None and not _kept(one):
            desk.complain("not_given", node.key_span, field=one.name, object=new.name)
    where = inner.condition(node.get("where"))
    left = desk.knowing(item=desk.expressions.world.record(old.name)).formula(node.get("left"), NUMBER)
    return ConversionLines(name, source.name, values, link.name if link else None, quantity, whole, where, left)


def _figure(node: Node, object: ObjectModel, desk: Desk) -> str | None:
    if node.value is None:
        return None
    field = desk.bench.field(object, node)
    if field is not None and field.type not in NUMBERS:
        desk.complain("wrong_field_type", node, field=field.name, type=field.type, wanted=", ".join(sorted(NUMBERS)))
        return None
    return field.name if field else None
