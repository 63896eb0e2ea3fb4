"""A record as one recipient may see it, as plain texts: what a message may say to him and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.context import Actor, Context
from engine.kernel.errors import Malformed, TesseraError
from engine.kernel.names import RecordRef
from engine.metamodel.model import FieldModel, ObjectModel
from engine.records import RecordService
from engine.records.spoken import plain_word, word_of

# values that somebody may see although his roles do not let him, e.g. of a task that waits for him; None: none
Sight = Callable[[Context, RecordRef, str | None], Mapping[str, Any] | None]
_PLACE = re.compile(r"\{\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*\}")
_PATH = re.compile(r"\brecord\.([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")
_MOST_PATHS = 60


@dataclass(frozen=True, slots=True)
class View:
    """What a recipient sees: ``values`` by path for the templates, ``words`` by path as texts in his language."""

    values: Mapping[str, Any]
    words: Mapping[str, str]


class Views:
    """Reads records for recipients."""

    def __init__(self, records: RecordService, sight: Sight | None = None) -> None:
        self._records = records
        self._sight = sight

    def of(self, ctx: Context, ref: RecordRef, paths: Sequence[str], task: str | None = None) -> View | None:
        """Return what the actor of ``ctx`` may see of a record; None when it is not for him at all."""
        if not ref.object or not ref.id:
            # what is said is about no record, as with a rule that a short message raised
            return View({}, {})
        found: dict[str, Any] | None
        try:
            found = self._read(ctx, ref, [*paths, *self._called(ctx, ref.object, paths)])
        except TesseraError:
            found = None
        more = self._sight(ctx, ref, task) if self._sight is not None else None
        if found is None and more is None:
            return None
        values = {**(more or {}), **(found or {})}
        return View(values, self._words(ctx, ref.object, values))

    def _read(self, ctx: Context, ref: RecordRef, paths: Sequence[str]) -> dict[str, Any]:
        known = [path for path in dict.fromkeys(paths) if path][:_MOST_PATHS]
        while True:
            try:
                return dict(self._records.get(ctx, ref.object, ref.id, known or ("id",)).values)
            except Malformed as error:
                # a path that is not for this reader is left out; the others stay
                wrong = [path for path in known if path in str(error.complaint.params) or not self._has(ctx, ref, path)]
                if not wrong:
                    return dict(self._records.get(ctx, ref.object, ref.id, ("id",)).values)
                known = [path for path in known if path not in wrong]

    def _has(self, ctx: Context, ref: RecordRef, path: str) -> bool:
        try:
            self._records.get(ctx, ref.object, ref.id, (path,))
        except Malformed:
            return False
        return True

    def _words(self, ctx: Context, object: str, values: Mapping[str, Any]) -> dict[str, str]:
        model = self._records.model(ctx)
        words = {}
        for path, value in values.items():
            # a title is said as the record is called in the reader's language
            others = _called(model.objects, object, path, ctx.language)
            said = next((values[one] for one in others if values.get(one) not in (None, "")), value)
            words[path] = word_of(said, _field(model.objects, object, path), model.dictionaries, ctx)
        return words

    def _called(self, ctx: Context, object: str, paths: Sequence[str]) -> list[str]:
        objects = self._records.model(ctx).objects
        return [one for path in paths for one in _called(objects, object, path, ctx.language)]


def paths_in(texts: Sequence[str]) -> list[str]:
    """Return the paths behind ``record.`` that texts or templates speak of."""
    return list(dict.fromkeys(path for text in texts for path in _PATH.findall(text)))


def filled(text: str, view: View, facts: Mapping[str, Any]) -> str:
    """Return a text with its ``{places}``: what stands behind ``record.`` from the view, others from the facts."""

    def place(found: re.Match[str]) -> str:
        root, _, path = found[1].partition(".")
        if root == "record":
            return view.words.get(path, "")
        value: Any = facts.get(root)
        for step in path.split(".") if path else ():
            value = value.get(step) if isinstance(value, Mapping) else None
        return plain_word(value)

    return _PLACE.sub(place, text)


def for_templates(view: View, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template may read: ``record`` as a tree of texts and values, and the other roots."""
    tree: dict[str, Any] = {}
    for path, value in sorted(view.values.items()):
        spoken = value if isinstance(value, Decimal | date | int | bool) else view.words.get(path, "")
        *above, last = path.split(".")
        at = tree
        for step in above:
            inner = at.get(step)
            if not isinstance(inner, dict):
                inner = at[step] = {"title": inner if isinstance(inner, str) else ""}
            at = inner
        at[last] = spoken
    return {**{name: value for name, value in facts.items() if name != "record"}, "record": tree}


def as_recipient(ctx: Context, actor: Actor, language: str, zone: ZoneInfo) -> Context:
    """Return the context of somebody who is told something."""
    return replace(ctx, actor=actor, language=language, zone=zone)


def _called(objects: Mapping[str, ObjectModel], object: str, path: str, language: str) -> list[str]:
    """Return the paths of what a record is called in a language, where a path leads to its title."""
    *before, last = path.split(".")
    found = objects.get(object)
    for step in before:
        field = found.fields.get(step) if found is not None else None
        found = objects.get(field.targets[0]) if field is not None and len(field.targets) == 1 else None
    if found is None or last != found.display:
        return []
    return [".".join([*before, name]) for name in found.called_in(language) if name != last]


def _field(objects: Mapping[str, ObjectModel], object: str, path: str) -> FieldModel | None:
    head, _, rest = path.partition(".")
    model = objects.get(object)
    field = model.fields.get(head) if model is not None else None
    if field is None or not rest:
        return field
    return _field(objects, field.targets[0], rest) if field.targets else None
