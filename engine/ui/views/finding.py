"""The object and the record that an address names."""

from __future__ import annotations

from engine.kernel.errors import Missing
from engine.kernel.names import is_record_id
from engine.metamodel.model import ObjectModel
from engine.ui.door import Call


def found_object(call: Call) -> ObjectModel:
    """Return the object in the address; Missing when there is none or the reader may not know it."""
    found = call.desk.model.objects.get(call.place["object"])
    if found is None or not call.desk.may(found.name, "read"):
        raise Missing("no_such_page")
    return found


def found_id(call: Call) -> str:
    """Return the record's id in the address; Missing when it cannot be one."""
    id = call.place["id"]
    if not is_record_id(id):
        raise Missing("no_such_page")
    return id
