"""Wire values become typed values, one reader per field type."""

from engine.records.shapes.table import Reader, reader_of
from engine.records.shapes.wrong import Wrong

__all__ = ["Reader", "Wrong", "reader_of"]
