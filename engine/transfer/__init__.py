"""Rows that come and go in files: import, export, templates and seeds."""

from engine.transfer import codes as _codes  # noqa: F401 -- declares the codes
from engine.transfer.exporting import Export
from engine.transfer.jobs import JobStatus
from engine.transfer.mapping import MappingDef, mapping_of, read_mapping
from engine.transfer.running import ImportReport
from engine.transfer.seeding import SeedAct, SeedUser, acts_of, load_rows, users_of
from engine.transfer.service import Inspection, TransferService

__all__ = [
    "Export",
    "ImportReport",
    "Inspection",
    "JobStatus",
    "MappingDef",
    "SeedAct",
    "SeedUser",
    "TransferService",
    "acts_of",
    "load_rows",
    "mapping_of",
    "read_mapping",
    "users_of",
]
