"""Posted forms become input, and pickers' texts become records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.metamodel.model import ObjectModel
from engine.ui.door import Call
from engine.ui.reading import FormInput, read_form


def read_posted(call: Call, found: ObjectModel, *, new: bool = False) -> FormInput:
    """Return what was posted for an object; a text that was typed but not picked is looked up."""

    def find(object: str, field: str, text: str, values: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        choices = call.services.records.lookup(call.context, object, field, text, values, limit=3)
        return [(choice.id, choice.title) for choice in choices]

    return read_form(call.desk, found, call.form, find, new=new)
