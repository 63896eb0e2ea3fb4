"""Which reader reads which field type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from engine.metamodel.model import FieldModel
from engine.records.shapes.links import any_link_reader, link_reader
from engine.records.shapes.moments import read_date, read_duration, read_instant, read_time
from engine.records.shapes.numbers import decimal_reader, read_boolean, read_integer, read_rating
from engine.records.shapes.rules import read_table
from engine.records.shapes.structures import FILES, list_reader, read_address, read_file, read_json
from engine.records.shapes.texts import (
    read_code,
    read_color,
    read_email,
    read_line,
    read_lines,
    read_phone,
    read_rich,
    read_secret,
    read_url,
)

Reader = Callable[[Any, ZoneInfo], Any]

USER = "tessera_user"

_PLAIN: Mapping[str, Reader] = {
    "text": read_line,
    "multiline": read_lines,
    "richtext": read_rich,
    "integer": read_integer,
    "rating": read_rating,
    "boolean": read_boolean,
    "date": read_date,
    "time": read_time,
    "datetime": read_instant,
    "duration": read_duration,
    "choice": read_line,
    "choices": list_reader(read_line),
    "user": link_reader((USER,)),
    "users": list_reader(link_reader((USER,))),
    "phone": read_phone,
    "email": read_email,
    "url": read_url,
    "address": read_address,
    "region": read_code,
    "file": read_file,
    "image": read_file,
    "files": list_reader(read_file, FILES),
    "color": read_color,
    "code": read_line,
    "json": read_json,
    "expression": read_lines,
    "decision_table": read_table,
    "secret": read_secret,
}


def reader_of(field: FieldModel) -> Reader:
    """Return the reader of a field's values; ``lines`` are read by the shape room itself."""
    if field.type in ("decimal", "money", "percent"):
        return decimal_reader(field.digits, field.scale)
    if field.type in ("reference", "department"):
        return link_reader(field.targets)
    if field.type == "references":
        return list_reader(link_reader(field.targets))
    if field.type == "any_reference":
        return any_link_reader(field.targets)
    return _PLAIN[field.type]
