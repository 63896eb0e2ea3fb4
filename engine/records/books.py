"""Books of a tenant's dictionaries, kept as long as the tenant's state stays the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.metamodel.model import DictionaryItem
from engine.records.dictionary_book import Book, compose
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded
from engine.storage.dictionary_rows import read_items

_TENANTS_KEPT = 2_000


class Books:
    """The dictionaries of many tenants; what a tenant changed is read once per state."""

    def __init__(self) -> None:
        self._kept = Bounded(_TENANTS_KEPT)

    def of(self, session: Session, catalog: Catalog) -> Mapping[str, Book]:
        """Return the dictionaries of a tenant by name, each composed when it is first looked at."""
        key = (session.tenant, catalog.stamp, id(catalog.model))
        found: _Shelf = self._kept.get(key, lambda: _Shelf(catalog))
        return found.open(session)


class _Shelf(Mapping[str, Book]):
    """A tenant's dictionaries; the rows are read when the first one is asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._model = catalog.model
        self._books: dict[str, Book] = {}
        self._kept: Mapping[str, list[DictionaryItem]] | None = None

    def open(self, session: Session) -> _Shelf:
        """Read what the tenant changed, unless it has been read."""
        if self._kept is None:
            kept: dict[str, list[DictionaryItem]] = {}
            for name, item in read_items(session):
                kept.setdefault(name, []).append(item)
            self._kept = kept
        return self

    def __getitem__(self, name: str) -> Book:
        book = self._books.get(name)
        if book is None:
            assert self._kept is not None
            book = self._books[name] = compose(self._model.dictionaries[name], self._kept.get(name, ()))
        return book

    def __iter__(self) -> Iterator[str]:
        return iter(self._model.dictionaries)

    def __len__(self) -> int:
        return len(self._model.dictionaries)
