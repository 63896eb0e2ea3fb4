"""Every route of the JSON door; one that does not stand here does not exist."""

from __future__ import annotations

from engine.api import bulk, calendars, dictionaries, files, jobs, listing, messages, metadata, preview, records, rights
from engine.api.routing import Route

_V1 = "/api/v1"
_RECORDS = f"{_V1}/records/<object>"
_RECORD = f"{_RECORDS}/<id>"
_ACCESS = f"{_V1}/access"

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
    Route("POST", f"{_RECORD}/transfer", rights.transfer, "write", "object"),
    Route("GET", f"{_RECORD}/shares", rights.list_shares, "read"),
    Route("POST", f"{_RECORD}/shares", rights.share, "write", "object"),
    Route("DELETE", f"{_ACCESS}/shares/<id>", rights.end_share, "write"),
    Route("GET", f"{_ACCESS}/explain", rights.explain, "read", parameters=rights.EXPLAIN),
    Route("GET", f"{_ACCESS}/effective", rights.effective, "read", parameters=rights.USER),
    Route("GET", f"{_ACCESS}/assignments", rights.list_assignments, "read"),
    Route("PUT", f"{_ACCESS}/assignments/<login>", rights.assign, "write", "object"),
    Route("GET", f"{_ACCESS}/delegations", rights.list_delegations, "read", parameters=rights.USER),
    Route("POST", f"{_ACCESS}/delegations", rights.delegate, "write", "object"),
    Route("DELETE", f"{_ACCESS}/delegations/<id>", rights.end_delegation, "write"),
    Route("GET", f"{_ACCESS}/belongings/<login>", rights.belongings, "read"),
    Route("POST", f"{_ACCESS}/belongings/<login>/hand-over", rights.hand_over, "write", "object"),
    Route("GET", f"{_ACCESS}/duties", rights.duties, "read"),
    Route("POST", f"{_ACCESS}/impact", rights.impact, "read", "object"),
    Route("GET", f"{_RECORD}/history", records.record_history, "read", parameters=records.HISTORY),
    Route("GET", f"{_V1}/messages", messages.list_messages, "read", parameters=messages.LISTING),
    Route("GET", f"{_V1}/messages/unread", messages.count_messages, "read"),
    Route("POST", f"{_V1}/messages/read", messages.read_messages, "write", "optional"),
    Route("GET", f"{_V1}/messages/preferences", messages.show_preferences, "read"),
    Route("PUT", f"{_V1}/messages/preferences", messages.change_preferences, "write", "object"),
    Route("GET", f"{_V1}/webhooks", messages.list_webhooks, "read"),
    Route("POST", f"{_V1}/webhooks", messages.add_webhook, "write", "object"),
    Route("PUT", f"{_V1}/webhooks/<name>", messages.change_webhook, "write", "object"),
    Route("DELETE", f"{_V1}/webhooks/<name>", messages.remove_webhook, "write"),
    Route("GET", f"{_V1}/jobs", jobs.list_jobs, "read", parameters=jobs.JOBS),
    Route("GET", f"{_V1}/jobs/<id>", jobs.show_job, "read"),
    Route("POST", f"{_V1}/jobs/<id>/retry", jobs.retry_work, "write", "optional"),
    Route("POST", f"{_V1}/jobs/<id>/cancel", jobs.cancel_work, "write", "optional"),
    Route("GET", f"{_V1}/events", jobs.list_events, "read", parameters=jobs.EVENTS),
    Route("GET", f"{_V1}/events/<id>", jobs.show_event, "read"),
    Route("GET", f"{_V1}/deliveries", jobs.list_deliveries, "read", parameters=jobs.DELIVERIES),
)
