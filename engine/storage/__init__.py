"""The floor that speaks to databases: tables of a model, sessions, rows, queries, and changes of the model."""

from engine.storage import access_tables as _access_tables  # noqa: F401 - declares the tables
from engine.storage import delivery_rows, job_rows, message_rows, message_tables, outbox, reply_rows, schedule_rows
from engine.storage import process_tables as _process_tables  # noqa: F401 - declares its tables
from engine.storage import timer_tables as _timer_tables  # noqa: F401 - declares its tables
from engine.storage.audit import AuditEntry, append_audit, read_audit
from engine.storage.catalog import Catalog
from engine.storage.column_types import Reference, from_database, to_database
from engine.storage.database import Database, open_database, read_stamp
from engine.storage.dictionary_rows import read_items, remove_item, save_item
from engine.storage.draft_rows import DraftRow, read_draft, save_draft
from engine.storage.errors import StaleCatalog, Violation
from engine.storage.incidents import Incident, note_incident, read_incidents, read_mark, resolve_incident, save_mark
from engine.storage.install import (
    Installation,
    apply_installation,
    install_model,
    plan_installation,
    prepare,
    prepare_older,
)
from engine.storage.job_rows import (
    Job,
    NewJob,
    add_job,
    cancel_job,
    claim_job,
    claim_this_job,
    finish_job,
    keep_job,
    put_job,
    read_job,
    read_jobs,
)
from engine.storage.keys import fold, order_key, search_text, sort_key
from engine.storage.outbox import (
    Claimed,
    acknowledge_event,
    append_events,
    append_outward,
    claim_events,
    fail_event,
    forget_events,
    revive_event,
)
from engine.storage.plan import Misfit, Renames, SchemaPlan
from engine.storage.provision import make_place, remove_place
from engine.storage.query import Match, Page, Query, Row, Tally, Totals
from engine.storage.reading import count_rows, select_one, select_page
from engine.storage.receipts import Receipt, ReceiptKey, find_receipt, forget_receipts, save_receipt
from engine.storage.rows import Touch, insert_row, insert_rows, remove, renew_rows, restore, soft_delete, update_row
from engine.storage.sequences import (
    Issued,
    next_counter,
    note_issued,
    numbers_of,
    peek_counter,
    raise_counter,
    void_numbers,
)
from engine.storage.sessions import Session, Stamp
from engine.storage.shelf import Shelf
from engine.storage.statements import Compiled, Statement
from engine.storage.stored_state import raise_access_version, read_layers, read_state, read_versions
from engine.storage.table_map import TableMap
from engine.storage.tenant_lock import hold_lock
from engine.storage.wording import Bound, RowFilter, every_row

__all__ = [
    "AuditEntry",
    "Bound",
    "Catalog",
    "Claimed",
    "Compiled",
    "Database",
    "DraftRow",
    "Incident",
    "Installation",
    "Issued",
    "Job",
    "Match",
    "Misfit",
    "NewJob",
    "Page",
    "Query",
    "Receipt",
    "ReceiptKey",
    "Reference",
    "Renames",
    "Row",
    "RowFilter",
    "SchemaPlan",
    "Session",
    "Shelf",
    "StaleCatalog",
    "Stamp",
    "Statement",
    "TableMap",
    "Tally",
    "Totals",
    "Touch",
    "Violation",
    "acknowledge_event",
    "add_job",
    "append_audit",
    "append_events",
    "append_outward",
    "apply_installation",
    "cancel_job",
    "claim_events",
    "claim_job",
    "claim_this_job",
    "count_rows",
    "delivery_rows",
    "every_row",
    "fail_event",
    "find_receipt",
    "finish_job",
    "fold",
    "forget_events",
    "forget_receipts",
    "from_database",
    "hold_lock",
    "insert_row",
    "insert_rows",
    "install_model",
    "job_rows",
    "keep_job",
    "make_place",
    "message_rows",
    "message_tables",
    "next_counter",
    "note_incident",
    "note_issued",
    "numbers_of",
    "open_database",
    "order_key",
    "outbox",
    "peek_counter",
    "plan_installation",
    "prepare",
    "prepare_older",
    "put_job",
    "raise_access_version",
    "raise_counter",
    "read_audit",
    "read_draft",
    "read_incidents",
    "read_items",
    "read_job",
    "read_jobs",
    "read_layers",
    "read_mark",
    "read_stamp",
    "read_state",
    "read_versions",
    "remove",
    "remove_item",
    "remove_place",
    "renew_rows",
    "reply_rows",
    "resolve_incident",
    "restore",
    "revive_event",
    "save_draft",
    "save_item",
    "save_mark",
    "save_receipt",
    "schedule_rows",
    "search_text",
    "select_one",
    "select_page",
    "soft_delete",
    "sort_key",
    "to_database",
    "update_row",
    "void_numbers",
]
