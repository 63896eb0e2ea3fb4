"""The list and the form of an object for which nobody has written one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.kernel.text import LocalText
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
)
from engine.metamodel.model.field import RULES

MOST_IN_A_SECTION = 12
MOST_FIGURES = 5
_FIGURES_IN_A_LIST = 2
_PLAIN_COLUMNS = 3
_HARD_TO_SHOW = frozenset(
    {"lines", "secret", "json", "file", "files", "image", "richtext", "multiline", "address", "references", "users"}
    | RULES
)
_FILTERED = frozenset({"choice", "boolean", "user", "department", "reference", "date"})
DETAILS = LocalText({"en": "Details", "zh": "基本信息"})
_MORE = LocalText({"en": "More", "zh": "其他信息"})

Pairs = tuple[tuple[str, str], ...]


def default_list(object: ObjectModel) -> ListModel:
    """Show title, number, state, owner, two figures and the last change."""
    names = dict.fromkeys(_columns(object))
    filters = [field.name for field in object.fields.values() if field.type in _FILTERED and not field.system]
    if object.owned:
        filters.append("owner")
    return ListModel(
        name=object.name,
        object=object.name,
        title=object.plural,
        columns=tuple(ColumnModel((name,)) for name in names),
        filters=tuple(FilterModel((name,)) for name in filters[:6]),
        sort=(SortKey(("updated_at",), descending=True),),
        layer=object.layer,
    )


def default_form(object: ObjectModel, inbound: Pairs, objects: Mapping[str, ObjectModel]) -> FormModel:
    """Show all fields in written order, at most twelve in a section, lines last."""
    sections = (*_field_sections(object), *_line_sections(object))
    return FormModel(
        name=object.name,
        object=object.name,
        title=object.title,
        tabs=(FormTab("main", DETAILS, sections),),
        figures=tuple(field.name for field in _figures(object))[:MOST_FIGURES],
        related=tuple(_related(object, inbound, objects)),
        layer=object.layer,
    )


def _columns(object: ObjectModel) -> Iterator[str]:
    if object.display != "id":
        yield object.display
    yield from object.numbering
    state = [field.name for field in object.fields.values() if field.type == "choice"]
    yield from state[:1]
    plain = [
        field.name
        for field in object.fields.values()
        if not field.system
        and field.type not in _HARD_TO_SHOW
        and field.name not in (object.display, *object.names.values(), *state[:1])
    ]
    figures = [field.name for field in _figures(object)][:_FIGURES_IN_A_LIST]
    yield from [name for name in plain if name not in figures][:_PLAIN_COLUMNS]
    if object.owned:
        yield "owner"
    yield from figures
    yield "updated_at"


def _figures(object: ObjectModel) -> list[FieldModel]:
    fields = [field for field in object.fields.values() if not field.system]
    computed = [
        field for field in fields if field.computed and field.type in ("money", "percent", "integer", "decimal")
    ]
    others = [field for field in fields if field.type in ("money", "percent") and not field.computed]
    return [*computed, *others]


def _field_sections(object: ObjectModel) -> Iterator[FormSection]:
    names = [
        field.name for field in object.fields.values() if field.type != "lines" and (not field.system or _given(field))
    ]
    for start in range(0, len(names), MOST_IN_A_SECTION):
        fields = tuple(FormField(name) for name in names[start : start + MOST_IN_A_SECTION])
        number = start // MOST_IN_A_SECTION
        yield FormSection(f"more_{number}" if number else "base", _MORE if number else DETAILS, fields)


def _given(field: FieldModel) -> bool:
    return field.name == "owner"


def _line_sections(object: ObjectModel) -> Iterator[FormSection]:
    for field in object.fields.values():
        if field.type == "lines":
            yield FormSection(field.name, field.title, (FormField(field.name),))


def _related(object: ObjectModel, inbound: Pairs, objects: Mapping[str, ObjectModel]) -> Iterator[tuple[str, str]]:
    for name, reference in inbound:
        field = objects[name].fields[reference]
        if reference != objects[name].parent and not field.system and name != object.name:
            yield name, reference
