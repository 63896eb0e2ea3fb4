"""The floor that speaks to databases: tables of a model, sessions, rows, queries, and changes of the model."""

from engine.storage.catalog import Catalog
from engine.storage.column_types import Reference, from_database, to_database
from engine.storage.database import Database, Session, Stamp, open_database, read_stamp
from engine.storage.errors import StaleCatalog, Violation
from engine.storage.install import (
    Installation,
    apply_installation,
    install_model,
    plan_installation,
    prepare,
)
from engine.storage.keys import fold, search_text, sort_key
from engine.storage.plan import Misfit, Renames, SchemaPlan
from engine.storage.provision import make_place, remove_place
from engine.storage.rows import Touch, insert_row, insert_rows, remove, restore, soft_delete, update_row
from engine.storage.shelf import Shelf
from engine.storage.statements import Compiled, Statement
from engine.storage.stored_state import raise_access_version, read_layers, read_state, read_versions
from engine.storage.table_map import TableMap

__all__ = [
    "Catalog",
    "Compiled",
    "Database",
    "Installation",
    "Misfit",
    "Reference",
    "Renames",
    "SchemaPlan",
    "Session",
    "Shelf",
    "StaleCatalog",
    "Stamp",
    "Statement",
    "TableMap",
    "Touch",
    "Violation",
    "apply_installation",
    "fold",
    "from_database",
    "insert_row",
    "insert_rows",
    "install_model",
    "make_place",
    "open_database",
    "plan_installation",
    "prepare",
    "raise_access_version",
    "read_layers",
    "read_stamp",
    "read_state",
    "read_versions",
    "remove",
    "remove_place",
    "restore",
    "search_text",
    "soft_delete",
    "sort_key",
    "to_database",
    "update_row",
]
