"""What a posted form of a field comes to: edits of the object, its form, its list and a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.wishes import name_of
from engine.ui.screens.custom.dictionaries import items_of
from engine.ui.screens.custom.fields import BY_RULE, CONDITIONS, NEW_DICTIONARY
from engine.ui.screens.custom.places import form_places, leaving, place_of, placed_in
from engine.ui.screens.custom.shop import Shop, free_name, name_from
from engine.ui.screens.custom.types import FORMULA, asks

Given = Mapping[str, str]
_SETTINGS = ("unique", "search", "length", "scale", "range", "to", "where", "of", "default")
_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})


class FieldForm:
    """A posted form, read once: what is wrong with it as it stands, and the edits that it means."""

    def __init__(self, shop: Shop, object: str, name: str, type_: str, given: Given) -> None:
        self.shop, self.object, self.given = shop, object, given
        self.before: Mapping[str, Any] = shop.fields(object).get(name, {})
        self.is_new = not self.before
        self.computed = type_ == FORMULA or bool(self.before.get("as")) or bool(self.before.get("rollup"))
        self.type = str(self.before.get("type") or (given.get("result", "") if type_ == FORMULA else type_))
        wish = given.get("name", "") or name_from(given.get("title.en", ""))
        taken = shop.fields(object)
        self.name = name or (wish if given.get("name") else free_name(wish, taken, f"own_{self.type}"))
        self.dictionary = self._dictionary_name()

    def complaints(self) -> Iterator[Complaint]:
        """Yield what is wrong before anything is tried."""
        if not (self.given.get("title.zh") or self.given.get("title.en")):
            yield Complaint("title.zh", "required")
        if self.computed and not self.before.get("rollup") and not self.given.get("as"):
            yield Complaint("as", "required")
        if self.computed:
            return
        for key in ("of", "to"):
            # a life-cycle brings the items of its field, and a pack may point to several objects
            asked = self.is_new or isinstance(self.before.get(key), str)
            if asked and asks(self.type, key) and not self.given.get(key):
                yield Complaint(key, "required")
        if self.given.get("of") == NEW_DICTIONARY and not self._items():
            yield Complaint("items", "required")
        for key in ("length", "scale"):
            text = self.given.get(key, "")
            if text and asks(self.type, key) and not text.isdigit():
                yield Complaint(key, "not_a_number")
        if self.given.get("place") == "+" and not self.given.get("place.title"):
            yield Complaint("place.title", "required")

    def edits(self) -> Iterator[Edit]:
        """Yield everything that the form means."""
        if self.given.get("of") == NEW_DICTIONARY and asks(self.type, "of"):
            titles = {"title": self.given.get("dictionary.title") or self._label("title"), "open": True}
            yield Edit("insert", "dictionary", self.dictionary, (), {**titles, "items": self._items()})
        made = self._field()
        if self.is_new:
            yield Edit(
                "insert", "object", self.object, ("fields", self.name), made, after=self.given.get("after") or None
            )
        else:
            yield from self._differences(made)
        yield from self._placing()
        yield from self._listing()

    # -----------------------------------------------------------------------------------------------------------------

    def _field(self) -> dict[str, Any]:
        given = self.given
        made: dict[str, Any] = {"type": self.type, "title": self._label("title")}
        if given.get("help.zh") or given.get("help.en"):
            made["help"] = self._label("help")
        if self.computed:
            return made | ({"as": given["as"]} if given.get("as") else {})
        return made | self._asked()

    def _asked(self) -> dict[str, Any]:
        given, made = self.given, dict[str, Any]()
        for flag in ("required", "unique", "search"):
            if given.get(flag) == "true" and (flag == "required" or asks(self.type, flag)):
                made[flag] = True
        for key in ("length", "scale"):
            if given.get(key) and asks(self.type, key):
                made[key] = int(given[key])
        for key in ("range", "to", "where"):
            if given.get(key) and asks(self.type, key):
                made[key] = given[key]
        if asks(self.type, "of") and self.dictionary:
            made["of"] = self.dictionary
        if self.type in ("reference", "references") and self.is_new and not made.get("required"):
            made["on_delete"] = "clear"
        if given.get("default") and asks(self.type, "default"):
            made["default"] = self._default(given["default"])
        return made

    def _default(self, text: str) -> Any:
        if text.startswith("="):
            return text
        if self.type == "boolean":
            return text == "true"
        if self.type in _NUMBERS:
            try:
                return int(text) if text.lstrip("-").isdigit() else float(text)
            except ValueError:
                return text  # the check tells what is wrong
        return text

    def _label(self, key: str) -> Any:
        """Return a label; where one language is left out the other stands for both."""
        zh, en = self.given.get(f"{key}.zh", ""), self.given.get(f"{key}.en", "")
        return {"zh": zh or en, "en": en or zh}

    def _dictionary_name(self) -> str:
        chosen = self.given.get("of", "")
        if chosen != NEW_DICTIONARY:
            return chosen
        taken = {one.id: one for one in self.shop.of_kind("dictionary")}
        return free_name(self.name, taken, "own_dictionary")

    def _items(self) -> dict[str, Any]:
        return items_of(self.given.get("items", ""))

    def _differences(self, made: Mapping[str, Any]) -> Iterator[Edit]:
        """Yield edits for the settings that the form shows and that it says otherwise than before."""
        shown = {"title", "help", "as"} if self.computed else {"title", "help", "required"}
        if not self.computed:
            shown |= {key for key in _SETTINGS if asks(self.type, key)}
        for key in sorted(shown):
            before, after = self.before.get(key), made.get(key)
            if key in ("title", "help") and isinstance(before, str) and after == {"zh": before, "en": before}:
                continue
            if key == "to" and isinstance(before, list):
                continue
            if isinstance(before, str) and isinstance(after, str) and before.strip() == after.strip():
                continue
            if after is None or after is False:
                if before not in (None, False):
                    yield Edit("remove", "object", self.object, ("fields", self.name, key))
            elif before != after:
                yield Edit("set", "object", self.object, ("fields", self.name, key), after)

    def _placing(self) -> Iterator[Edit]:
        form = self.shop.screen_of("form", self.object)
        if form is None or not form_places(self.shop, self.object):
            return
        now = placed_in(self.shop, self.object, self.name)
        wish = self.given.get("place", "")
        element = self._element(now.element if now is not None else self.name)
        if now is not None and now.key == wish:
            if element != now.element:
                yield Edit("set", "form", form, now.path, element)
            return
        if now is not None:
            yield from leaving(self.shop, self.object, {self.name})
        if wish == "+":
            title = self.given.get("place.title", "")
            tabs = self.shop.body("form", form).get("tabs", {})
            section = {"title": {"zh": title, "en": title}, "fields": [element]}
            tab = {"title": {"zh": title, "en": title}, "sections": {"fields": section}}
            yield Edit("insert", "form", form, ("tabs", free_name(name_from(title), tabs, "own_tab")), tab)
        elif wish:
            place = place_of(self.shop, self.object, wish)
            if place is not None:
                yield Edit("insert", "form", form, (*place.path, self.name), element)

    def _element(self, before: Any) -> Any:
        element = dict(before) if isinstance(before, Mapping) else {"field": self.name}
        for which in CONDITIONS:
            chosen = self.given.get(f"{which}.when", "")
            text = self.given.get(f"{which}.rule", "").strip() if chosen == BY_RULE else chosen
            if text:
                element[which] = text
            else:
                element.pop(which, None)
        return self.name if set(element) == {"field"} else element

    def _listing(self) -> Iterator[Edit]:
        list_ = self.shop.screen_of("list", self.object)
        if list_ is None or not self.is_new:
            return
        for what, key in (("listed", "columns"), ("filtered", "filters")):
            if self.given.get(what) == "true":
                before = list(self.shop.body("list", list_).get(key, ()))
                if self.name not in map(name_of, before):
                    if before:
                        yield Edit("insert", "list", list_, (key, self.name), self.name)
                    else:
                        yield Edit("set", "list", list_, (key,), [self.name])


def removal_of(shop: Shop, object: str, name: str) -> tuple[Edit, ...]:
    """Return the edits that take a field away, from the screens of its object too."""
    found = [Edit("remove", "object", object, ("fields", name)), *leaving(shop, object, {name})]
    form = shop.screen_of("form", object)
    if form is not None and name in shop.body("form", form).get("figures", ()):
        found.append(Edit("remove", "form", form, ("figures", name)))
    if form is not None and name in _stepped(shop.body("form", form).get("steps")):
        found.append(Edit("remove", "form", form, ("steps",)))
    for kind in ("list", "board", "calendar", "timeline"):
        for document in shop.of_kind(kind):
            if document.body.get("of", document.id) == object:
                found += [Edit("remove", kind, document.id, path) for path in _mentions(document.body, name, ())]
    return tuple(found)


def _stepped(steps: Any) -> set[str]:
    """Return the fields that the bar of steps of a form rests on."""
    told = steps.values() if isinstance(steps, Mapping) else (steps,)
    return {str(one).partition(".")[0] for one in told if one is not None}


def _mentions(value: Any, name: str, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the elements of lists that are about a field or lead over it."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _mentions(part, name, (*path, str(key)))
    elif isinstance(value, list):
        for one in value:
            word = name_of(one) if isinstance(one, str | dict) else ""
            if word.removeprefix("-").partition(".")[0] == name:
                yield (*path, word)
