"""What a view holds in its hand for one request: who asks, the model, the rights, the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access import Policy
from engine.kernel.context import Context
from engine.kernel.text import LocalText
from engine.metamodel.model import DictionaryItem, TenantModel
from engine.records import Record
from engine.ui.formatting import Dates
from engine.ui.widgets.base import Look
from engine.ui.words import Words


@dataclass(frozen=True, slots=True)
class Taste:
    """How a person wants pages to look. ``turned``: the groups of the menu that he folded or unfolded."""

    theme: str = "auto"
    density: str = ""
    turned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Desk:
    """Context, model, rights and words of one request. ``viewing``: they are those of another user, seen by whoever
    may view as him; nothing can be changed then."""

    context: Context
    model: TenantModel
    policy: Policy
    words: Words
    items: Callable[[str], Mapping[str, DictionaryItem]]
    read_title: Callable[[], str]
    csrf: str
    path: str
    taste: Taste = Taste()
    viewing: bool = False

    @property
    def tenant_title(self) -> str:
        """Return how the tenant is called; read only where it is drawn."""
        return self.read_title()

    def title(self, text: LocalText) -> str:
        """Return a label of the model in the reader's language."""
        return text.in_language(self.words.language)

    def called(self, object: str) -> tuple[str, ...]:
        """Return the fields with the title of an object's records in the reader's language, as far as they are his."""
        found = self.model.objects[object]
        readable = self.policy.readable(object)
        return tuple(name for name in found.called_in(self.words.language) if name in readable)

    def title_of(self, object: str, values: Mapping[str, Any]) -> Any:
        """Return the title of a record in the reader's language."""
        return self.model.objects[object].title_of(values, self.words.language)

    def name_of(self, record: Record) -> str:
        """Return the title of a record that was read, or the end of its id where it has none for the reader."""
        return str(self.title_of(record.object, record.values) or record.id[-8:])

    def say(self, key: str, /, **places: object) -> str:
        """Return a text of the interface."""
        return self.words.say(key, **places)

    @property
    def dates(self) -> Dates:
        """Return how this reader reads days and instants."""
        return Dates(self.words, self.context.zone, self.context.now())

    def look(self, object: str, around: Mapping[str, object] | None = None) -> Look:
        """Return what the widgets of an object's fields draw with."""
        return Look(
            self.words, self.dates, self.model, self.items, object, around or {}, lambda name: self.may(name, "create")
        )

    def may(self, object: str, action: str) -> bool:
        """Tell whether the reader holds the grant of an action, on some rows at least."""
        return self.policy.may(object, action)
