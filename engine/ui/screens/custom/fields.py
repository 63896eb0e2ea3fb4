"""One field of an object as a form: what it holds, what is asked of it, where it stands and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.storage import sort_key
from engine.tenancy import Fault
from engine.ui.screens.custom.places import form_places, placed_in
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.custom.types import FORMULA, GROUPS, ICONS, RESULTS, asks
from engine.ui.widgets.base import Option

ALWAYS, BY_RULE = "", "*"
CONDITIONS = ("visible", "required", "readonly")
NEW_DICTIONARY = "+"


@dataclass(frozen=True, slots=True)
class TypeCard:
    """A kind of field to choose from."""

    name: str
    title: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class TypesScreen:
    """The choice of what a new field holds."""

    bar: Bar
    object: str
    object_title: str
    groups: tuple[tuple[str, tuple[TypeCard, ...]], ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """When a field is shown, must be filled or cannot be written: always, when another field says so, or by a rule."""

    name: str
    chosen: str
    rule: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    error: str


@dataclass(frozen=True, slots=True)
class FieldScreen:
    """A field as a form; ``values`` are the texts in its inputs, ``errors`` stand beside them."""

    bar: Bar
    object: str
    object_title: str
    name: str
    title: str
    type: str
    type_title: str
    icon: str
    is_new: bool
    own: bool
    mark: str
    computed: bool
    values: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]
    dictionaries: tuple[Option, ...]
    objects: tuple[Option, ...]
    results: tuple[Option, ...]
    gives: str
    places: tuple[Option, ...]
    on_form: bool
    has_list: bool
    conditions: tuple[Condition, ...]

    def asks(self, what: str) -> bool:
        """Tell whether a setting makes sense here."""
        return not self.computed and asks(self.type, what)


def build_types(shop: Shop, object: str) -> TypesScreen:
    """Return the choice of what a new field holds."""
    say = shop.desk.say
    groups = tuple(
        (
            say(f"custom.types_{group}"),
            tuple(
                TypeCard(name, say(f"custom.type_{name}"), say(f"custom.type_{name}_text"), ICONS[name])
                for name in names
            ),
        )
        for group, names in GROUPS.items()
    )
    return TypesScreen(shop.bar(), object, shop.titled("object", object), groups)


def build_field(
    shop: Shop,
    object: str,
    name: str,
    type_: str,
    given: Mapping[str, str] | None = None,
    wrong: Sequence[Complaint] = (),
) -> FieldScreen:
    """Return the form of a field; without a name that of a new one. What was entered stands before what is stored."""
    field = shop.fields(object).get(name, {})
    is_new = not field
    computed = type_ == FORMULA or bool(field.get("as")) or bool(field.get("rollup"))
    values = given if given is not None else dict(_stored(shop, object, name, field))
    errors, problems = _told(shop, object, values.get("name", name), wrong)
    mark = shop.mark("object", object, "fields", name) if field else "new"
    kind = str(field.get("type", type_))
    shown = FORMULA if field.get("as") or type_ == FORMULA else kind
    result = values.get("result") or (kind if kind in RESULTS else "money")
    return FieldScreen(
        shop.bar(),
        object,
        shop.titled("object", object),
        name,
        shop.title(field.get("title"), name),
        kind,
        shop.desk.say(f"custom.type_{shown}"),
        ICONS.get(shown, "letter-case"),
        is_new,
        mark == "new",
        mark,
        computed,
        {**dict.fromkeys(_INPUTS, ""), **values},
        errors,
        problems,
        tuple(_dictionaries(shop, values.get("of", ""))),
        tuple(_objects(shop, values.get("to", ""))),
        tuple(Option(one, shop.desk.say(f"custom.type_{one}"), one == result) for one in RESULTS),
        RESULTS.get(result, ""),
        tuple(_places(shop, object, name, values.get("place"))),
        placed_in(shop, object, name) is not None,
        shop.screen_of("list", object) is not None,
        tuple(_condition(shop, object, name, which, values, errors) for which in CONDITIONS),
    )


_INPUTS = (
    *("title.zh", "title.en", "help.zh", "help.en", "name", "length", "scale", "range", "of", "to", "where", "default"),
    *("as", "result", "items", "dictionary.title", "place", "place.title", "required", "unique", "search", "listed"),
    *("filtered", "after"),
)


def _stored(shop: Shop, object: str, name: str, field: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "name", name
    for label in ("title", "help"):
        value = field.get(label, "")
        for language in ("zh", "en"):
            yield f"{label}.{language}", value if isinstance(value, str) else str(value.get(language, ""))
    for key in ("length", "scale", "range", "of", "where", "as"):
        yield key, str(field.get(key, "")).strip()
    to = field.get("to", "")
    yield "to", to if isinstance(to, str) else ""
    default = field.get("default", "")
    yield "default", str(default).lower() if isinstance(default, bool) else str(default if default is not None else "")
    for flag in ("required", "unique", "search"):
        yield flag, "true" if field.get(flag) is True else ""
    place = placed_in(shop, object, name)
    element = place.element if place is not None else None
    for which in CONDITIONS:
        text = str(element.get(which, "")) if isinstance(element, Mapping) else ""
        yield from _chosen(shop, object, name, which, text.strip())


def _chosen(shop: Shop, object: str, name: str, which: str, text: str) -> Iterator[tuple[str, str]]:
    simple = {option.value for _, options in shop.conditions(object, name) for option in options}
    yield which + ".when", text if text in simple else BY_RULE if text else ALWAYS
    yield which + ".rule", text


def _condition(
    shop: Shop, object: str, name: str, which: str, values: Mapping[str, str], errors: Mapping[str, str]
) -> Condition:
    chosen = values.get(f"{which}.when", ALWAYS)
    groups = tuple(
        (title, tuple(Option(one.value, one.text, one.value == chosen) for one in options))
        for title, options in shop.conditions(object, name)
    )
    return Condition(which, chosen, values.get(f"{which}.rule", ""), groups, errors.get(f"place.{which}", ""))


def _dictionaries(shop: Shop, chosen: str) -> Iterator[Option]:
    yield Option("", shop.desk.say("custom.choose"), not chosen)
    yield Option(NEW_DICTIONARY, shop.desk.say("custom.new_dictionary"), chosen == NEW_DICTIONARY)
    found = [(shop.titled("dictionary", one.id), one.id) for one in shop.of_kind("dictionary")]
    yield from (Option(name, title, name == chosen) for title, name in sorted(found, key=lambda one: sort_key(one[0])))


def _objects(shop: Shop, chosen: str) -> Iterator[Option]:
    yield Option("", shop.desk.say("custom.choose"), not chosen)
    for document in shop.of_kind("object"):
        if "parent" not in document.body:
            yield Option(document.id, shop.titled("object", document.id), document.id == chosen)


def _places(shop: Shop, object: str, name: str, chosen: str | None) -> Iterator[Option]:
    now = placed_in(shop, object, name)
    found = form_places(shop, object)
    if chosen is None:
        chosen = now.key if now is not None else (found[0].key if found and not name else "")
    yield Option("", shop.desk.say("custom.not_on_form"), not chosen)
    yield from (Option(one.key, one.title, one.key == chosen) for one in found)
    if found:
        yield Option("+", shop.desk.say("custom.in_new_tab"), chosen == "+")


def _told(shop: Shop, object: str, name: str, wrong: Sequence[Complaint]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return complaints beside the inputs that they are about, and those that are about something else."""
    language = shop.desk.words.language
    beside: dict[str, str] = {}
    others: list[str] = []
    for one in wrong:
        key = _input_of(object, name, one)
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        if key:
            beside[key] = " ".join(filter(None, (beside.get(key), text)))
        else:
            others.append(shop.said(one))
    return beside, tuple(dict.fromkeys(others))


def _input_of(object: str, name: str, one: Complaint) -> str:
    if not isinstance(one, Fault):
        return one.path
    if (one.kind, one.id) == ("object", object) and one.place[:2] == ("fields", name):
        key = str(one.place[2]) if len(one.place) > 2 else "name"
        return {"title": "title.zh", "help": "help.zh", "type": "name"}.get(key, key)
    if one.kind == "form" and one.place and one.place[-1] in CONDITIONS:
        return f"place.{one.place[-1]}"
    return ""
