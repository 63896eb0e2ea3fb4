"""What the pages of adapting share: the definitions after the draft, their titles, and whose word each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel import Document
from engine.metamodel.definitions.layer import OVERLAY, text_of
from engine.metamodel.layers.provenance import MergedDocument
from engine.metamodel.layers.wishes import MISSING, value_at
from engine.tenancy import Fault, Workbench
from engine.ui.desk import Desk
from engine.ui.screens.parts.names import free_name, name_from
from engine.ui.widgets.base import Option

__all__ = ["TABS", "Bar", "Shop", "free_name", "name_from"]

TABS = ("", "dictionaries", "menu", "approvals", "numbering", "webforms", "versions")


@dataclass(frozen=True, slots=True)
class Bar:
    """What every page of adapting has at its head: the tabs, and how many changes wait in the draft."""

    tab: str
    count: int
    by: str
    when: str


@dataclass(frozen=True)
class Shop:
    """The reader's desk and the workbench together."""

    desk: Desk
    bench: Workbench

    def bar(self, tab: str = "") -> Bar:
        """Return the head of a page."""
        draft = self.bench.draft
        when = self.desk.dates.instant_or_word(draft.changed_at) if draft.changed_at and not draft.empty else ""
        return Bar(tab, len(draft.edits) + (draft.text is not None), draft.changed_by, when)

    def found(self, kind: str, id: str) -> MergedDocument | None:
        """Return a definition after the draft."""
        return self.bench.wanted.find(kind, id)

    def body(self, kind: str, id: str) -> Mapping[str, Any]:
        """Return the body of a definition after the draft, empty when there is none."""
        found = self.found(kind, id)
        return found.document.body if found is not None else {}

    def of_kind(self, kind: str) -> Iterator[Document]:
        """Yield the definitions of a kind."""
        return (found.document for found in self.bench.wanted.of_kind(kind))

    def title(self, value: Any, otherwise: str = "") -> str:
        """Return a label of a definition in the reader's language."""
        return text_of(value).in_language(self.desk.words.language) or otherwise

    def titled(self, kind: str, id: str) -> str:
        """Return how a definition is called."""
        return self.title(self.body(kind, id).get("title"), id)

    def origin(self, kind: str, id: str, *path: str) -> str:
        """Return whose word a part is: the name of a pack, or this tenant."""
        found = self.found(kind, id)
        layer = found.layer_of(path) if found is not None else OVERLAY
        return self.desk.say("rights.this_tenant") if layer == OVERLAY else self.packs.get(layer, layer)

    def mark(self, kind: str, id: str, *path: str) -> str:
        """Return how a part differs from the packs: ``new``, ``changed`` or nothing."""
        found = self.found(kind, id)
        if found is None:
            return ""
        if found.layer_of(path) == OVERLAY:
            return "new"
        below = any(layer == OVERLAY and at[: len(path)] == path for at, layer in found.origins.items())
        return "changed" if below else ""

    @cached_property
    def packs(self) -> Mapping[str, str]:
        """Return the titles of the packs by their names."""
        return {one.name: self.desk.title(one.title) or one.name for one in self.desk.model.packs}

    def fields(self, object: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the fields of an object after the draft."""
        fields: Mapping[str, Mapping[str, Any]] = self.body("object", object).get("fields", {})
        return fields

    def field_title(self, object: str, path: str) -> str:
        """Return how a field is called, or a path over references."""
        titles, owner = [], object
        for name in path.split("."):
            field = self.fields(owner).get(name)
            known = self.desk.model.objects.get(owner)
            if field is not None:
                titles.append(self.title(field.get("title"), name))
                owner = str(field.get("to", ""))
            elif known is not None and name in known.fields:
                titles.append(self.desk.title(known.fields[name].title) or name)
                owner = next(iter(known.fields[name].targets), "")
            else:
                titles.append(name)
        return " › ".join(titles)

    def screen_of(self, kind: str, object: str) -> str | None:
        """Return the main form or list of an object, None where the engine makes one."""
        if self.found(kind, object) is not None:
            return object
        return next((one.id for one in self.of_kind(kind) if one.body.get("of", one.id) == object), None)

    def conditions(self, object: str, but: str = "") -> Iterator[tuple[str, tuple[Option, ...]]]:
        """Yield simple conditions by the field that they ask: a choice is this, a tick is set."""
        for name, field in self.fields(object).items():
            if name != but and field.get("type") in ("choice", "boolean"):
                options = tuple(self._conditions(name, field))
                if options:
                    yield self.title(field.get("title"), name), options

    def _conditions(self, name: str, field: Mapping[str, Any]) -> Iterator[Option]:
        title = self.title(field.get("title"), name)
        if field["type"] == "boolean":
            for value, word in (("true", "value.yes"), ("false", "value.no")):
                told = self.desk.say("custom.is", field=title, value=self.desk.say(word))
                yield Option(f"{name} = {value}", told)
            return
        items: Mapping[str, Any] = self.body("dictionary", str(field.get("of", ""))).get("items", {})
        for code, item in list(items.items())[:_MOST_ITEMS]:
            label = item if isinstance(item, str) else item.get("title", item)
            yield Option(f'{name} = "{code}"', self.desk.say("custom.is", field=title, value=self.title(label, code)))

    def errors(self, complaints: Sequence[Complaint]) -> list[str]:
        """Return complaints in words: where, what and what to do."""
        return [self.said(one) for one in complaints]

    def pieces(self, kind: str, id: str, path: Sequence[str | int]) -> list[str]:
        """Return the words on the way to a part of a definition: its title, and that of each part on the way."""
        body, now = self.body(kind, id), self.bench.now.find(kind, id)
        if now is not None and (not body or (path and value_at(body, tuple(path)) is MISSING)):
            body = now.document.body
        object = id if kind == "object" else str(body.get("of", body.get("object", id)))
        screen = kind in _SCREENS
        found = [self.titled("object", object) if screen else self.title(body.get("title"), id)]
        for length, key in enumerate(path, 1):
            if (key in _SHELVES and length < len(path)) or key in _LANGUAGES:
                continue
            part = value_at(body, tuple(path[:length]))
            title = self.title(part.get("title")) if isinstance(part, Mapping) else ""
            if screen and self._is_field(object, str(key)):
                title = self.field_title(object, str(key))
            attribute = f"custom.attr_{key}"
            named = self.desk.say(attribute) if self.desk.words.has(attribute) else str(key)
            found.append(title or named)
        return found

    def _is_field(self, object: str, name: str) -> bool:
        """Tell whether an object has such a field, or had it before the draft."""
        known = self.desk.model.objects.get(object)
        return name in self.fields(object) or (known is not None and name in known.fields)

    def kind(self, kind: str) -> str:
        """Return how definitions of a kind are called."""
        word = f"custom.kind_{kind}"
        return self.desk.say(word) if self.desk.words.has(word) else kind

    def said(self, one: Complaint) -> str:
        """Return a complaint in words."""
        language = self.desk.words.language
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        if not isinstance(one, Fault) or not one.kind:
            return text
        where = " › ".join(self.pieces(one.kind, one.id, one.place))
        return f"{self.kind(one.kind)} {where}{self.desk.say('flow.colon')}{text}"


_MOST_ITEMS = 60
_SCREENS = frozenset({"form", "list", "board", "calendar", "timeline"})
_LANGUAGES = frozenset({"zh", "en"})
# what only holds other things goes without saying
_SHELVES = frozenset(
    ["fields", "checks", "tabs", "sections", "items", "groups", "views", "steps", "columns", "filters"]
)
