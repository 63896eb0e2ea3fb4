"""The interface's own words, one flat table per language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
# what stands in these places is a label or a word of its own; inside an English sentence it begins small
_NOUNS = frozenset({"object", "when"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. ``{name}`` in a text is a place for a value."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **places: Any) -> str:
        """Return a text with its places filled in; in English ``{n|one|many}`` picks by the number n."""
        text = self.texts[key]
        for name, value in places.items():
            if name in _NOUNS and self.language == "en" and not text.startswith("{"):
                value = _inside(str(value))
            text = _pick(text, name, value).replace("{" + name + "}", str(value))
        return text

    def beginning(self, prefix: str) -> Mapping[str, str]:
        """Return the texts whose keys begin with ``prefix``, by the rest of their keys, places unfilled."""
        return {key[len(prefix) :]: text for key, text in self.texts.items() if key.startswith(prefix)}

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self.texts


@cache
def words_in(language: str) -> Words:
    """Return the words of ``language``; of the default when the interface does not speak it."""
    known = language if language in LANGUAGES else DEFAULT
    texts = json.loads(Path(__file__).with_name(f"{known}.json").read_text(encoding="utf-8"))
    return Words(known, texts)


def best_language(wanted: str) -> str:
    """Return the language that fits an Accept-Language header best."""
    for part in wanted.split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT


def _inside(title: str) -> str:
    """Return a label as it stands inside an English sentence: Sales order -> sales order, but VAT rate stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _pick(text: str, name: str, value: Any) -> str:
    start = text.find("{" + name + "|")
    if start < 0:
        return text
    end = text.index("}", start)
    one, many = text[start + len(name) + 2 : end].split("|")
    chosen = one if value in (1, "1") else many
    return text[:start] + chosen + text[end + 1 :]
