"""The tenant of the records tests serves here too."""

from tests.records.conftest import house

__all__ = ["house"]
