"""Readers of references: an id, or what to look the record up by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.names import is_record_id
from engine.records.shapes.texts import as_text
from engine.records.shapes.wrong import Wrong
from engine.storage import Reference


@dataclass(frozen=True, slots=True)
class ByKey:
    """A reference that names its target by the value of a unique field; resolved for many drafts at once."""

    object: str
    field: str
    value: Any


def link_reader(targets: tuple[str, ...]) -> Callable[[Any, ZoneInfo], Any]:
    """Return a reader of references to one object: ``id``, ``{"id": id}`` or ``{"<field>": value}``."""
    if not targets:
        return _read_nothing
    target = targets[0]

    def read(value: Any, _zone: ZoneInfo) -> str | ByKey | None:
        if isinstance(value, Mapping):
            keys = {key: entry for key, entry in value.items() if key not in ("title", "object")}
            if "id" in keys:
                return _id(keys["id"])
            if len(keys) != 1:
                raise Wrong("not_reference")
            ((field, key),) = keys.items()
            return None if key is None or key == "" else ByKey(target, str(field), key)
        return _id(value)

    return read


def any_link_reader(targets: tuple[str, ...]) -> Callable[[Any, ZoneInfo], Reference | None]:
    """Return a reader of ``{"object": name, "id": id}``, the object being one of ``targets``."""

    def read(value: Any, _zone: ZoneInfo) -> Reference | None:
        if value == "":
            return None
        if isinstance(value, str) and ":" in value:
            name, _, rest = value.partition(":")
            value = {"object": name, "id": rest}
        if not isinstance(value, Mapping) or set(value) - {"object", "id", "title"}:
            raise Wrong("not_any_reference")
        if value.get("object") not in targets:
            raise Wrong("wrong_object", known=", ".join(targets))
        key = _id(value.get("id"))
        return None if key is None else Reference(key, None, str(value["object"]))

    return read


def _read_nothing(value: Any, _zone: ZoneInfo) -> None:
    """A department where the model has no organisation."""
    if value is not None and value != "":
        raise Wrong("not_reference")


def _id(value: Any) -> str | None:
    if value is None:
        return None
    text = as_text(value) if isinstance(value, str) else ""
    if text is None:
        return None
    if not is_record_id(text):
        raise Wrong("not_reference")
    return text
