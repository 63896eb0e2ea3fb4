"""The objects of a tenant, and one of them with its fields and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.custom.types import icon_of
from engine.ui.screens.granting import grouped


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object in the list; ``own`` are the tenant's fields, ``changed`` how many parts it says otherwise."""

    name: str
    title: str
    icon: str
    fields: int
    own: int
    mark: str


@dataclass(frozen=True, slots=True)
class ObjectsScreen:
    """All objects in the groups of the menu."""

    bar: Bar
    groups: tuple[tuple[str, tuple[ObjectRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field: what it holds and what is asked of it; ``gone``: a pack's field that the tenant took away."""

    name: str
    title: str
    icon: str
    type: str
    rules: str
    origin: str
    mark: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check: what must be true and what is said otherwise."""

    name: str
    say: str
    that: str
    origin: str
    mark: str


@dataclass(frozen=True, slots=True)
class ObjectScreen:
    """One object; ``tab`` is fields or checks."""

    bar: Bar
    name: str
    title: str
    icon: str
    tab: str
    fields: tuple[FieldRow, ...]
    checks: tuple[CheckRow, ...]


def build_objects(shop: Shop) -> ObjectsScreen:
    """Return all objects by the headings of the menu."""
    desk = shop.desk
    known = [document.id for document in shop.of_kind("object")]
    groups = tuple(
        (group.title, tuple(_object_row(shop, found.name) for found in group.objects)) for group in grouped(desk, known)
    )
    return ObjectsScreen(shop.bar(), groups)


def build_object(shop: Shop, name: str, tab: str) -> ObjectScreen:
    """Return one object with its fields and checks."""
    body = shop.body("object", name)
    return ObjectScreen(
        shop.bar(),
        name,
        shop.titled("object", name),
        str(body.get("icon", "table")),
        tab,
        tuple(_fields(shop, name)),
        tuple(_check_row(shop, name, check, found) for check, found in body.get("checks", {}).items()),
    )


def _object_row(shop: Shop, name: str) -> ObjectRow:
    body = shop.body("object", name)
    fields = shop.fields(name)
    marks = [shop.mark("object", name, "fields", field) for field in fields]
    return ObjectRow(
        name,
        shop.title(body.get("plural"), shop.titled("object", name)),
        str(body.get("icon", "table")),
        len(fields),
        marks.count("new"),
        "new" if shop.mark("object", name) == "new" else "changed" if _touched(shop, name) else "",
    )


def _touched(shop: Shop, name: str) -> bool:
    screens = [(kind, shop.screen_of(kind, name)) for kind in ("form", "list")]
    return any(shop.mark(kind, id) for kind, id in (("object", name), *screens) if id is not None)


def _fields(shop: Shop, object: str) -> Iterator[FieldRow]:
    for name, field in shop.fields(object).items():
        yield _field_row(shop, object, name, field, shop.mark("object", object, "fields", name))
    base = shop.bench.base.find("object", object)
    below: Mapping[str, Any] = base.document.body.get("fields", {}) if base is not None else {}
    for name, field in below.items():
        if name not in shop.fields(object):
            yield _field_row(shop, object, name, field, "", gone=True)


def _field_row(
    shop: Shop, object: str, name: str, field: Mapping[str, Any], mark: str, *, gone: bool = False
) -> FieldRow:
    origin = shop.origin("object", object, "fields", name)
    title = shop.title(field.get("title"), name)
    return FieldRow(
        name, title, icon_of(field), type_in_words(shop, field), rules_in_words(shop, field), origin, mark, gone
    )


def type_in_words(shop: Shop, field: Mapping[str, Any]) -> str:
    """Return what a field holds, with its dictionary or the object that it points to."""
    kind = str(field.get("type", "text"))
    told = shop.desk.say(f"custom.type_{kind}")
    of = field.get("of")
    to = field.get("to")
    if kind in ("choice", "choices") and of:
        told = shop.desk.say("custom.type_of", type=told, of=shop.titled("dictionary", str(of)))
    elif kind == "lines" and of:
        told = shop.desk.say("custom.type_of", type=told, of=shop.titled("object", str(of)))
    elif to:
        names = to if isinstance(to, list) else [to]
        titles = shop.desk.say("value.joint").join(shop.titled("object", str(one)) for one in names)
        told = shop.desk.say("custom.type_of", type=told, of=titles)
    return told


def rules_in_words(shop: Shop, field: Mapping[str, Any]) -> str:
    """Return what is asked of a field, in a few words."""
    say = shop.desk.say
    told = [
        say(f"custom.rule_{flag}") for flag in ("required", "unique", "readonly", "search") if field.get(flag) is True
    ]
    if field.get("as"):
        told.append(say("custom.rule_formula", text=str(field["as"]).strip()))
    if field.get("rollup"):
        told.append(say("custom.rule_rollup", of=shop.titled("object", str(field["rollup"].get("of", "")))))
    if field.get("default") not in (None, ""):
        told.append(say("custom.rule_default", value=field["default"]))
    return say("value.joint").join(told)


def _check_row(shop: Shop, object: str, name: str, check: Mapping[str, Any]) -> CheckRow:
    return CheckRow(
        name,
        shop.title(check.get("say"), name),
        str(check.get("that", "")).strip(),
        shop.origin("object", object, "checks", name),
        shop.mark("object", object, "checks", name),
    )
