"""Web forms: pages that people without an account fill in; compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.text import EMPTY, LocalText

# types of fields that list no records, people or files to somebody who has no account
ASKED = (
    "text", "multiline", "integer", "decimal", "money", "percent", "boolean", "date", "time", "datetime",
    "choice", "choices", "phone", "email", "url", "address", "region", "rating",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebformField:
    """A question. ``title`` is EMPTY where the title of the field asks it."""

    name: str
    required: bool = False
    title: LocalText = EMPTY


@dataclass(frozen=True, slots=True)
class WebformModel:
    """A page for everybody who has its address.

    Without ``transition`` each answer makes a record of ``object`` that also gets the values ``set``. With it the page
    is about one record, whose link is handed out: it shows the fields ``shows`` and performs the transition, once.
    """

    name: str
    object: str
    title: LocalText
    fields: tuple[WebformField, ...]
    help: LocalText = EMPTY
    thanks: LocalText = EMPTY
    set: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    transition: str | None = None
    enabled: bool = True
    layer: str = ""
