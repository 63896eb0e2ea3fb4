"""The tenant of the records tests serves here too."""

from tests.records.conftest import house, street

__all__ = ["house", "street"]
