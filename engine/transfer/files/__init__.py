"""Tables in files: CSV and XLSX, read row by row under limits, and written."""

from engine.transfer.files.cell_guard import guarded, unguarded
from engine.transfer.files.reading import open_table, sheets_of
from engine.transfer.files.table import Cell, Row, Table

__all__ = ["Cell", "Row", "Table", "guarded", "open_table", "sheets_of", "unguarded"]
