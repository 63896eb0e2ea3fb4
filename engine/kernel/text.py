"""One label in many languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FALLBACKS = ("en", "zh")


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text per language code (``zh``, ``en``). An empty mapping is an empty text."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """Return the text in ``language``, else in the first fallback that has it, else any, else empty."""
        texts = self.by_language
        if language in texts:
            return texts[language]
        for fallback in FALLBACKS:
            if fallback in texts:
                return texts[fallback]
        return next(iter(texts.values()), "")

    def __bool__(self) -> bool:
        return bool(self.by_language)


EMPTY = LocalText()


def plain(text: str) -> LocalText:
    """Return a text that reads the same in every language."""
    return LocalText({"en": text, "zh": text})
