"""Web forms, checked: what strangers are asked shows them nothing, and what is made of it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.literals import BadLiteralError, literal_of
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.webform import ASKED, WebformField, WebformModel


def compile_webforms(bench: Bench, expressions: Expressions) -> None:
    """Build every web form."""
    del expressions
    for merged in bench.documents("webform"):
        object = bench.object(merged.node.get("object"))
        if object is not None:
            bench.webforms[merged.document.id] = _built(merged, object, bench)


def _built(merged: MergedDocument, object: ObjectModel, bench: Bench) -> WebformModel:
    node = merged.node
    fields = tuple(_fields(node, object, bench))
    given = dict(_given(node.get("set"), object, bench))
    transition = _transition(node, object, {field.name for field in fields}, bench)
    if transition is None:
        _check_complete(node, object, {*given, *(field.name for field in fields)}, bench)
    return WebformModel(
        name=merged.document.id,
        object=object.name,
        title=node.label("title"),
        fields=fields,
        help=node.label("help"),
        thanks=node.label("thanks"),
        set=given,
        shows=tuple(
            field.name for part in node.get("shows").elements() if (field := bench.field(object, part)) is not None
        ),
        transition=transition,
        enabled=node.get("enabled").value is not False,
        layer=merged.layer,
    )


def _fields(node: Node, object: ObjectModel, bench: Bench) -> Iterator[WebformField]:
    for part in node.get("fields").elements():
        whole = isinstance(part.value, dict)
        named = part.get("field") if whole else part
        field = bench.field(object, named)
        if field is None:
            continue
        if field.type not in ASKED or field.computed:
            bench.complain("not_for_this_view", named, field=field.name, type=field.type, types=", ".join(ASKED))
            continue
        yield WebformField(field.name, whole and part.flag("required"), part.label("title") if whole else field.title)


def _given(node: Node, object: ObjectModel, bench: Bench) -> Iterator[tuple[str, Any]]:
    for name, part in node.items():
        field = bench.field(object, part, name)
        if field is None:
            continue
        try:
            yield name, literal_of(field, part.value, bench.dictionaries.get(field.dictionary or ""))
        except BadLiteralError:
            bench.complain("bad_literal", part, value=str(part.value)[:60], type=field.type)


def _transition(node: Node, object: ObjectModel, asked: set[str], bench: Bench) -> str | None:
    named = node.get("transition")
    if named.value is None:
        return None
    life = bench.lifecycles.get(object.lifecycle or "")
    known = life.transitions if life is not None else {}
    found = known.get(str(named.value))
    if found is None:
        bench.unknown("transition", named, str(named.value), known, object=object.name)
        return None
    for name in sorted(asked - {*found.ask}):
        bench.complain("webform_not_asked", node.get("fields"), field=name, transition=found.name)
    for name in sorted({*found.ask_required, *found.require} - asked):
        bench.complain("webform_incomplete", node.get("fields"), field=name, object=object.name)
    return found.name


def _check_complete(node: Node, object: ObjectModel, filled: set[str], bench: Bench) -> None:
    for field in object.fields.values():
        numbered = field.name in object.numbering
        if field.required and field.name not in filled and not numbered and not _fills_itself(field):
            bench.complain("webform_incomplete", node.get("fields"), field=field.name, object=object.name)


def _fills_itself(field: FieldModel) -> bool:
    return (
        field.system
        or field.computed
        or field.readonly
        or field.default is not None
        or field.pick is not None
        or field.type == "lines"
    )
