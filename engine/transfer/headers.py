"""Which field a column means: by the field's name or its label in any language, alone or behind the name of lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from engine.kernel.text import LocalText
from engine.metamodel import TenantModel
from engine.metamodel.model import FieldModel, ObjectModel
from engine.transfer.mapping import ColumnDef, LinesDef, MappingDef, SheetDef

# columns that an error file adds; a file with them can be read again as it is
OWN_COLUMNS = ("#row", "#column", "#code", "#message")
NO_FILE_HOLDS = frozenset({"lines", "secret", "file", "files", "image"})
_NOISE = re.compile(r"[\s_\-*:：/\\()（）\[\]【】]+")
_DOT = re.compile(r"\s*(?:\.|/|>|：)\s*")


@dataclass(frozen=True, slots=True)
class Guess:
    """What the header seems to mean. ``unknown`` columns come with the likeliest field, or an empty text."""

    mapping: MappingDef
    unknown: Mapping[str, str] = field(default_factory=dict)


def importable(object: ObjectModel) -> Iterator[FieldModel]:
    """Yield the fields that a file may fill."""
    for one in object.fields.values():
        kept = one.system and one.name not in ("owner", "department")
        if not (one.computed or kept or one.type in NO_FILE_HOLDS or one.name == object.parent):
            yield one


def keys_of(object: ObjectModel) -> tuple[tuple[str, ...], ...]:
    """Return the sets of fields that tell one record from all others, single fields first."""
    single = [(one.name,) for one in object.fields.values() if one.unique and one.name != "id"]
    return tuple(dict.fromkeys([("id",), *single, *object.unique]))


def reference_keys(model: TenantModel, one: FieldModel) -> tuple[str, ...]:
    """Return the fields of a reference's target by which a person may name it, the likeliest first."""
    if one.type in ("user", "users"):
        return ("login",)
    target = model.objects[one.targets[0]] if one.targets else None
    if target is None:
        return ()
    names = [key[0] for key in keys_of(target) if len(key) == 1 and key[0] != "id"]
    usable = [name for name in names if target.fields[name].type not in ("user", "reference", "department")]
    return tuple(sorted(usable, key=lambda name: name == target.display))


def guess_mapping(header: Iterable[str], model: TenantModel, object: str) -> Guess:
    """Return what the columns of a file for an object seem to mean."""
    words = _words_of(model, object)
    columns: dict[str, list[ColumnDef]] = {}
    unknown: dict[str, str] = {}
    taken: set[tuple[str, str]] = set()
    for column in header:
        if not column or column in OWN_COLUMNS:
            continue
        found = words.get(_plain(column)) or _behind_dot(column, words)
        if found is None or (found.lines, found.field) in taken:
            near = get_close_matches(_plain(column), list(words), n=1, cutoff=0.6)
            unknown[column] = words[near[0]].field if near else ""
            continue
        taken.add((found.lines, found.field))
        columns.setdefault(found.lines, []).append(ColumnDef(column, found.field, found.by))
    own = tuple(columns.pop("", ()))
    lines = tuple(LinesDef(name, SheetDef(tuple(defs)), "") for name, defs in columns.items())
    return Guess(MappingDef(object, SheetDef(own), _key_among(model.objects[object], own), lines), unknown)


def suggested_key(object: ObjectModel, fields: Iterable[str]) -> tuple[str, ...]:
    """Return the first key of an object whose fields are all among ``fields``."""
    held = set(fields)
    return next((key for key in keys_of(object) if held.issuperset(key)), ())


@dataclass(frozen=True, slots=True)
class _Target:
    field: str
    by: str = ""
    lines: str = ""


def _key_among(object: ObjectModel, columns: tuple[ColumnDef, ...]) -> tuple[str, ...]:
    return suggested_key(object, (one.field for one in columns))


def _words_of(model: TenantModel, object: str) -> Mapping[str, _Target]:
    words: dict[str, _Target] = {"id": _Target("id")}
    _add_words(words, model.objects[object], "", ())
    for one in model.objects[object].fields.values():
        if one.type == "lines" and one.lines_of:
            _add_words(words, model.objects[one.lines_of], one.name, _labels(one.name, one.title))
    return words


def _add_words(words: dict[str, _Target], object: ObjectModel, lines: str, prefixes: tuple[str, ...]) -> None:
    for one in importable(object):
        for label in _labels(one.name, one.title):
            written = [f"{prefix}.{label}" for prefix in prefixes] or [label]
            for word in written:
                words.setdefault(_plain(word), _Target(one.name, "", lines))


def _behind_dot(column: str, words: Mapping[str, _Target]) -> _Target | None:
    """Return what ``host.code`` or ``lines.article.code`` means: a reference given by that field."""
    parts = _DOT.split(column)
    for cut in range(len(parts) - 1, 0, -1):
        found = words.get(_plain(".".join(parts[:cut])))
        if found is not None and cut == len(parts) - 1:
            return _Target(found.field, parts[-1], found.lines)
    return None


def _labels(name: str, title: LocalText) -> tuple[str, ...]:
    return (name, *title.by_language.values())


def _plain(word: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", word)).casefold()
