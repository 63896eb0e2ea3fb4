"""The upper bounds of what is asked of the counter; the doors keep their own on top."""

from __future__ import annotations

FILTER = 8 * 1024  # characters of a condition
SORT_KEYS = 5
PAGE = 200
FIELDS = 300
QUICK = 200  # characters of a quick search
OPERATIONS = 100_000
EXPAND = 3
TALLIED = 3  # fields to group by, and figures to sum
GROUPS = 1_000
MEASURED = 4  # fields to group by in an analysis
MEASURED_GROUPS = 5_000
ENTRIES = 2_000  # of a calendar, in one answer
