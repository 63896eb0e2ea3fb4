"""Every route of the JSON door; one that does not stand here does not exist."""

from __future__ import annotations

from engine.api import bulk, calendars, dictionaries, files, listing, metadata, preview, records
from engine.api.routing import Route

_V1 = "/api/v1"
_RECORDS = f"{_V1}/records/<object>"
_RECORD = f"{_RECORDS}/<id>"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{_V1}/me", metadata.show_me, "read"),
    Route("GET", f"{_V1}/openapi.json", metadata.show_openapi, "read"),
    Route("GET", f"{_V1}/objects", metadata.list_objects, "read"),
    Route("GET", f"{_V1}/objects/<object>", metadata.show_object, "read"),
    Route("POST", f"{_V1}/objects/<object>/preview", preview.preview_record, "read", "object"),
    Route("GET", f"{_V1}/dictionaries/<name>/items", dictionaries.list_items, "read"),
    Route("POST", f"{_V1}/dictionaries/<name>/items", dictionaries.add_item, "write", "object"),
    Route("PATCH", f"{_V1}/dictionaries/<name>/items/<code>", dictionaries.change_item, "write", "object"),
    Route("DELETE", f"{_V1}/dictionaries/<name>/items/<code>", dictionaries.remove_item, "write"),
    Route("POST", f"{_V1}/files", files.send_file, "write", "bytes", files.PARAMETERS),
    Route("GET", f"{_V1}/files/<id>", files.get_file, "read", answers="bytes"),
    Route("GET", f"{_V1}/calendars/<calendar>", calendars.list_entries, "read", parameters=calendars.PARAMETERS),
    Route("GET", f"{_V1}/calendars/<calendar>.ics", calendars.feed, "read", answers="bytes"),
    Route("GET", _RECORDS, listing.list_records, "read", parameters=listing.PARAMETERS),
    Route("POST", _RECORDS, records.create_record, "write", "object"),
    Route("POST", f"{_RECORDS}/bulk", bulk.change_records, "write", "object"),
    Route("GET", _RECORD, records.get_record, "read", parameters=("fields", "deleted")),
    Route("PATCH", _RECORD, records.update_record, "write", "object"),
    Route("DELETE", _RECORD, records.delete_record, "write"),
    Route("POST", f"{_RECORD}/restore", records.restore_record, "write", "optional"),
    Route("POST", f"{_RECORD}/transitions/<transition>", records.move_record, "write", "optional"),
    Route("GET", f"{_RECORD}/history", records.record_history, "read", parameters=records.HISTORY),
)
