"""The counter: every change to a business record passes here, once."""

from engine.records import codes as _codes  # noqa: F401 - declares the codes
from engine.records import dictionary_codes as _dictionary_codes  # noqa: F401 - declares the codes
from engine.records import merging_codes as _merging_codes  # noqa: F401 - declares the codes
from engine.records.calendars import Entry as CalendarEntry
from engine.records.change import Change, Record
from engine.records.dictionaries import DictionaryService
from engine.records.dictionary_book import Book
from engine.records.dictionary_book import Entry as DictionaryEntry
from engine.records.history import Entry
from engine.records.merging import Merged, Merger
from engine.records.number_pattern import format_date
from engine.records.query import (
    BulkResult,
    Choice,
    Count,
    Listing,
    Once,
    Operation,
    Outcome,
    Page,
    Preview,
    StoredAnswer,
)
from engine.records.service import RecordService
from engine.records.unit import Unit

__all__ = [
    "Book",
    "BulkResult",
    "CalendarEntry",
    "Change",
    "Choice",
    "Count",
    "DictionaryEntry",
    "DictionaryService",
    "Entry",
    "Listing",
    "Merged",
    "Merger",
    "Once",
    "Operation",
    "Outcome",
    "Page",
    "Preview",
    "Record",
    "RecordService",
    "StoredAnswer",
    "Unit",
    "format_date",
]
