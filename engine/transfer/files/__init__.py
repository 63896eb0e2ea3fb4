"""Tables in files: CSV and XLSX, read row by row under limits, and written."""

from engine.transfer.files.reading import open_table, sheets_of
from engine.transfer.files.table import Cell, Row, Table

__all__ = ["Cell", "Row", "Table", "open_table", "sheets_of"]
