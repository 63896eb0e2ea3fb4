"""Dictionary items by what people write: their code, or their label in any language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from engine.records.dictionary_book import Book


class Labels:
    """Finds the code of an item. A label that two items share names neither."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self._books = books
        self._words: dict[str, Mapping[str, str]] = {}

    def code(self, dictionary: str, written: str) -> str:
        """Return the code that is meant, or the text itself when nothing fits."""
        words = self._words.get(dictionary)
        if words is None:
            words = self._words[dictionary] = _words_of(self._books.get(dictionary))
        text = written.strip()
        return words.get(text) or words.get(_folded(text)) or text


def _words_of(book: Book | None) -> Mapping[str, str]:
    if book is None:
        return {}
    words: dict[str, str] = {}
    shared: set[str] = set()
    for code, entry in book.entries.items():
        for label in {_folded(text) for text in entry.item.title.by_language.values()}:
            if words.setdefault(label, code) != code:
                shared.add(label)
    for label in shared:
        del words[label]
    # a code always means itself, as written or folded
    for code in book.entries:
        words.setdefault(_folded(code), code)
    return words | {code: code for code in book.entries}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
