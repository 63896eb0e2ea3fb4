"""Posted forms become input, and pickers' texts become records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.errors import LimitExceeded
from engine.metamodel.model import ObjectModel
from engine.ui.door import Call
from engine.ui.reading import FormInput, read_form
from engine.ui.widgets.base import SentFile


def read_posted(
    call: Call, found: ObjectModel, *, new: bool = False, keeping: bool = True, under: str = ""
) -> FormInput:
    """Return what was posted for an object; a text that was typed but not picked is looked up.

    ``under``: only what was posted below this name. ``keeping``: the files that were chosen go to the store, as when
    the form is sent to be saved.
    """

    def find(object: str, field: str, text: str, values: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        choices = call.services.records.lookup(call.context, object, field, text, values, limit=3)
        return [(choice.id, choice.title) for choice in choices]

    sent_before: list[SentFile] = []

    def keep(object: str, field: str, file: SentFile) -> Mapping[str, Any]:
        most = call.services.settings.limits.files
        sent_before.append(file)
        if len(sent_before) > most:
            raise LimitExceeded("files", len(sent_before), most)
        return call.services.attachments.keep(call.context, object, field, file.name, file.stream)

    posted = call.form.under(under) if under else call.form
    return read_form(call.desk, found, posted, find, keep if keeping else None, new=new)
