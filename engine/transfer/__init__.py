"""Rows that come and go in files: import, export, templates and seeds."""

from engine.transfer import codes as _codes  # noqa: F401 -- declares the codes
