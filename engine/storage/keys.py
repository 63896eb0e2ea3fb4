"""Keys beside the values: pinyin order for sorting, digits of telephones, and one folded text for quick search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from engine.metamodel.model import FieldModel, ObjectModel
from engine.storage.column_types import Reference
from engine.storage.table_map import SEARCH_COLUMN, SORT_PREFIX, searched_fields

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
# what stands behind a telephone number for those who answer it
_EXTENSION = re.compile(r"(?:x|ext|转|分机|#).*", re.DOTALL)
# the code of a country by its first digits (ITU-T E.164)
_COUNTRY = re.compile(r"[17]|(?:2[1-69]|3[578]|42|5[09]|6[789]|8[0578]|9[679])\d|\d\d?")
_DIGITS = frozenset("0123456789")
_WORDS_SEARCHED = 8
# beyond this only the text itself is searched, not its pinyin
_PINYIN_LIMIT = 400


def fold(text: str) -> str:
    """Return the form in which texts are compared by quick search: no case, no full-width letters."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def sort_key(text: str) -> str:
    """Return the text that puts ``text`` in its place: Chinese by syllable, tone and sign, letters without case."""
    folded = fold(text)
    if _HAN.search(folded) is None:
        return folded
    signs = iter(_HAN.sub(lambda run: run[0], "".join(_HAN.findall(folded))))
    # 'zhang1张': the tone ends the syllable, so that xi1 (西) stands before xian1 (先)
    return _HAN.sub(lambda run: "".join(f"{syllable}{next(signs)}" for syllable in _syllables(run[0])), folded)


def phone_key(text: str) -> str:
    """Return the digits that tell a telephone number from others, however it is written: no blanks and signs, no code
    of a country, no zeros before the code of a town, no extension. A text without digits stays what it is.
    """
    folded = fold(text).strip()
    number = _EXTENSION.sub("", folded)
    digits = "".join(sign for sign in number if sign in _DIGITS)
    if number.startswith("+") or digits.startswith("00"):
        digits = _COUNTRY.sub("", digits.lstrip("0"), count=1)
    return digits.lstrip("0") or folded


def order_key(field: FieldModel, text: str) -> str:
    """Return what a value of a field is sorted by, and compared by where it is asked for others like it."""
    return phone_key(text) if field.type == "phone" else sort_key(text)


@lru_cache(maxsize=16_384)
def search_key(text: str) -> str:
    """Return what quick search finds ``text`` by: itself, its pinyin, and the initials of its pinyin."""
    folded = fold(text)
    if _HAN.search(folded) is None:
        return folded
    head = folded[:_PINYIN_LIMIT]
    full = _HAN.sub(lambda run: "".join(syllable[:-1] for syllable in _syllables(run[0])), head)
    initials = _HAN.sub(lambda run: "".join(syllable[0] for syllable in _syllables(run[0])), head)
    return f"{folded}\n{full}\n{initials}"


def search_words(text: str) -> tuple[str, ...]:
    """Return the words that a quick search asks for; a record must have all of them."""
    return tuple(dict.fromkeys(fold(text).split()))[:_WORDS_SEARCHED]


def search_text(object: ObjectModel, record: Mapping[str, Any]) -> str:
    """Return the text of a record that quick search looks into."""
    texts = ((field, _shown(record.get(field.name))) for field in searched_fields(object))
    return "\n".join(_searched(field, text) for field, text in texts if text)


def _searched(field: FieldModel, text: str) -> str:
    # a number is found by its digits, whatever stands between them
    digits = "".join(sign for sign in text if sign in _DIGITS) if field.type == "phone" else ""
    return f"{search_key(text)}\n{digits}" if digits else search_key(text)


def derived_columns(object: ObjectModel, record: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Return the values of the derived columns ``wanted`` for a record."""
    found: dict[str, Any] = {}
    for column in wanted:
        if column == SEARCH_COLUMN:
            found[column] = search_text(object, record)
        else:
            name = column.removeprefix(SORT_PREFIX)
            value = record.get(name)
            found[column] = None if value is None else order_key(object.fields[name], str(value))
    return found


def _shown(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list | tuple):
        return " ".join(_shown(part) for part in value)
    if isinstance(value, Mapping):
        return " ".join(_shown(part) for part in value.values())
    return "" if isinstance(value, Reference) else str(value)


@lru_cache(maxsize=16_384)
def _syllables(run: str) -> tuple[str, ...]:
    """Return one syllable with its tone for each sign of a run of Chinese signs."""
    from pypinyin import Style, lazy_pinyin

    # a sign without a reading comes back as itself; each must give exactly one syllable
    read = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, errors=_unread)
    return tuple(read)


def _unread(signs: str) -> Any:
    return [f"{sign}5" for sign in signs]
