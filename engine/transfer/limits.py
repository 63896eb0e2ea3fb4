"""The upper bounds of files that come and go; each breach is answered with ``limit_exceeded``."""

ROWS = 200_000
COLUMNS = 500
LINE_BYTES = 1024 * 1024
# a sheet is read into memory as a rectangle, empty cells included
SHEET_CELLS = 5_000_000
ZIP_RATIO = 100
# what unpacks to little may be as dense as it likes
ZIP_RATIO_FROM = 1024 * 1024
ZIP_ENTRIES = 2_000
ZIP_BYTES = 200 * 1024 * 1024
# rows that are saved in one transaction
CHUNK = 200
# rows that a preview of a file shows
SAMPLE = 5
EXPORT_ROWS = 1_000_000
