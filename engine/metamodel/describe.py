"""A model as plain JSON, for the REST metadata and for documents; only what the reader may know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.metamodel.model import (
    DictionaryModel,
    FieldModel,
    LifecycleModel,
    ObjectModel,
    TenantModel,
)
from engine.rules import Condition


def describe_tenant(model: TenantModel, language: str, objects: Collection[str] | None = None) -> dict[str, Any]:
    """Return the packs and the objects; ``objects`` are those that the reader may see, None for all."""
    return {
        "fingerprint": model.fingerprint,
        "languages": list(model.languages),
        "packs": [
            {
                "name": pack.name,
                "version": pack.version,
                "title": pack.title.in_language(language),
                "description": pack.description.in_language(language),
            }
            for pack in model.packs
        ],
        "objects": [
            {
                "name": object.name,
                "title": object.title.in_language(language),
                "plural": object.plural.in_language(language),
                "icon": object.icon,
                "parent": object.parent,
            }
            for object in model.objects.values()
            if objects is None or object.name in objects
        ],
    }


def describe_object(
    model: TenantModel, name: str, language: str, readable: Collection[str] | None = None
) -> dict[str, Any]:
    """Return an object; ``readable`` are the fields that the reader may know, None for all. KeyError when unknown."""
    object = model.objects[name]
    known = set(object.fields) if readable is None else {field for field in object.fields if field in set(readable)}
    lifecycle = model.lifecycle_of(name)
    return {
        "name": object.name,
        "title": object.title.in_language(language),
        "plural": object.plural.in_language(language),
        "help": object.help.in_language(language),
        "icon": object.icon,
        "display": object.display if object.display in known else "id",
        "parent": object.parent,
        "traits": sorted(object.traits),
        "fields": [
            _field(field, object, model, language, known) for field in object.fields.values() if field.name in known
        ],
        "unique": [list(names) for names in object.unique if known.issuperset(names)],
        "checks": list(_checks(object, language, known)),
        "lifecycle": _lifecycle(lifecycle, language, known) if lifecycle and lifecycle.field in known else None,
        "inbound": [{"object": other, "field": field} for other, field in model.inbound.get(name, ())],
    }


def describe_dictionary(dictionary: DictionaryModel, language: str) -> dict[str, Any]:
    """Return a dictionary with its items, as the packs wrote it."""
    return {
        "name": dictionary.name,
        "title": dictionary.title.in_language(language),
        "open": dictionary.open,
        "depends_on": dictionary.depends_on,
        "items": [
            {
                "code": item.code,
                "title": item.title.in_language(language),
                "order": item.order,
                "tone": item.tone,
                "active": item.active,
                "parent": item.parent,
                "valid_from": item.valid_from.isoformat() if item.valid_from else None,
                "valid_to": item.valid_to.isoformat() if item.valid_to else None,
                "successor": item.successor,
            }
            for item in dictionary.items.values()
        ],
    }


def _field(
    field: FieldModel, object: ObjectModel, model: TenantModel, language: str, known: set[str]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": field.title.in_language(language),
        "help": field.help.in_language(language),
        "required": field.required,
        "readonly": field.readonly or field.computed,
        "unique": field.unique,
        "system": field.system,
        "computed": field.computed,
        "searchable": field.searchable,
    }
    if field.type in ("decimal", "money", "percent"):
        described |= {"digits": field.digits, "scale": field.scale}
    if field.sort_key or field.type in ("multiline", "richtext"):
        described |= {"length": field.length, "pattern": field.pattern}
    if field.type == "money":
        described["currency"] = field.currency
    if field.dictionary:
        described |= {"dictionary": field.dictionary, "depends_on": field.depends_on}
        # an open dictionary has more items than the packs wrote; they are asked for where they are kept
        dictionary = model.dictionaries[field.dictionary]
        if not dictionary.open:
            described["items"] = [
                {"code": item.code, "title": item.title.in_language(language)} for item in dictionary.items.values()
            ]
    if field.targets:
        described["to"] = list(field.targets)
    if field.lines_of:
        described["lines_of"] = field.lines_of
    if field.over:
        described |= {"over": field.over, "gives": field.gives or None}
    if field.range:
        described["range"] = field.range.text
    if field.default is not None and field.default.expression is None:
        described["default"] = plain_value(field.default.value)
    if field.formula and _shows(field.formula, object, known):
        described["formula"] = field.formula.text
    return described


def _checks(object: ObjectModel, language: str, known: set[str]) -> Iterator[dict[str, Any]]:
    for check in object.checks.values():
        # a check over a field that the reader does not know would tell that the field is there
        if _shows(check.that, object, known) and (check.when is None or _shows(check.when, object, known)):
            yield {
                "name": check.name,
                "say": check.say.in_language(language),
                "on": check.on,
                "field": check.field,
            }


def _lifecycle(lifecycle: LifecycleModel, language: str, known: set[str]) -> dict[str, Any]:
    return {
        "name": lifecycle.name,
        "field": lifecycle.field,
        "states": [
            {
                "name": state.name,
                "title": state.title.in_language(language),
                "phase": state.phase,
                "initial": state.initial,
                "final": state.final,
            }
            for state in lifecycle.states.values()
        ],
        "transitions": [
            {
                "name": transition.name,
                "title": transition.title.in_language(language),
                "from": sorted(transition.sources),
                "to": transition.to,
                "ask": [name for name in transition.ask if name in known],
                "require": [name for name in transition.require if name in known],
                "bulk": transition.bulk,
            }
            for transition in lifecycle.transitions.values()
        ],
    }


def _shows(expression: Condition, object: ObjectModel, known: set[str]) -> bool:
    return all(path[0] in known or path[0] not in object.fields for path in expression.reads if path)


def plain_value(value: Any) -> Any:
    """Return a literal in its JSON form."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return value
