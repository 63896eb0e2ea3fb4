"""The dictionaries of one tenant as they stand: the packs' items with the tenant's changes laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.metamodel.model import DictionaryItem, DictionaryModel


@dataclass(frozen=True, slots=True)
class Entry:
    """An item and where it comes from. ``kept`` says that the tenant added or changed it."""

    item: DictionaryItem
    from_pack: bool
    kept: bool = False

    def open_on(self, day: date) -> bool:
        """Tell whether the item can be chosen on ``day``."""
        item = self.item
        if not item.active or (item.valid_from is not None and day < item.valid_from):
            return False
        return item.valid_to is None or day <= item.valid_to


@dataclass(frozen=True, slots=True)
class Book:
    """One dictionary, complete. ``entries`` stand in the order in which they are shown."""

    model: DictionaryModel
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def choosable(self, day: date, parent: str | None = None) -> tuple[Entry, ...]:
        """Return what can be chosen on ``day``, below ``parent`` when the parents are another dictionary's."""
        return tuple(
            entry
            for entry in self.entries.values()
            if entry.open_on(day) and (parent is None or self.fits(entry, parent))
        )

    def fits(self, entry: Entry, parent: str) -> bool:
        """Tell whether an item may be chosen where ``parent`` is; an item without a parent fits everywhere."""
        return entry.item.parent is None or entry.item.parent == parent

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above an item, nearest first. A circle ends where it would close."""
        if self.model.depends_on not in (None, self.model.name):
            return ()
        above: list[str] = []
        entry = self.entries.get(code)
        while entry is not None and entry.item.parent is not None and entry.item.parent not in above:
            above.append(entry.item.parent)
            entry = self.entries.get(entry.item.parent)
        return tuple(above)

    def below(self, code: str) -> tuple[str, ...]:
        """Return the codes of the items directly below an item of a tree."""
        return tuple(name for name, entry in self.entries.items() if entry.item.parent == code)


def compose(model: DictionaryModel, kept: Iterable[DictionaryItem]) -> Book:
    """Return the dictionary with the tenant's items laid over the packs': same code, the tenant's wins."""
    entries = {code: Entry(item, from_pack=True) for code, item in model.items.items()}
    for item in kept:
        entries[item.code] = Entry(item, from_pack=item.code in model.items, kept=True)
    ranked = sorted(entries.items(), key=lambda pair: pair[1].item.order)
    return Book(model, dict(ranked))
